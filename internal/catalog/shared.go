package catalog

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/vrl"
	"github.com/bellhop-dev/bellhop/platform"
)

// scripts are the compiled scripts of an integration's identifier; nil where
// there is none, or it does not compile.
type scripts struct {
	extract, fallback *vrl.Program
	links             map[string]*vrl.Program // by configuration; "" is the default one
}

// Extract returns the program that finds an identifier in a call to the
// integration's shared webhook, or nil.
func (i *Integration) Extract() *vrl.Program { return i.scripts.extract }

// Fallback returns the program that answers calls in which no identifier is
// found, or nil.
func (i *Integration) Fallback() *vrl.Program { return i.scripts.fallback }

// Link returns the program that words the address at which a person connects
// an account, or nil where the configuration has none; "" is the default one.
func (i *Integration) Link(configuration string) *vrl.Program { return i.scripts.links[configuration] }

func (p parser) script(source, path string) *vrl.Program {
	if source == "" {
		return nil
	}
	program, err := vrl.Compile(source, vrl.Limits{})
	if err != nil {
		p.c.logger.Warn("script not run", "definition", p.what, "path", path, "error", err)
		return nil
	}
	return program
}

func (c *Catalog) scripts(i *Integration) scripts {
	p := c.parser("integration " + i.ID)
	s := scripts{links: map[string]*vrl.Program{}}
	if id := i.Def.Identifier; id != nil {
		s.extract = p.script(id.ExtractScript, "identifier.extractScript")
		s.fallback = p.script(id.FallbackHandlerScript, "identifier.fallbackHandlerScript")
	}
	link := func(name, path string, id *platform.IdentifierDefinition) {
		if id != nil {
			s.links[name] = p.script(id.LinkTemplateScript, path+".identifier.linkTemplateScript")
		}
	}
	if i.Def.Configuration != nil {
		link("", "configuration", i.Def.Configuration.Identifier)
	}
	for name, def := range i.Def.Configurations {
		link(name, "configurations."+name, def.Identifier)
	}
	return s
}

// Versions returns the versions of an integration by its name, the newest
// first; none is no error.
func (c *Catalog) Versions(ctx context.Context, name string) ([]*Integration, error) {
	c.expire()
	c.mu.RLock()
	list, ok := c.versions[name]
	generation := c.generation
	c.mu.RUnlock()
	if ok {
		return list, nil
	}
	var rows []store.Integration
	err := c.store.View(ctx, func(tx *store.Tx) error {
		for page := (store.Page{Limit: 100}); ; {
			some, next, err := tx.Integrations(ctx, name, page)
			if err != nil {
				return err
			}
			if rows = append(rows, some...); next == "" {
				return nil
			}
			page.After = next
		}
	})
	if err != nil {
		return nil, err
	}
	for i := range rows {
		parsed, err := c.integration(&rows[i])
		if err != nil {
			return nil, err
		}
		list = append(list, parsed)
	}
	slices.SortStableFunc(list, func(a, b *Integration) int { return cmp.Compare(b.CreatedAt.UnixMilli(), a.CreatedAt.UnixMilli()) })
	c.mu.Lock()
	defer c.mu.Unlock()
	// Names that nobody has are not remembered: anybody may ask for them.
	if c.generation == generation && len(list) > 0 {
		c.versions[name] = list
	}
	return list, nil
}

// ByIdentifier returns the enabled installation of any version of an
// integration that holds an identifier; store.ErrNotFound when there is none.
func (c *Catalog) ByIdentifier(ctx context.Context, name, identifier string) (*Installation, error) {
	if identifier == "" {
		return nil, store.ErrNotFound
	}
	var found []store.Installation
	err := c.store.View(ctx, func(tx *store.Tx) (err error) {
		found, err = tx.InstallationsByIdentifier(ctx, name, identifier)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, row := range found {
		if !row.Enabled {
			continue
		}
		in, err := c.Installation(ctx, row.ID)
		if errors.Is(err, store.ErrNotFound) {
			continue // removed meanwhile
		}
		return in, err
	}
	return nil, store.ErrNotFound
}

// Secrets returns the secrets of an integration version by name.
func (c *Catalog) Secrets(ctx context.Context, integrationID string) (map[string]string, error) {
	values := map[string]string{}
	err := c.store.View(ctx, func(tx *store.Tx) error {
		list, err := tx.Secrets(ctx, integrationID)
		for _, s := range list {
			values[s.Name] = s.Value
		}
		return err
	})
	return values, err
}
