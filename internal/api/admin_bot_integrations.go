package api

import (
	"context"
	"maps"
	"slices"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/platform"
)

// withIntegrations runs apply, which writes the bot, together with what updateBot carries of installations: all or
// nothing.
func (s *Service) withIntegrations(ctx context.Context, in *platform.UpdateBotInput, apply func() error) error {
	if len(in.Integrations) == 0 {
		return apply()
	}
	b, err := s.botOf(ctx, in.ID)
	if err != nil {
		return err
	}
	changes, err := s.byAlias(ctx, b, in.Integrations)
	if err != nil {
		return err
	}
	puts := make(map[string]*platform.PutInstallationInput, len(changes))
	for alias, change := range changes {
		if change == nil {
			puts[alias] = nil
			continue
		}
		puts[alias] = &platform.PutInstallationInput{
			BotID: in.ID, Alias: alias, Integration: change.IntegrationID, Enabled: change.Enabled,
			Configuration: change.Configuration, ConfigurationType: change.ConfigurationType, DisabledChannels: change.DisabledChannels,
		}
	}
	return s.Installer.ChangeInstallations(ctx, in.ID, puts, apply)
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
