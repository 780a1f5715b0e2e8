package api

import (
	"context"
	"errors"
	"maps"
	"regexp"
	"slices"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// A secret's name becomes the end of a variable's name in the environment of
// the code.
var secretName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,99}$`)

// deployment is the part of an upload that runs: code and what it may know.
type deployment struct {
	url, code string
	secrets   platform.Secrets
}

// check refuses what could not run.
func (s *Service) checkDeployment(d deployment) error {
	if d.code != "" {
		if d.url != "" {
			return platform.Errorf(platform.TypeInvalidPayload, "url and code: code runs at an address or on this server, not both; leave one out")
		}
		if len(d.code) > maxCode {
			return platform.Errorf(platform.TypePayloadTooLarge, "code: it has %d bytes; give at most %d", len(d.code), maxCode)
		}
		if s.RunsCode == nil {
			return platform.Errorf(platform.TypeInvalidPayload, "code: this server runs no uploaded code; serve it (bp serve) and give its address as url")
		}
		if err := s.RunsCode(); err != nil {
			return platform.Errorf(platform.TypeInvalidPayload, "code: it cannot run on this server: %v", err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.secrets)) {
		if !secretName.MatchString(name) {
			return platform.Errorf(platform.TypeInvalidIdentifier, "secrets: %.60q is not a name; use letters, digits and _, such as API_KEY", name)
		}
		if n := len(d.secrets[name].Value); n > maxSecret {
			return platform.Errorf(platform.TypePayloadTooLarge, "secrets.%s: it has %d bytes; give at most %d", name, n, maxSecret)
		}
	}
	return nil
}

// deploy writes the code and the secrets of an owner, whose secrets are then
// those that are declared, and returns the owner's deployment: the old one
// when nothing changed, none when it has no code. Code at an address takes the
// place of code here, and the other way round.
func (s *Service) deploy(ctx context.Context, tx *store.Tx, owner, old string, declared platform.Names, d deployment) (string, error) {
	changed, err := putSecrets(ctx, tx, owner, declared, d.secrets)
	if err != nil {
		return "", err
	}
	switch {
	case d.code != "":
		other, err := tx.PutCode(ctx, store.Code{Owner: owner, Source: d.code})
		if err != nil {
			return "", err
		}
		changed = changed || other || old == ""
	case d.url != "":
		return "", tx.DeleteCode(ctx, owner)
	case old == "":
		return "", nil
	}
	if !changed {
		return old, nil
	}
	return s.ids.New(platform.PrefixDeployment, tx.Now()), nil
}

// putSecrets reports whether the code of the owner has to be told.
func putSecrets(ctx context.Context, tx *store.Tx, owner string, declared platform.Names, given platform.Secrets) (changed bool, err error) {
	rows, err := tx.Secrets(ctx, owner)
	if err != nil {
		return false, err
	}
	kept := map[string]string{}
	for _, row := range rows {
		kept[row.Name] = row.Value
		value, ok := given[row.Name]
		if ok && value.Present && value.Value == "" || !slices.Contains(declared, row.Name) {
			changed = true
			if err := tx.DeleteSecret(ctx, owner, row.Name); err != nil {
				return false, err
			}
		}
	}
	for name, value := range given {
		if value.Value == "" || kept[name] == value.Value {
			continue
		}
		changed = true
		if err := tx.PutSecret(ctx, store.Secret{Owner: owner, Name: name, Value: value.Value}); err != nil {
			return false, err
		}
	}
	return changed, nil
}

// declaredSecrets are the names that a new thing with these secrets declares.
func declaredSecrets(names platform.Names, given platform.Secrets) platform.Names {
	for name, value := range given {
		if !value.Null && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// inheritSecrets completes the secrets of a new version by those of the version
// before it: the official command asks for a value once and says afterwards
// that it is set already. A secret that is given, null too, is not inherited.
// What calls are signed with is, into row.
func inheritSecrets(ctx context.Context, tx *store.Tx, row *store.Integration, d *platform.IntegrationDefinition, given platform.Secrets) (platform.Secrets, error) {
	rows, err := every(func(p store.Page) ([]store.Integration, string, error) { return tx.Integrations(ctx, d.Name, p) })
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(i store.Integration) bool { return i.Dev })
	before, err := pick(rows, func(i *store.Integration) string { return i.Version }, "<"+d.Version)
	if errors.Is(err, store.ErrNotFound) {
		return given, nil
	} else if err != nil {
		return nil, err
	}
	row.SigningSecret = before.SigningSecret
	secrets, err := tx.Secrets(ctx, before.ID)
	if err != nil {
		return nil, err
	}
	all := platform.Secrets{}
	for _, secret := range secrets {
		all[secret.Name] = platform.Set(secret.Value)
	}
	for name, value := range given {
		if value.Present || all[name].Value == "" {
			all[name] = value
		}
	}
	d.Secrets = declaredSecrets(d.Secrets, all)
	return all, nil
}

// codeChanged tells who runs code. It may be told more often than there are
// changes.
func (s *Service) codeChanged(owner string) {
	if s.CodeChanged != nil {
		s.CodeChanged(owner)
	}
}
