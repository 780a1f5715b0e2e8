package store

import (
	"context"
	"encoding/json"
	"time"
)

// Publication is one version of something that is published by name: of an interface, of a plugin, or of a bot, where
// Name is the bot's id.
type Publication struct {
	ID, Kind, WorkspaceID, Name, Version string
	Definition                           json.RawMessage
	CreatedAt, UpdatedAt                 time.Time
}

// The kinds of publications.
const (
	KindInterface  = "interface"
	KindPlugin     = "plugin"
	KindBotVersion = "bot_version"
)

const publicationColumns = `id, kind, workspace_id, name, version, definition, created_at, updated_at`

func scanPublication(rows Rows, p *Publication) error {
	return rows.Scan(&p.ID, &p.Kind, &p.WorkspaceID, &p.Name, &p.Version, &p.Definition, &p.CreatedAt, &p.UpdatedAt)
}

// CreatePublication adds a version; zero times become Now. ErrConflict when the kind has this name and version already.
func (tx *Tx) CreatePublication(ctx context.Context, p Publication) error {
	tx.stamp(&p.CreatedAt, &p.UpdatedAt)
	err := tx.exec(ctx, `INSERT INTO publications (`+publicationColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		p.ID, p.Kind, p.WorkspaceID, p.Name, p.Version, p.Definition, p.CreatedAt, p.UpdatedAt)
	return wrap(err, "create publication")
}

// UpdatePublication writes the definition of a version; UpdatedAt becomes Now.
func (tx *Tx) UpdatePublication(ctx context.Context, id string, definition json.RawMessage) error {
	return wrap(tx.change(ctx, `UPDATE publications SET definition = $2, updated_at = $3 WHERE id = $1`, id, definition, tx.now),
		"update publication")
}

const selectPublication = `SELECT ` + publicationColumns + ` FROM publications WHERE kind = $1 AND id = $2`

// Publication reads a version by kind and id.
func (tx *Tx) Publication(ctx context.Context, kind, id string) (*Publication, error) {
	p, err := one(ctx, tx, scanPublication, selectPublication, kind, id)
	return p, wrap(err, "read publication")
}

// LockPublication is Publication for one that this transaction is going to update: no other changes it until the end.
func (tx *Tx) LockPublication(ctx context.Context, kind, id string) (*Publication, error) {
	p, err := one(ctx, tx, scanPublication, selectPublication+tx.forUpdate(), kind, id)
	return p, wrap(err, "lock publication")
}

// PublicationByName reads a version by kind, name and version.
func (tx *Tx) PublicationByName(ctx context.Context, kind, name, version string) (*Publication, error) {
	p, err := one(ctx, tx, scanPublication, `SELECT `+publicationColumns+` FROM publications
		WHERE kind = $1 AND name = $2 AND version = $3 ORDER BY created_at DESC, id DESC LIMIT 1`, kind, name, version)
	return p, wrap(err, "read publication")
}

// Publications lists a kind's versions, all or those of one name, newest first.
func (tx *Tx) Publications(ctx context.Context, kind, name string, p Page) ([]Publication, string, error) {
	f := new(filter)
	f.is("kind", kind)
	f.is("name", name)
	list, next, err := listPage(ctx, tx, scanPublication, publicationColumns, "publications", f, sorting[Publication]{
		by: "created_at", id: "id", key: func(p *Publication) (int64, string) { return p.CreatedAt.UnixMilli(), p.ID },
	}, p)
	return list, next, wrap(err, "list publications")
}

// DeletePublication removes a version; its code is DeleteCode's.
func (tx *Tx) DeletePublication(ctx context.Context, kind, id string) error {
	return wrap(tx.change(ctx, `DELETE FROM publications WHERE kind = $1 AND id = $2`, kind, id), "delete publication")
}
