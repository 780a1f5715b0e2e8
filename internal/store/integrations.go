package store

import (
	"context"
	"encoding/json"
	"strings"
	"time"
)

// Integration is a published integration, one name and version of a workspace, or one in development.
type Integration struct {
	ID, WorkspaceID, Name, Version string
	URL, SigningSecret             string
	Builtin                        bool // linked Go code
	Dev                            bool // in development: found by its id only
	Definition                     json.RawMessage
	Deployment                     string // as in Bot
	CreatedAt, UpdatedAt           time.Time
}

const integrationColumns = `id, workspace_id, name, version, url, signing_secret, builtin, definition, deployment, created_at, updated_at`

func scanIntegration(rows Rows, i *Integration) error {
	err := rows.Scan(&i.ID, &i.WorkspaceID, &i.Name, &i.Version, &i.URL, &i.SigningSecret, &i.Builtin, &i.Definition,
		&i.Deployment, &i.CreatedAt, &i.UpdatedAt)
	i.Version, i.Dev = strings.CutSuffix(i.Version, devMark+i.ID)
	return err
}

// devMark and the id follow the version in the row of an integration in development, so that any number of them stand
// beside the published one of their name and version. No version has an underscore, as ids do.
const devMark = "+dev."

func (i *Integration) keptVersion() string {
	if i.Dev {
		return i.Version + devMark + i.ID
	}
	return i.Version
}

const putIntegration = `INSERT INTO integrations (` + integrationColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
	ON CONFLICT (workspace_id, name, version) DO UPDATE SET url = excluded.url, signing_secret = excluded.signing_secret,
	builtin = excluded.builtin, definition = excluded.definition, deployment = excluded.deployment, updated_at = excluded.updated_at
	RETURNING id, created_at`

// PutIntegration adds an integration, or replaces the one of the same workspace, name and version (in development: of the
// same id), which keeps its id and its CreatedAt; both are set in i.
func (tx *Tx) PutIntegration(ctx context.Context, i *Integration) error {
	if i.CreatedAt.IsZero() {
		i.CreatedAt = tx.now
	}
	i.UpdatedAt = tx.now
	args := []any{i.ID, i.WorkspaceID, i.Name, i.keptVersion(), i.URL, tx.seal(i.signingPlace(), i.SigningSecret),
		i.Builtin, i.Definition, i.Deployment, i.CreatedAt, i.UpdatedAt}
	return wrap(tx.row(ctx, putIntegration, args, &i.ID, &i.CreatedAt), "put integration")
}

const selectIntegration = `SELECT ` + integrationColumns + ` FROM integrations WHERE id = $1`

// Integration reads an integration by id.
func (tx *Tx) Integration(ctx context.Context, id string) (*Integration, error) {
	i, err := one(ctx, tx, scanIntegration, selectIntegration, id)
	return i, wrap(err, "read integration")
}

// LockIntegration is Integration for one that this transaction is going to put: no other changes or deletes it until the
// end.
func (tx *Tx) LockIntegration(ctx context.Context, id string) (*Integration, error) {
	i, err := one(ctx, tx, scanIntegration, selectIntegration+tx.forUpdate(), id)
	return i, wrap(err, "lock integration")
}

// IntegrationByName reads a published integration by name and version; the newest when several workspaces have it.
func (tx *Tx) IntegrationByName(ctx context.Context, name, version string) (*Integration, error) {
	i, err := one(ctx, tx, scanIntegration, `SELECT `+integrationColumns+` FROM integrations
		WHERE name = $1 AND version = $2 ORDER BY created_at DESC, id DESC LIMIT 1`, name, version)
	return i, wrap(err, "read integration")
}

// Integrations lists integrations, published and in development, all or those of one name, newest first.
func (tx *Tx) Integrations(ctx context.Context, name string, p Page) ([]Integration, string, error) {
	f := new(filter)
	f.is("name", name)
	list, next, err := listPage(ctx, tx, scanIntegration, integrationColumns, "integrations", f, sorting[Integration]{
		by: "created_at", id: "id", key: func(i *Integration) (int64, string) { return i.CreatedAt.UnixMilli(), i.ID },
	}, p)
	return list, next, wrap(err, "list integrations")
}

// DeleteIntegration removes an integration. ErrConflict while it is installed somewhere.
func (tx *Tx) DeleteIntegration(ctx context.Context, id string) error {
	var n int64
	if err := tx.row(ctx, `SELECT COUNT(*) FROM installations WHERE integration_id = $1`, []any{id}, &n); err != nil {
		return wrap(err, "delete integration")
	}
	if n > 0 {
		return wrap(ErrConflict, "delete integration that is installed")
	}
	if err := tx.change(ctx, `DELETE FROM integrations WHERE id = $1`, id); err != nil {
		return wrap(err, "delete integration")
	}
	if err := tx.exec(ctx, `DELETE FROM tokens WHERE integration_id = $1`, id); err != nil {
		return wrap(err, "delete integration's tokens")
	}
	return wrap(tx.disown(ctx, id), "delete integration's code")
}

const inDevelopment = `SELECT COUNT(*) FROM (SELECT url FROM bots WHERE dev
	UNION ALL SELECT url FROM integrations WHERE version LIKE '%` + devMark + `%') AS code
	WHERE substr(url, length(url) - $1 + 1) = $2`

const targetsInDevelopment = `SELECT $3, id FROM bots WHERE dev AND substr(url, length(url) - $1 + 1) = $2
	UNION ALL SELECT $4, i.id FROM installations i JOIN integrations n ON n.id = i.integration_id
	WHERE n.version LIKE '%` + devMark + `%' AND substr(n.url, length(n.url) - $1 + 1) = $2`

// TargetsInDevelopment lists bots in development, and installations of integrations in development, whose address ends
// so: their ids by kind of target.
func (tx *Tx) TargetsInDevelopment(ctx context.Context, end string) (map[string][]string, error) {
	list, err := all(ctx, tx, func(rows Rows, p *[2]string) error { return rows.Scan(&p[0], &p[1]) },
		targetsInDevelopment, int64(len(end)), end, TargetBot, TargetInstallation)
	ids := map[string][]string{}
	for _, p := range list {
		ids[p[0]] = append(ids[p[0]], p[1])
	}
	return ids, wrap(err, "list code in development")
}

// InDevelopment tells whether the address of a bot or an integration in development ends so.
func (tx *Tx) InDevelopment(ctx context.Context, end string) (bool, error) {
	var n int64
	err := tx.row(ctx, inDevelopment, []any{int64(len(end)), end}, &n)
	return n > 0, wrap(err, "look for code in development")
}
