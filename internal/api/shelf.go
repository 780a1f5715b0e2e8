package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// shelf is one kind of things that are published in versions: Def is what is
// uploaded and kept, Thing is what the API shows.
type shelf[Thing, Def any] struct {
	kind, prefix string
	// check refuses a definition, or completes it with what others published.
	check func(ctx context.Context, tx *store.Tx, d *Def) error
	thing func(row *store.Publication, d Def) Thing
}

// also is what is to happen in the transaction of a change; nil is nothing.
type also func(tx *store.Tx, id string) error

func (k shelf[Thing, Def]) show(row *store.Publication, err error) (*Thing, error) {
	if err != nil {
		return nil, err
	}
	var def Def
	if err := json.Unmarshal(row.Definition, &def); err != nil {
		return nil, fmt.Errorf("definition of %s %s: %w", k.kind, row.ID, err)
	}
	shown := k.thing(row, def)
	return &shown, nil
}

func (k shelf[Thing, Def]) missing(err error, what string) error {
	if errors.Is(err, store.ErrNotFound) {
		return platform.Errorf(platform.TypeResourceNotFound, "%s %.120q not found", k.kind, what)
	}
	return err
}

func (k shelf[Thing, Def]) get(ctx context.Context, s *Service, id string) (*Thing, error) {
	row, err := view(ctx, s, func(tx *store.Tx) (*store.Publication, error) { return tx.Publication(ctx, k.kind, id) })
	return k.show(row, k.missing(err, id))
}

func (k shelf[Thing, Def]) getByName(ctx context.Context, s *Service, name, version string) (*Thing, error) {
	row, err := view(ctx, s, func(tx *store.Tx) (*store.Publication, error) { return k.find(ctx, tx, name, version) })
	return k.show(row, k.missing(err, name+"@"+version))
}

// find is Service.IntegrationByName for the shelf.
func (k shelf[Thing, Def]) find(ctx context.Context, tx *store.Tx, name, version string) (*store.Publication, error) {
	if found, err := tx.PublicationByName(ctx, k.kind, name, version); !errors.Is(err, store.ErrNotFound) {
		return found, err
	}
	rows, err := every(func(p store.Page) ([]store.Publication, string, error) { return tx.Publications(ctx, k.kind, name, p) })
	if err != nil {
		return nil, err
	}
	return pick(rows, func(p *store.Publication) string { return p.Version }, version)
}

// create publishes a version. row has what the caller knows of it.
func (k shelf[Thing, Def]) create(ctx context.Context, s *Service, row store.Publication, def *Def, then also) (*Thing, error) {
	if err := checkNameVersion(row.Name, row.Version); err != nil {
		return nil, err
	}
	return k.show(update(ctx, s, func(tx *store.Tx) (*store.Publication, error) {
		if _, err := tx.PublicationByName(ctx, k.kind, row.Name, row.Version); err == nil {
			return nil, platform.Errorf(platform.TypeAlreadyExists, "%s %s@%s exists; update it or take another version", k.kind, row.Name, row.Version)
		} else if !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		err := k.check(ctx, tx, def)
		if err != nil {
			return nil, err
		}
		if row.Definition, err = json.Marshal(def); err != nil {
			return nil, err
		}
		row.ID, row.Kind, row.CreatedAt, row.UpdatedAt = s.ids.New(k.prefix, tx.Now()), k.kind, tx.Now(), tx.Now()
		if err := tx.CreatePublication(ctx, row); err != nil || then == nil {
			return &row, err
		}
		return &row, then(tx, row.ID)
	}))
}

// update changes a version; its name and version stay.
func (k shelf[Thing, Def]) update(ctx context.Context, s *Service, id string, patch json.RawMessage, upload any, then also) (*Thing, error) {
	return k.show(update(ctx, s, func(tx *store.Tx) (*store.Publication, error) {
		row, err := tx.LockPublication(ctx, k.kind, id)
		if err != nil {
			return nil, k.missing(err, id)
		}
		var def Def
		if err := mergeDefinition(&def, row.Definition, patch, upload); err != nil {
			return nil, fmt.Errorf("definition of %s %s: %w", k.kind, id, err)
		}
		if err := k.check(ctx, tx, &def); err != nil {
			return nil, err
		}
		if row.Definition, err = json.Marshal(def); err != nil {
			return nil, err
		}
		row.UpdatedAt = tx.Now()
		if err := tx.UpdatePublication(ctx, id, row.Definition); err != nil || then == nil {
			return row, err
		}
		return row, then(tx, id)
	}))
}

// list lists versions that keep wants; nil wants all.
func (k shelf[Thing, Def]) list(ctx context.Context, s *Service, in *platform.ListInterfacesInput, keep func(*Thing) bool) ([]Thing, platform.Meta, error) {
	things, meta := []Thing{}, platform.Meta{}
	add := func(row *store.Publication, err error) error {
		shown, err := k.show(row, err)
		if err == nil && (keep == nil || keep(shown)) {
			things = append(things, *shown)
		}
		return err
	}
	if in.Name != "" && in.Version != "" {
		row, err := view(ctx, s, func(tx *store.Tx) (*store.Publication, error) { return k.find(ctx, tx, in.Name, in.Version) })
		if errors.Is(err, store.ErrNotFound) {
			return things, meta, nil
		}
		return things, meta, add(row, err)
	}
	p := newPager(k.kind, in.Name)
	page, err := p.page(in.PageSize, in.NextToken)
	if err != nil {
		return nil, meta, err
	}
	var next string
	rows, err := view(ctx, s, func(tx *store.Tx) (rows []store.Publication, err error) {
		rows, next, err = tx.Publications(ctx, k.kind, in.Name, page)
		return rows, err
	})
	for i := range rows {
		if err := add(&rows[i], nil); err != nil {
			return nil, meta, err
		}
	}
	return things, p.meta(next), err
}

// remove deletes a version unless used says that somebody uses it.
func (k shelf[Thing, Def]) remove(ctx context.Context, s *Service, id string, used func(*store.Tx) (by string, err error)) error {
	return s.Store.Update(ctx, func(tx *store.Tx) error {
		if _, err := tx.Publication(ctx, k.kind, id); err != nil {
			return k.missing(err, id)
		}
		by, err := used(tx)
		if err != nil {
			return err
		}
		if by != "" {
			return platform.Errorf(platform.TypeReferenceConstraint, "%s %s is used by %s; change or delete that first", k.kind, id, by)
		}
		return tx.DeletePublication(ctx, k.kind, id)
	})
}
