package store

import (
	"context"
	"encoding/json"
	"time"
)

// User is a person, or the bot itself (whose user has the bot's id), in one bot.
type User struct {
	ID, BotID            string
	InstallationID       string // creator, "" = the bot
	Name, PictureURL     *string
	Properties           json.RawMessage
	Tags                 Tags
	CreatedAt, UpdatedAt time.Time
}

// UserFilter chooses users of one bot; zero fields choose all.
type UserFilter struct {
	BotID          string
	InstallationID string // made by it, or carrying a tag of Alias
	Alias          string // the installation's alias; used with InstallationID
	ConversationID string // takes part in it
	Tags           Tags
	After, Before  *time.Time // inclusive, on RangeField
	RangeField     string     // createdAt (default) or updatedAt
	SortField      string     // createdAt (default) or updatedAt
	Asc            bool
}

const userColumns = `r.id, r.bot_id, r.installation_id, r.name, r.picture_url, r.properties, r.tags, r.created_at, r.updated_at`

func scanUser(rows Rows, u *User) error {
	var tags string
	err := rows.Scan(&u.ID, &u.BotID, &u.InstallationID, &u.Name, &u.PictureURL, &u.Properties, &tags, &u.CreatedAt, &u.UpdatedAt)
	if err != nil {
		return err
	}
	u.Tags, err = decodeTags(tags)
	return err
}

const createUser = `INSERT INTO users (id, bot_id, installation_id, name, picture_url, properties, tags, created_at, updated_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

// CreateUser adds a user; zero times become Now. ErrConflict when the id is taken.
func (tx *Tx) CreateUser(ctx context.Context, u *User) error {
	tx.stamp(&u.CreatedAt, &u.UpdatedAt)
	err := tx.exec(ctx, createUser, u.ID, u.BotID, u.InstallationID, u.Name, u.PictureURL, u.Properties, encodeTags(u.Tags),
		u.CreatedAt, u.UpdatedAt)
	if err == nil {
		err = tx.retag(ctx, KindUser, u.BotID, u.ID, nil, u.Tags)
	}
	return wrap(err, "create user")
}

const selectUser = `SELECT ` + userColumns + ` FROM users r WHERE r.id = $1 AND r.bot_id = $2`

// User reads a bot's user.
func (tx *Tx) User(ctx context.Context, botID, id string) (*User, error) {
	u, err := one(ctx, tx, scanUser, selectUser, id, botID)
	return u, wrap(err, "read user")
}

// LockUser is User for one that this transaction is going to update: no other changes it until the end.
func (tx *Tx) LockUser(ctx context.Context, botID, id string) (*User, error) {
	u, err := one(ctx, tx, scanUser, selectUser+tx.forUpdate(), id, botID)
	return u, wrap(err, "lock user")
}

const updateUser = `UPDATE users SET name = $3, picture_url = $4, properties = $5, tags = $6, updated_at = $7
	WHERE id = $1 AND bot_id = $2`

// UpdateUser writes name, picture, properties and tags; UpdatedAt becomes Now.
func (tx *Tx) UpdateUser(ctx context.Context, u *User) error {
	old, err := tx.LockUser(ctx, u.BotID, u.ID)
	if err != nil {
		return err
	}
	u.UpdatedAt = tx.now
	err = tx.exec(ctx, updateUser, u.ID, u.BotID, u.Name, u.PictureURL, u.Properties, encodeTags(u.Tags), u.UpdatedAt)
	if err == nil {
		err = tx.retag(ctx, KindUser, u.BotID, u.ID, old.Tags, u.Tags)
	}
	return wrap(err, "update user")
}

// DeleteUser removes a user, its participations and its states, and discards what is still to be delivered of what they
// wrote and of events about them; their messages stay.
func (tx *Tx) DeleteUser(ctx context.Context, botID, id string) error {
	old, err := tx.LockUser(ctx, botID, id)
	if err != nil {
		return err
	}
	if err := tx.retag(ctx, KindUser, botID, id, old.Tags, nil); err != nil {
		return wrap(err, "delete user")
	}
	if err := tx.discardOpen(ctx, "the user was deleted", ofUser, id, botID); err != nil {
		return wrap(err, "discard user's deliveries")
	}
	for _, sql := range []string{
		`DELETE FROM participants WHERE user_id = $1 AND conversation_id IN (SELECT id FROM conversations WHERE bot_id = $2)`,
		`DELETE FROM states WHERE subject_id = $1 AND type = 'user' AND bot_id = $2`,
		`DELETE FROM users WHERE id = $1 AND bot_id = $2`,
	} {
		if err := tx.exec(ctx, sql, id, botID); err != nil {
			return wrap(err, "delete user")
		}
	}
	return nil
}

// FindUser reads the user that has every one of tags (in the bot's view): the one that has no others if there is one,
// else the oldest. ErrNotFound when there is none, or no tags are given. alias, when not "", limits the search to
// users that are the bot's own, or carry a tag of that alias.
func (tx *Tx) FindUser(ctx context.Context, botID, alias string, tags Tags) (*User, error) {
	f := new(filter)
	f.and("r.bot_id = ?", botID)
	if alias != "" {
		f.and("(r.installation_id = '' OR "+tx.hasAlias("r.tags")+")", aliasFirst(alias), aliasLater(alias))
	}
	u, err := findByTags(ctx, tx, scanUser, `SELECT `+userColumns+` FROM tag_index t JOIN users r ON r.id = t.owner`, f,
		KindUser, botID, tags)
	return u, wrap(err, "find user")
}

// Users lists a bot's users.
func (tx *Tx) Users(ctx context.Context, uf UserFilter, p Page) ([]User, string, error) {
	f := new(filter)
	by := timeColumn(uf.SortField)
	order := sorting[User]{by: by, id: "r.id", asc: uf.Asc, key: func(u *User) (int64, string) {
		if by == "r.updated_at" {
			return u.UpdatedAt.UnixMilli(), u.ID
		}
		return u.CreatedAt.UnixMilli(), u.ID
	}}
	from := "users r"
	switch { // ids sort by the time at which rows were made
	case by == "r.created_at" && uf.ConversationID != "":
		order.by, order.id = "", "p.user_id"
		f.and("p.conversation_id = ?", uf.ConversationID)
		from, order.window, order.join = "participants p CROSS JOIN users r", "participants p", "r.id = p.user_id"
		f.restIs("r.bot_id", uf.BotID)
		f.restTags(KindUser, uf.BotID, "r.id", uf.Tags, sortedKeys(uf.Tags))
	case by == "r.created_at" && len(uf.Tags) > 0:
		order.by = ""
		from, order.window, order.id = f.byTags(KindUser, uf.BotID, "users", uf.Tags)
		order.join = "r.id = t.owner"
	default:
		f.and("r.bot_id = ?", uf.BotID)
		f.restTags(KindUser, uf.BotID, "r.id", uf.Tags, sortedKeys(uf.Tags))
		if uf.ConversationID != "" {
			f.rest("EXISTS (SELECT 1 FROM participants o WHERE o.conversation_id = ? AND o.user_id = r.id)", uf.ConversationID)
		}
	}
	switch {
	case uf.InstallationID != "" && uf.Alias != "":
		f.rest("(r.installation_id = ? OR "+tx.hasAlias("r.tags")+")", uf.InstallationID, aliasFirst(uf.Alias), aliasLater(uf.Alias))
	case uf.InstallationID != "":
		f.restIs("r.installation_id", uf.InstallationID)
	}
	f.restBetween(timeColumn(uf.RangeField), uf.After, uf.Before)
	list, next, err := listPage(ctx, tx, scanUser, userColumns, from, f, order, p)
	return list, next, wrap(err, "list users")
}

// timeColumn is the column of a wire field name; anything but updatedAt is the time of creation.
func timeColumn(field string) string {
	if field == "updatedAt" {
		return "r.updated_at"
	}
	return "r.created_at"
}

// hasAlias is a condition with two arguments, aliasFirst and aliasLater. In the JSON of tags a quote after { or , always
// begins a key, because quotes within keys and values are escaped.
func (tx *Tx) hasAlias(column string) string {
	if tx.dialect == Postgres {
		return "strpos(" + column + ", ?) > 0 OR strpos(" + column + ", ?) > 0"
	}
	return "instr(" + column + ", ?) > 0 OR instr(" + column + ", ?) > 0"
}

func aliasFirst(alias string) string { return `{"` + alias + `:` }

func aliasLater(alias string) string { return `,"` + alias + `:` }
