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
			return platform.Errorf(platform.TypeAlreadyExists, "integration %s@%s exists; update it or take another version", def.Name, def.Version)
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
		row.ID = s.ids.New(prefix, tx.Now())
		if row.Deployment, err = s.deploy(ctx, tx, row.ID, "", def.Secrets, d); err != nil {
			return err
		}
		return tx.PutIntegration(ctx, row)
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

func (s *Service) integration(ctx context.Context, id string) (row *store.Integration, err error) {
	err = s.Store.View(ctx, func(tx *store.Tx) error {
		row, err = tx.Integration(ctx, id)
		return err
	})
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
	old, err := s.integration(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if old.Builtin {
		return nil, platform.Errorf(platform.TypeForbidden, "integration %s@%s is part of the server and cannot be changed", old.Name, old.Version)
	}
	var def platform.IntegrationDefinition
	if err := mergeDefinition(&def, old.Definition, in.Patch, in.IntegrationUpload); err != nil {
		return nil, fmt.Errorf("definition of integration %s: %w", old.ID, err)
	}
	def.Name, def.Version = old.Name, old.Version
	if def.URL == "" {
		def.URL = old.URL
	}
	if in.Code != "" {
		def.URL = ""
	}
	if err := checkIntegrationDefinition(&def); err != nil {
		return nil, err
	}
	if err := s.linkInterfaces(ctx, &def); err != nil {
		return nil, err
	}
	before, err := showIntegration(old)
	if err != nil {
		return nil, err
	}
	if has, _ := before.Shown(); has && !id.AllowBreaking {
		if err := refuseBreaking(&before.IntegrationDefinition, &def); err != nil {
			return nil, err
		}
	}
	if dryRun {
		return nil, errDryRun
	}
	row := *old
	row.URL = def.URL
	if row.Definition, err = json.Marshal(def); err != nil {
		return nil, err
	}
	err = s.Store.Update(ctx, func(tx *store.Tx) (err error) {
		if row.Deployment, err = s.deploy(ctx, tx, row.ID, row.Deployment, def.Secrets, d); err != nil {
			return err
		}
		return tx.PutIntegration(ctx, &row)
	})
	if err != nil {
		return nil, err
	}
	s.Catalog.InvalidateIntegration(row.ID)
	s.codeChanged(row.ID)
	shown, err := showIntegration(&row)
	if err != nil {
		return nil, err
	}
	return &platform.UpdateIntegrationOutput{Integration: *shown}, nil
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
