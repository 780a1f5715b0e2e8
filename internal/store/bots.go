package store

import (
	"context"
	"encoding/json"
	"time"
)

// Bot is a program that converses; it has installations and sees what they bring.
type Bot struct {
	ID, WorkspaceID, Name string
	URL, SigningSecret    string
	Builtin               string // name of the linked Go bot, "" when it is remote
	Dev                   bool
	Definition            json.RawMessage
	Configuration         json.RawMessage
	Deployment            string // of its Code and secrets; another one after each change, "" without code
	Tags                  Tags   // of the bot itself; definitions declare those of its conversations
	Description           string
	Medias                json.RawMessage // a list; nil is none
	Settings              json.RawMessage // what was set, an object; nil is none. Only SetBotSettings changes it.
	CreatedAt, UpdatedAt  time.Time
}

// BotFilter chooses bots; zero fields choose all.
type BotFilter struct {
	Dev       *bool // those in development, or those that are not
	Tags      Tags
	SortField string // createdAt (default) or updatedAt
	Asc       bool
}

const botColumns = `id, workspace_id, name, url, signing_secret, builtin, dev, definition, configuration, deployment, tags, description, medias, created_at, updated_at, settings`

func scanBot(rows Rows, b *Bot) error {
	var tags string
	err := rows.Scan(&b.ID, &b.WorkspaceID, &b.Name, &b.URL, &b.SigningSecret, &b.Builtin, &b.Dev, &b.Definition,
		&b.Configuration, &b.Deployment, &tags, &b.Description, &b.Medias, &b.CreatedAt, &b.UpdatedAt, &b.Settings)
	if err != nil {
		return err
	}
	b.Tags, err = decodeTags(tags)
	return err
}

const createBot = `INSERT INTO bots (` + botColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`

// CreateBot adds a bot; zero times become Now. ErrConflict when the id is taken.
func (tx *Tx) CreateBot(ctx context.Context, b Bot) error {
	tx.stamp(&b.CreatedAt, &b.UpdatedAt)
	b.seal(tx)
	err := tx.exec(ctx, createBot, b.ID, b.WorkspaceID, b.Name, b.URL, b.SigningSecret, b.Builtin, b.Dev,
		b.Definition, b.Configuration, b.Deployment, encodeTags(b.Tags), b.Description, b.Medias, b.CreatedAt, b.UpdatedAt, b.Settings)
	if err == nil {
		err = tx.retag(ctx, KindBot, "", b.ID, nil, b.Tags)
	}
	return wrap(err, "create bot")
}

const selectBot = `SELECT ` + botColumns + ` FROM bots WHERE id = $1`

// Bot reads a bot by id.
func (tx *Tx) Bot(ctx context.Context, id string) (*Bot, error) {
	b, err := one(ctx, tx, scanBot, selectBot, id)
	return b, wrap(err, "read bot")
}

// LockBot is Bot for one that this transaction is going to update: no other changes it until the end.
func (tx *Tx) LockBot(ctx context.Context, id string) (*Bot, error) {
	b, err := one(ctx, tx, scanBot, selectBot+tx.forUpdate(), id)
	return b, wrap(err, "lock bot")
}

// Bots lists bots, newest first.
func (tx *Tx) Bots(ctx context.Context, bf BotFilter, p Page) ([]Bot, string, error) {
	f := new(filter)
	if bf.Dev != nil {
		f.rest("r.dev = ?", *bf.Dev)
	}
	f.restTags(KindBot, "", "r.id", bf.Tags, sortedKeys(bf.Tags))
	by := timeColumn(bf.SortField)
	list, next, err := listPage(ctx, tx, scanBot, botColumns, "bots r", f, sorting[Bot]{
		by: by, id: "r.id", asc: bf.Asc, key: func(b *Bot) (int64, string) {
			if by == "r.updated_at" {
				return b.UpdatedAt.UnixMilli(), b.ID
			}
			return b.CreatedAt.UnixMilli(), b.ID
		},
	}, p)
	return list, next, wrap(err, "list bots")
}

// CountBots returns how many bots there are.
func (tx *Tx) CountBots(ctx context.Context) (n int64, err error) {
	err = tx.row(ctx, `SELECT COUNT(*) FROM bots`, nil, &n)
	return n, wrap(err, "count bots")
}

const updateBot = `UPDATE bots SET workspace_id = $2, name = $3, url = $4, signing_secret = $5, builtin = $6, dev = $7,
	definition = $8, configuration = $9, deployment = $10, tags = $11, description = $12, medias = $13, updated_at = $14 WHERE id = $1`

// UpdateBot writes every field but ID, CreatedAt and Settings; UpdatedAt becomes Now.
func (tx *Tx) UpdateBot(ctx context.Context, b Bot) error {
	old, err := tx.LockBot(ctx, b.ID)
	if err != nil {
		return wrap(err, "update bot")
	}
	b.seal(tx)
	err = tx.exec(ctx, updateBot, b.ID, b.WorkspaceID, b.Name, b.URL, b.SigningSecret, b.Builtin, b.Dev,
		b.Definition, b.Configuration, b.Deployment, encodeTags(b.Tags), b.Description, b.Medias, tx.now)
	if err == nil {
		err = tx.retag(ctx, KindBot, "", b.ID, old.Tags, b.Tags)
	}
	return wrap(err, "update bot")
}

// DeleteBot removes a bot and all that is its.
func (tx *Tx) DeleteBot(ctx context.Context, id string) error {
	if err := tx.untagAll(ctx, KindBot, "", "bots", "id", id); err != nil {
		return wrap(err, "delete bot's tags")
	}
	if err := tx.change(ctx, `DELETE FROM bots WHERE id = $1`, id); err != nil {
		return wrap(err, "delete bot")
	}
	for _, owned := range []struct {
		kind  Kind
		table string
	}{{KindMessage, "messages"}, {KindConversation, "conversations"}, {KindUser, "users"}, {KindFile, "files"}} {
		if err := tx.untagAll(ctx, owned.kind, id, owned.table, "bot_id", id); err != nil {
			return wrap(err, "delete bot's tags")
		}
	}
	for _, sql := range []string{
		`DELETE FROM deliveries WHERE bot_id = $1`,
		`DELETE FROM participants WHERE conversation_id IN (SELECT id FROM conversations WHERE bot_id = $1)`,
		`DELETE FROM messages WHERE bot_id = $1`,
		`DELETE FROM conversations WHERE bot_id = $1`,
		`DELETE FROM users WHERE bot_id = $1`,
		`DELETE FROM events WHERE bot_id = $1`,
		`DELETE FROM states WHERE bot_id = $1`,
		`DELETE FROM table_rows WHERE table_id IN (SELECT id FROM tables WHERE bot_id = $1)`,
		`DELETE FROM tables WHERE bot_id = $1`,
		`DELETE FROM files WHERE bot_id = $1`,
		`DELETE FROM file_passages WHERE bot_id = $1`,
		`DELETE FROM file_words WHERE bot_id = $1`,
		`DELETE FROM installations WHERE bot_id = $1`,
		`DELETE FROM alerts WHERE bot_id = $1`,
		`DELETE FROM incidents WHERE bot_id = $1`,
		`DELETE FROM outage_notices WHERE target IN (SELECT target FROM outages WHERE bot_id = $1)`,
		`DELETE FROM outages WHERE bot_id = $1`,
		`DELETE FROM removed_installations WHERE bot_id = $1`,
		`DELETE FROM tokens WHERE bot_id = $1`,
		`DELETE FROM recurring_events WHERE bot_id = $1`,
		`DELETE FROM idempotency_keys WHERE bot_id = $1`,
		`DELETE FROM code WHERE owner IN (SELECT id FROM publications WHERE kind = 'bot_version' AND name = $1)`,
		`DELETE FROM publications WHERE kind = 'bot_version' AND name = $1`,
	} {
		if err := tx.exec(ctx, sql, id); err != nil {
			return wrap(err, "delete bot's rows")
		}
	}
	return wrap(tx.disown(ctx, id), "delete bot's code")
}

// untagAll removes the index entries of all rows of a table that have value in column.
func (tx *Tx) untagAll(ctx context.Context, kind Kind, botID, table, column, value string) error {
	type tagged struct{ id, tags string }
	scan := func(rows Rows, t *tagged) error { return rows.Scan(&t.id, &t.tags) }
	list, err := all(ctx, tx, scan, `SELECT id, tags FROM `+table+` WHERE `+column+` = $1 AND tags <> '{}'`, value)
	if err != nil {
		return err
	}
	for _, t := range list {
		tags, err := decodeTags(t.tags)
		if err != nil {
			return err
		}
		if err := tx.retag(ctx, kind, botID, t.id, tags, nil); err != nil {
			return err
		}
	}
	return nil
}
