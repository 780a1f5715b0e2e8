package catalog

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/vrl"
)

// scripts are the compiled scripts of an integration's identifier; nil where
// there is none, or it does not compile.
type scripts struct{ extract, fallback *vrl.Program }

// Extract returns the program that finds an identifier in a call to the
// integration's shared webhook, or nil.
func (i *Integration) Extract() *vrl.Program { return i.scripts.extract }

// Fallback returns the program that answers calls in which no identifier is
// found, or nil.
func (i *Integration) Fallback() *vrl.Program { return i.scripts.fallback }

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
	if i.Def.Identifier == nil {
		return scripts{}
	}
	p := c.parser("integration " + i.ID)
	return scripts{
		extract:  p.script(i.Def.Identifier.ExtractScript, "identifier.extractScript"),
		fallback: p.script(i.Def.Identifier.FallbackHandlerScript, "identifier.fallbackHandlerScript"),
	}
}

// Versions returns the versions of an integration by its name, the newest
// first; none is no error.
func (c *Catalog) Versions(ctx context.Context, name string) ([]*Integration, error) {
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
