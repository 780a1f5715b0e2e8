package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

func (s *Service) getBotSettings(ctx context.Context, _ *Identity, in *platform.GetBotSettingsInput) (*platform.BotSettingsOutput, error) {
	b, err := s.botOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &platform.BotSettingsOutput{Effective: b.Effective}
	return out, readSettings(b.Settings, &out.Settings)
}

func (s *Service) updateBotSettings(ctx context.Context, _ *Identity, in *platform.UpdateBotSettingsInput) (*platform.BotSettingsOutput, error) {
	err := s.Store.Update(ctx, func(tx *store.Tx) error {
		row, err := lockBot(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		changed, err := changeSettings(row.Settings, in.Settings, &platform.BotSettings{})
		if err != nil {
			return err
		}
		tx.OnCommit(func() {
			s.Catalog.InvalidateBot(in.ID)
			s.Dispatcher.Wake(store.TargetBot, in.ID) // another mode applies to what is queued
		})
		return tx.SetBotSettings(ctx, in.ID, changed)
	})
	if err != nil {
		return nil, err
	}
	return s.getBotSettings(ctx, nil, &platform.GetBotSettingsInput{ID: in.ID})
}

func (s *Service) getInstallationSettings(ctx context.Context, _ *Identity, in *platform.GetInstallationSettingsInput) (*platform.InstallationSettingsOutput, error) {
	b, err := s.botOf(ctx, in.BotID)
	if err != nil {
		return nil, err
	}
	found := b.Installations[in.Alias]
	if found == nil {
		return nil, installationNotFound(b, in.Alias)
	}
	out := &platform.InstallationSettingsOutput{Effective: found.Effective}
	return out, readSettings(found.Settings, &out.Settings)
}

func (s *Service) updateInstallationSettings(ctx context.Context, id *Identity, in *platform.UpdateInstallationSettingsInput) (*platform.InstallationSettingsOutput, error) {
	ref := &platform.GetInstallationSettingsInput{BotID: in.BotID, Alias: in.Alias}
	if _, err := s.getInstallationSettings(ctx, id, ref); err != nil {
		return nil, err
	}
	err := s.Store.Update(ctx, func(tx *store.Tx) error {
		row, err := tx.InstallationByAlias(ctx, in.BotID, in.Alias)
		if err == nil {
			row, err = tx.LockInstallation(ctx, row.ID)
		}
		if errors.Is(err, store.ErrNotFound) {
			return platform.Errorf(platform.TypeResourceNotFound, "installation %.60q not found on bot %.60q", in.Alias, in.BotID)
		} else if err != nil {
			return err
		}
		changed, err := changeSettings(row.Settings, in.Settings, &platform.InstallationSettings{})
		if err != nil {
			return err
		}
		tx.OnCommit(func() { s.Catalog.InvalidateBot(in.BotID) })
		return tx.SetInstallationSettings(ctx, row.ID, changed)
	})
	if err != nil {
		return nil, err
	}
	return s.getInstallationSettings(ctx, id, ref)
}

// changeSettings returns stored settings with a change, checked as a whole.
func changeSettings(stored, patch json.RawMessage, into interface{ Check() error }) (json.RawMessage, error) {
	if len(patch) == 0 {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "settings: it is missing; give an object with the members to change")
	}
	merged, err := platform.MergeSettings(stored, patch)
	if err != nil {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "%v", err)
	}
	if err := platform.DecodeSettings(merged, into); err != nil {
		return nil, err
	}
	return json.Marshal(into) // without what is at its zero value
}

func readSettings(stored json.RawMessage, into any) error {
	if len(stored) == 0 {
		return nil
	}
	if err := json.Unmarshal(stored, into); err != nil {
		return fmt.Errorf("stored settings: %w", err)
	}
	return nil
}
