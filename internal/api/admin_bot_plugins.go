package api

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
)

// replaceParts puts what an update names whole in place of what was merged:
// plugins and recurring events do not mix with those of the same name before.
func replaceParts(d, given *platform.BotDefinition) {
	for alias, p := range given.Plugins {
		if p.ID != "" {
			d.Plugins[alias] = p
		}
	}
	for name, e := range given.RecurringEvents {
		if e.Type != "" {
			d.RecurringEvents[name] = e
		}
	}
}

// linkPlugins completes the plugins of a bot with what is published, and
// refuses those that are not there or not configured as they want it.
func linkPlugins(ctx context.Context, tx *store.Tx, d *platform.BotDefinition) error {
	for _, alias := range slices.Sorted(maps.Keys(d.Plugins)) {
		p, path := d.Plugins[alias], "plugins."+alias
		row, err := tx.Publication(ctx, store.KindPlugin, p.ID)
		if err != nil {
			return missingReference(err, path+".id", p.ID)
		}
		found, err := plugins.show(row, nil)
		if err != nil {
			return err
		}
		if err := checkPluginConfiguration(ctx, path, found, &p); err != nil {
			return err
		}
		for name, used := range p.Interfaces {
			if err := linkPluginInterface(ctx, tx, fmt.Sprintf("%s.interfaces.%s", path, name), found.Dependencies.Interfaces[name], &used); err != nil {
				return err
			}
			p.Interfaces[name] = used
		}
		for name, used := range p.Integrations {
			if _, err := tx.Integration(ctx, used.IntegrationID); err != nil {
				return missingReference(err, fmt.Sprintf("%s.integrations.%s.integrationId", path, name), used.IntegrationID)
			}
		}
		p.Name, p.Version, p.Title, p.Description = found.Name, found.Version, found.Title, found.Description
		p.CreatedAt, p.UpdatedAt = found.CreatedAt, found.UpdatedAt
		d.Plugins[alias] = p
	}
	return nil
}

func checkPluginConfiguration(ctx context.Context, path string, found *platform.Plugin, p *platform.BotPlugin) error {
	if found.Configuration == nil || len(p.Configuration) == 0 {
		return nil
	}
	v, err := schema.CompileOpen(found.Configuration.Schema, entitiesOf(&found.PluginDefinition))
	if err != nil {
		return fmt.Errorf("configuration of plugin %s: %w", found.ID, err)
	}
	return checkSchema(ctx, v, path+".configuration", json.RawMessage(p.Configuration), "plugin", found.Name)
}

// linkPluginInterface finds the interface that an installation implements for a
// plugin: the one that the plugin wants, in any version.
func linkPluginInterface(ctx context.Context, tx *store.Tx, path string, wanted platform.Reference, used *platform.PluginInterface) error {
	row, err := tx.Integration(ctx, used.IntegrationID)
	if err != nil {
		return missingReference(err, path+".integrationId", used.IntegrationID)
	}
	shown, err := showIntegration(row)
	if err != nil {
		return err
	}
	if used.IntegrationAlias == "" {
		used.IntegrationAlias = row.Name
	}
	for alias, implemented := range shown.Interfaces {
		named := used.IntegrationInterfaceAlias == alias
		if named || used.IntegrationInterfaceAlias == "" && (implemented.ID == wanted.ID || implemented.Name == wanted.Name) {
			// What is linked into the server knows an interface by its name only.
			used.IntegrationInterfaceAlias, used.InterfaceID = alias, cmp.Or(implemented.ID, wanted.ID)
			return nil
		}
	}
	return platform.Errorf(platform.TypeReferenceNotFound, "%s: integration %s@%s does not implement %s", path, row.Name, row.Version, wanted.Name)
}
