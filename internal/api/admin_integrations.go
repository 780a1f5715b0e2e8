package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

func (s *Service) createIntegration(ctx context.Context, id *Identity, in *platform.CreateIntegrationInput) (*platform.CreateIntegrationOutput, error) {
	return s.newIntegration(ctx, id, in, false)
}

// newIntegration makes an integration, or only checks and returns errDryRun.
func (s *Service) newIntegration(ctx context.Context, id *Identity, in *platform.CreateIntegrationInput, dryRun bool) (*platform.CreateIntegrationOutput, error) {
	def := in.IntegrationDefinition
	def.Secrets = declaredSecrets(def.Secrets, in.Secrets)
	d := deployment{def.URL, in.Code, in.Secrets}
	if err := s.checkDeployment(d); err != nil {
		return nil, err
	}
	if err := checkIntegrationDefinition(&def); err != nil {
		return nil, err
	}
	if err := s.linkInterfaces(ctx, &def); err != nil {
		return nil, err
	}
	row := &store.Integration{WorkspaceID: id.WorkspaceID, Name: def.Name, Version: def.Version, URL: def.URL, Dev: in.Dev}
	prefix := platform.PrefixIntegration
	if in.Dev {
		prefix = platform.PrefixDevIntegration
	}
	err := s.Store.Update(ctx, func(tx *store.Tx) (err error) {
		if _, err := tx.IntegrationByName(ctx, def.Name, def.Version); err == nil && !in.Dev {
			return integrationExists(&def)
		} else if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if dryRun {
			return errDryRun
		}
		if !in.Dev {
			if d.secrets, err = inheritSecrets(ctx, tx, row, &def, d.secrets); err != nil {
				return err
			}
		}
		if row.Definition, err = json.Marshal(def); err != nil {
			return err
		}
		made := s.ids.New(prefix, tx.Now())
		row.ID = made
		if row.Deployment, err = s.deploy(ctx, tx, row.ID, "", def.Secrets, d); err != nil {
			return err
		}
		if err = tx.PutIntegration(ctx, row); err == nil && row.ID != made {
			return integrationExists(&def) // another made it meanwhile
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	shown, err := showIntegration(row)
	if err != nil {
		return nil, err
	}
	return &platform.CreateIntegrationOutput{Integration: *shown}, nil
}

func integrationExists(d *platform.IntegrationDefinition) error {
	return platform.Errorf(platform.TypeAlreadyExists, "integration %s@%s exists; update it or take another version", d.Name, d.Version)
}

func (s *Service) getIntegration(ctx context.Context, _ *Identity, in *platform.GetIntegrationInput) (*platform.GetIntegrationOutput, error) {
	row, err := s.integration(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	shown, err := showIntegration(row)
	if err != nil {
		return nil, err
	}
	return &platform.GetIntegrationOutput{Integration: *shown}, nil
}

func (s *Service) integration(ctx context.Context, id string) (*store.Integration, error) {
	row, err := view(ctx, s, func(tx *store.Tx) (*store.Integration, error) { return tx.Integration(ctx, id) })
	return foundIntegration(row, err, id)
}

// lockIntegration reads an integration that the transaction changes from what
// it is.
func lockIntegration(ctx context.Context, tx *store.Tx, id string) (*store.Integration, error) {
	row, err := tx.LockIntegration(ctx, id)
	return foundIntegration(row, err, id)
}

func foundIntegration(row *store.Integration, err error, id string) (*store.Integration, error) {
	if errors.Is(err, store.ErrNotFound) {
		return nil, platform.Errorf(platform.TypeResourceNotFound, "integration %.60q not found", id)
	}
	return row, err
}

func (s *Service) getIntegrationByName(ctx context.Context, _ *Identity, in *platform.GetIntegrationByNameInput) (*platform.GetIntegrationByNameOutput, error) {
	row, err := s.IntegrationByName(ctx, in.Name, in.Version)
	if errors.Is(err, store.ErrNotFound) {
		return nil, platform.Errorf(platform.TypeResourceNotFound, "integration %.120q not found", in.Name+"@"+in.Version)
	} else if err != nil {
		return nil, err
	}
	shown, err := showIntegration(row)
	if err != nil {
		return nil, err
	}
	return &platform.GetIntegrationByNameOutput{Integration: *shown}, nil
}

// updateIntegration changes the definition; name and version stay.
func (s *Service) updateIntegration(ctx context.Context, id *Identity, in *platform.UpdateIntegrationInput) (*platform.UpdateIntegrationOutput, error) {
	return s.changeIntegration(ctx, id, in, false)
}

// changeIntegration changes an integration, or only checks and returns
// errDryRun.
func (s *Service) changeIntegration(ctx context.Context, id *Identity, in *platform.UpdateIntegrationInput, dryRun bool) (*platform.UpdateIntegrationOutput, error) {
	if in.Secrets == nil && in.IntegrationDefinition.Secrets != nil {
		in.Secrets = platform.Declare(in.IntegrationDefinition.Secrets)
	}
	d := deployment{in.URL, in.Code, in.Secrets}
	if err := s.checkDeployment(d); err != nil {
		return nil, err
	}
	shown, err := update(ctx, s, func(tx *store.Tx) (*platform.Integration, error) {
		row, err := lockIntegration(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		def, err := changedDefinition(ctx, tx, row, in, id.AllowBreaking)
		if err != nil {
			return nil, err
		}
		if dryRun {
			return nil, errDryRun
		}
		row.URL = def.URL
		if row.Definition, err = json.Marshal(def); err != nil {
			return nil, err
		}
		if row.Deployment, err = s.deploy(ctx, tx, row.ID, row.Deployment, def.Secrets, d); err != nil {
			return nil, err
		}
		if err := tx.PutIntegration(ctx, row); err != nil {
			return nil, err
		}
		tx.OnCommit(func() { // before anything is delivered
			s.Catalog.InvalidateIntegration(in.ID)
			s.codeChanged(in.ID)
		})
		installed, err := tx.InstallationsOfIntegration(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		ids := make([]string, len(installed))
		for i, one := range installed {
			ids[i] = one.ID
		}
		if err := s.retryNow(ctx, tx, row.Dev, store.TargetInstallation, ids...); err != nil {
			return nil, err
		}
		return showIntegration(row)
	})
	if err != nil {
		return nil, err
	}
	if err := s.Installer.Recheck(ctx, in.ID); err != nil {
		return nil, err
	}
	return &platform.UpdateIntegrationOutput{Integration: *shown}, nil
}

// changedDefinition is what the update makes of an integration's definition.
func changedDefinition(ctx context.Context, tx *store.Tx, row *store.Integration, in *platform.UpdateIntegrationInput, allowBreaking bool) (*platform.IntegrationDefinition, error) {
	if row.Builtin {
		return nil, platform.Errorf(platform.TypeForbidden, "integration %s@%s is part of the server and cannot be changed", row.Name, row.Version)
	}
	var def platform.IntegrationDefinition
	if err := mergeDefinition(&def, row.Definition, in.Patch, in.IntegrationUpload); err != nil {
		return nil, fmt.Errorf("definition of integration %s: %w", row.ID, err)
	}
	def.Name, def.Version = row.Name, row.Version
	if def.URL == "" {
		def.URL = row.URL
	}
	if in.Code != "" {
		def.URL = ""
	}
	if err := checkIntegrationDefinition(&def); err != nil {
		return nil, err
	}
	if err := linkInterfaces(ctx, tx, &def); err != nil {
		return nil, err
	}
	before, err := showIntegration(row)
	if err != nil {
		return nil, err
	}
	if has, _ := before.Shown(); has && !allowBreaking {
		if err := refuseBreaking(&before.IntegrationDefinition, &def); err != nil {
			return nil, err
		}
	}
	return &def, nil
}

func (s *Service) deleteIntegration(ctx context.Context, _ *Identity, in *platform.DeleteIntegrationInput) (*platform.DeleteIntegrationOutput, error) {
	row, err := s.integration(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	err = s.Store.Update(ctx, func(tx *store.Tx) error { return tx.DeleteIntegration(ctx, in.ID) })
	if errors.Is(err, store.ErrConflict) {
		return nil, platform.Errorf(platform.TypeReferenceConstraint, "integration %s@%s is installed on a bot; remove the installation first", row.Name, row.Version)
	} else if err != nil {
		return nil, err
	}
	s.Catalog.InvalidateIntegration(in.ID)
	s.codeChanged(in.ID)
	return &platform.DeleteIntegrationOutput{}, nil
}

func showIntegration(row *store.Integration) (*platform.Integration, error) {
	shown := &platform.Integration{ID: row.ID, CreatedAt: platform.At(row.CreatedAt), UpdatedAt: platform.At(row.UpdatedAt), Builtin: row.Builtin, Uploaded: row.Deployment != "", Dev: row.Dev}
	if err := json.Unmarshal(row.Definition, &shown.IntegrationDefinition); err != nil {
		return nil, fmt.Errorf("definition of integration %s: %w", row.ID, err)
	}
	shown.URL = row.URL
	return shown, nil
}
