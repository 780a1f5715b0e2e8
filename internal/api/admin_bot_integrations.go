package api

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// putIntegrations installs, changes and removes what updateBot carries of
// installations, in the order of their aliases, up to the first that fails.
func (s *Service) putIntegrations(ctx context.Context, in *platform.UpdateBotInput) error {
	if len(in.Integrations) == 0 {
		return nil
	}
	b, err := s.Catalog.Bot(ctx, in.ID)
	if err != nil {
		return err
	}
	changes, err := s.byAlias(ctx, b, in.Integrations)
	if err != nil {
		return err
	}
	for _, alias := range slices.Sorted(maps.Keys(changes)) {
		change := changes[alias]
		if change == nil {
			if err := s.Installer.DeleteInstallation(ctx, in.ID, alias, false); err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
			continue
		}
		_, err := s.Installer.PutInstallation(ctx, &platform.PutInstallationInput{
			BotID: in.ID, Alias: alias, Integration: change.IntegrationID, Enabled: change.Enabled,
			Configuration: change.Configuration, ConfigurationType: change.ConfigurationType, DisabledChannels: change.DisabledChannels,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// byAlias are changes of installations by their aliases. Callers from before
// aliases know installations by the id of the integration: that means the ones
// that have it or, when there is none, the one that is called like it, so that
// another version in place of one that goes is an upgrade.
func (s *Service) byAlias(ctx context.Context, b *catalog.Bot, given map[string]*platform.BotIntegrationInput) (map[string]*platform.BotIntegrationInput, error) {
	changes := map[string]*platform.BotIntegrationInput{}
	for key, change := range given {
		if !platform.IsIntegrationID(key) {
			changes[key] = change
		}
	}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		change := given[key]
		if !platform.IsIntegrationID(key) {
			continue
		}
		aliases := aliasesOf(b, key)
		if change != nil && len(aliases) == 0 {
			row, err := s.integration(ctx, key)
			if err != nil {
				return nil, err
			}
			aliases = []string{row.Name}
		}
		for _, alias := range aliases {
			if change == nil {
				if changes[alias] == nil {
					changes[alias] = nil
				}
				continue
			}
			put := *change
			if put.IntegrationID == "" {
				put.IntegrationID = key
			}
			changes[alias] = &put
		}
	}
	return changes, nil
}

// aliasesOf are the aliases under which a bot has an integration, in order.
func aliasesOf(b *catalog.Bot, integrationID string) (aliases []string) {
	for _, alias := range slices.Sorted(maps.Keys(b.Installations)) {
		if b.Installations[alias].IntegrationID == integrationID {
			aliases = append(aliases, alias)
		}
	}
	return aliases
}

// botFor is bot for a caller, who may know installations by the ids of their
// integrations. Of several of one integration such a caller sees the first.
func (s *Service) botFor(ctx context.Context, id *Identity, botID string) (*platform.Bot, error) {
	bot, err := s.bot(ctx, botID)
	if err != nil || !id.ByIntegration {
		return bot, err
	}
	byID := map[string]platform.BotIntegration{}
	for _, alias := range slices.Sorted(maps.Keys(bot.Integrations)) {
		in := bot.Integrations[alias]
		if _, ok := byID[in.ID]; !ok {
			byID[in.ID] = in
		}
	}
	bot.Integrations = byID
	return bot, nil
}
