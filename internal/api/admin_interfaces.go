package api

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

var interfaces = shelf[platform.Interface, platform.InterfaceDefinition]{
	kind: store.KindInterface, prefix: platform.PrefixInterface,
	check: func(_ context.Context, _ *store.Tx, d *platform.InterfaceDefinition) error {
		// An entity is what the integration has under that name.
		c := schemaCheck{open: func(ref string) bool { _, ok := d.Entities[ref]; return ok }}
		c.parts(nil, d.Events, d.Actions)
		c.channels(d.Channels)
		each(d.Entities, func(name string, e platform.EntityDefinition) { c.schema("entities."+name+".schema", e.Schema) })
		return c.err
	},
	thing: func(row *store.Publication, d platform.InterfaceDefinition) platform.Interface {
		d.Name, d.Version = row.Name, row.Version
		return platform.Interface{ID: row.ID, CreatedAt: platform.At(row.CreatedAt), UpdatedAt: platform.At(row.UpdatedAt), InterfaceDefinition: d}
	},
}

func (s *Service) createInterface(ctx context.Context, id *Identity, in *platform.CreateInterfaceInput) (*platform.CreateInterfaceOutput, error) {
	row := store.Publication{WorkspaceID: id.WorkspaceID, Name: in.Name, Version: in.Version}
	made, err := interfaces.create(ctx, s, row, &in.InterfaceDefinition, nil)
	if err != nil {
		return nil, err
	}
	return &platform.CreateInterfaceOutput{Interface: *made}, nil
}

func (s *Service) getInterface(ctx context.Context, _ *Identity, in *platform.GetInterfaceInput) (*platform.GetInterfaceOutput, error) {
	return interfaceOutput(interfaces.get(ctx, s, in.ID))
}

func (s *Service) getInterfaceByName(ctx context.Context, _ *Identity, in *platform.GetInterfaceByNameInput) (*platform.GetInterfaceOutput, error) {
	return interfaceOutput(interfaces.getByName(ctx, s, in.Name, in.Version))
}

func interfaceOutput(found *platform.Interface, err error) (*platform.GetInterfaceOutput, error) {
	if err != nil {
		return nil, err
	}
	return &platform.GetInterfaceOutput{Interface: *found}, nil
}

func (s *Service) listInterfaces(ctx context.Context, _ *Identity, in *platform.ListInterfacesInput) (*platform.ListInterfacesOutput, error) {
	list, meta, err := interfaces.list(ctx, s, in, nil)
	if err != nil {
		return nil, err
	}
	return &platform.ListInterfacesOutput{Interfaces: summaries(list, (*platform.Interface).Summary), Meta: meta}, nil
}

func (s *Service) updateInterface(ctx context.Context, _ *Identity, in *platform.UpdateInterfaceInput) (*platform.UpdateInterfaceOutput, error) {
	changed, err := interfaces.update(ctx, s, in.ID, in.Patch, in.InterfaceDefinition, nil)
	if err != nil {
		return nil, err
	}
	return &platform.UpdateInterfaceOutput{Interface: *changed}, nil
}

func (s *Service) deleteInterface(ctx context.Context, _ *Identity, in *platform.DeleteInterfaceInput) (*platform.DeleteInterfaceOutput, error) {
	err := interfaces.remove(ctx, s, in.ID, func(tx *store.Tx) (string, error) {
		rows, err := every(func(p store.Page) ([]store.Integration, string, error) { return tx.Integrations(ctx, "", p) })
		if err != nil {
			return "", err
		}
		for _, row := range rows {
			var def platform.IntegrationDefinition
			if err := json.Unmarshal(row.Definition, &def); err != nil {
				return "", fmt.Errorf("definition of integration %s: %w", row.ID, err)
			}
			for _, implemented := range def.Interfaces {
				if implemented.ID == in.ID {
					return "integration " + row.Name + "@" + row.Version, nil
				}
			}
		}
		return "", nil
	})
	if err != nil {
		return nil, err
	}
	return &platform.DeleteInterfaceOutput{}, nil
}

// linkInterfaces completes what an integration says of the interfaces that it
// implements: each is named by id, or by name and version.
func (s *Service) linkInterfaces(ctx context.Context, d *platform.IntegrationDefinition) error {
	if len(d.Interfaces) == 0 {
		return nil
	}
	return s.Store.View(ctx, func(tx *store.Tx) error { return linkInterfaces(ctx, tx, d) })
}

func linkInterfaces(ctx context.Context, tx *store.Tx, d *platform.IntegrationDefinition) error {
	for alias, said := range d.Interfaces {
		if said.ID == "" && said.Name == "" {
			return platform.Errorf(platform.TypeInvalidPayload, "interfaces.%s: give the id of the interface", alias)
		}
		row, err := findReference(ctx, tx, interfaces.find, store.KindInterface, platform.Reference{ID: said.ID, Name: said.Name, Version: said.Version})
		if err != nil {
			return missingReference(err, "interfaces."+alias, said.ID+said.Name)
		}
		found, err := interfaces.show(row, nil)
		if err != nil {
			return err
		}
		if err := implements(alias, &said, found, d); err != nil {
			return err
		}
		said.ID, said.Name, said.Version = found.ID, found.Name, found.Version
		d.Interfaces[alias] = said
	}
	return nil
}

// findReference finds a publication by its id, or else by name and version.
func findReference(ctx context.Context, tx *store.Tx, find func(context.Context, *store.Tx, string, string) (*store.Publication, error), kind string, ref platform.Reference) (*store.Publication, error) {
	if ref.ID != "" {
		return tx.Publication(ctx, kind, ref.ID)
	}
	if ref.Version == "" {
		ref.Version = latest
	}
	return find(ctx, tx, ref.Name, ref.Version)
}

// implements refuses an integration that lacks something of an interface.
func implements(alias string, said *platform.InterfaceExtension, i *platform.Interface, d *platform.IntegrationDefinition) error {
	lack := func(part, name, own string) error {
		return platform.Errorf(platform.TypeReferenceNotFound, "interfaces.%s.%s.%s: the integration has no %q to stand for it", alias, part, name, own)
	}
	for name := range i.Actions {
		if own := ownName(said.Actions, name); !has(d.Actions, own) {
			return lack("actions", name, own)
		}
	}
	for name := range i.Events {
		if own := ownName(said.Events, name); !has(d.Events, own) {
			return lack("events", name, own)
		}
	}
	for name := range i.Channels {
		if own := ownName(said.Channels, name); !has(d.Channels, own) {
			return lack("channels", name, own)
		}
	}
	return nil
}

// ownName is what an integration calls a thing of an interface.
func ownName(aliases map[string]platform.InterfaceAlias, name string) string {
	if alias, ok := aliases[name]; ok {
		return alias.Name
	}
	return name
}

func has[V any](m map[string]V, name string) bool {
	_, ok := m[name]
	return ok
}
