package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

var plugins = shelf[platform.Plugin, platform.PluginDefinition]{
	kind: store.KindPlugin, prefix: platform.PrefixPlugin,
	check: func(ctx context.Context, tx *store.Tx, d *platform.PluginDefinition) error {
		c := schemaCheck{open: entitiesOf(d)}
		if d.Configuration != nil {
			c.schema("configuration.schema", d.Configuration.Schema)
		}
		c.parts(d.States, d.Events, d.Actions)
		if c.err != nil {
			return c.err
		}
		return linkDependencies(ctx, tx, &d.Dependencies)
	},
	thing: func(row *store.Publication, d platform.PluginDefinition) platform.Plugin {
		d.Name, d.Version = row.Name, row.Version
		return platform.Plugin{ID: row.ID, CreatedAt: platform.At(row.CreatedAt), UpdatedAt: platform.At(row.UpdatedAt), PluginDefinition: d}
	},
}

// entitiesOf knows references to entities of the interfaces that a plugin uses,
// such as interface:ALIAS/entities/NAME.
func entitiesOf(d *platform.PluginDefinition) func(ref string) bool {
	return func(ref string) bool {
		alias, entity, ok := strings.Cut(strings.TrimPrefix(ref, "interface:"), "/entities/")
		_, used := d.Dependencies.Interfaces[alias]
		return ok && used && entity != "" && strings.HasPrefix(ref, "interface:")
	}
}

// linkDependencies completes the references of a plugin.
func linkDependencies(ctx context.Context, tx *store.Tx, d *platform.PluginDependencies) error {
	for alias, ref := range d.Interfaces {
		row, err := findReference(ctx, tx, interfaces.find, store.KindInterface, ref)
		if err != nil {
			return missingReference(err, "dependencies.interfaces."+alias, ref.ID+ref.Name)
		}
		d.Interfaces[alias] = platform.Reference{ID: row.ID, Name: row.Name, Version: row.Version}
	}
	for alias, ref := range d.Integrations {
		var row *store.Integration
		var err error
		if ref.ID != "" {
			row, err = tx.Integration(ctx, ref.ID)
		} else {
			row, err = tx.IntegrationByName(ctx, ref.Name, ref.Version)
		}
		if err != nil {
			return missingReference(err, "dependencies.integrations."+alias, ref.ID+ref.Name)
		}
		d.Integrations[alias] = platform.Reference{ID: row.ID, Name: row.Name, Version: row.Version}
	}
	return nil
}

// The platforms that a plugin has code for.
const (
	platformNode    = "node"
	platformBrowser = "browser"
)

// codeOwner is under which name the code of a plugin is kept.
func codeOwner(id, platform string) string { return id + "/" + platform }

func (s *Service) createPlugin(ctx context.Context, id *Identity, in *platform.CreatePluginInput) (*platform.CreatePluginOutput, error) {
	if in.Code.Node == "" {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "code.node: it is missing; give the plugin's code")
	}
	row := store.Publication{WorkspaceID: id.WorkspaceID, Name: in.Name, Version: in.Version}
	made, err := plugins.create(ctx, s, row, &in.PluginDefinition, putPluginCode(ctx, &in.Code))
	if err != nil {
		return nil, err
	}
	return &platform.CreatePluginOutput{Plugin: *made}, nil
}

// putPluginCode keeps the parts of the code that are given.
func putPluginCode(ctx context.Context, code *platform.PluginCode) also {
	return func(tx *store.Tx, id string) error {
		if code == nil {
			return nil
		}
		for part, source := range map[string]string{platformNode: code.Node, platformBrowser: code.Browser} {
			if len(source) > maxCode {
				return platform.Errorf(platform.TypePayloadTooLarge, "code.%s: it has %d bytes; give at most %d", part, len(source), maxCode)
			}
			if source == "" {
				continue
			}
			if _, err := tx.PutCode(ctx, store.Code{Owner: codeOwner(id, part), Source: source}); err != nil {
				return err
			}
		}
		return nil
	}
}

func (s *Service) getPlugin(ctx context.Context, _ *Identity, in *platform.GetPluginInput) (*platform.GetPluginOutput, error) {
	return pluginOutput(plugins.get(ctx, s, in.ID))
}

func (s *Service) getPluginByName(ctx context.Context, _ *Identity, in *platform.GetPluginByNameInput) (*platform.GetPluginOutput, error) {
	return pluginOutput(plugins.getByName(ctx, s, in.Name, in.Version))
}

func pluginOutput(found *platform.Plugin, err error) (*platform.GetPluginOutput, error) {
	if err != nil {
		return nil, err
	}
	return &platform.GetPluginOutput{Plugin: *found}, nil
}

func (s *Service) listPlugins(ctx context.Context, _ *Identity, in *platform.ListPluginsInput) (*platform.ListPluginsOutput, error) {
	list, meta, err := plugins.list(ctx, s, (*platform.ListInterfacesInput)(in), nil)
	if err != nil {
		return nil, err
	}
	return &platform.ListPluginsOutput{Plugins: summaries(list, (*platform.Plugin).Summary), Meta: meta}, nil
}

func (s *Service) updatePlugin(ctx context.Context, _ *Identity, in *platform.UpdatePluginInput) (*platform.UpdatePluginOutput, error) {
	changed, err := plugins.update(ctx, s, in.ID, in.Patch, in.PluginDefinition, putPluginCode(ctx, in.Code))
	if err != nil {
		return nil, err
	}
	return &platform.UpdatePluginOutput{Plugin: *changed}, nil
}

func (s *Service) deletePlugin(ctx context.Context, _ *Identity, in *platform.DeletePluginInput) (*platform.DeletePluginOutput, error) {
	err := plugins.remove(ctx, s, in.ID, func(tx *store.Tx) (string, error) {
		bots, err := every(func(p store.Page) ([]store.Bot, string, error) { return tx.Bots(ctx, store.BotFilter{}, p) })
		if err != nil {
			return "", err
		}
		for _, row := range bots {
			var def platform.BotDefinition
			if err := json.Unmarshal(row.Definition, &def); len(row.Definition) > 0 && err != nil {
				return "", fmt.Errorf("definition of bot %s: %w", row.ID, err)
			}
			for _, taken := range def.Plugins {
				if taken.ID == in.ID {
					return "bot " + row.ID, nil
				}
			}
		}
		return "", errors.Join(tx.DeleteCode(ctx, codeOwner(in.ID, platformNode)), tx.DeleteCode(ctx, codeOwner(in.ID, platformBrowser)))
	})
	if err != nil {
		return nil, err
	}
	return &platform.DeletePluginOutput{}, nil
}

func (s *Service) getPluginCode(ctx context.Context, id *Identity, in *platform.GetPluginCodeInput) (*platform.GetPluginCodeOutput, error) {
	if _, err := s.getPlugin(ctx, id, &platform.GetPluginInput{ID: in.ID}); err != nil {
		return nil, err
	}
	if in.Platform != platformNode && in.Platform != platformBrowser {
		return nil, platform.Errorf(platform.TypeInvalidQuery, "platform: it is node or browser, not %.40q", in.Platform)
	}
	code, err := view(ctx, s, func(tx *store.Tx) (*store.Code, error) { return tx.Code(ctx, codeOwner(in.ID, in.Platform)) })
	if errors.Is(err, store.ErrNotFound) {
		return nil, platform.Errorf(platform.TypeResourceNotFound, "code of plugin %s for %s not found", in.ID, in.Platform)
	} else if err != nil {
		return nil, err
	}
	return &platform.GetPluginCodeOutput{Code: code.Source}, nil
}
