package store

import (
	"context"
	"encoding/json"
	"time"
)

// StateKey names a state: whose it is, what it is about, and its name.
type StateKey struct {
	BotID     string
	Owner     string // installation id, or "" for the bot
	Type      string // integration, conversation, user, bot, …
	SubjectID string
	Name      string
}

// State is a value that a bot or an installation keeps.
type State struct {
	StateKey
	ID                   string
	Payload              json.RawMessage
	Expiry               time.Duration // how long it lives unused; 0 = for ever
	ExpiresAt            *time.Time
	CreatedAt, UpdatedAt time.Time
}

const stateColumns = `bot_id, owner, type, subject_id, name, id, payload, expiry, expires_at, created_at, updated_at`

const stateWhere = ` WHERE bot_id = $1 AND owner = $2 AND type = $3 AND subject_id = $4 AND name = $5`

func scanState(rows Rows, s *State) error {
	var expiry int64
	err := rows.Scan(&s.BotID, &s.Owner, &s.Type, &s.SubjectID, &s.Name, &s.ID, &s.Payload, &expiry, &s.ExpiresAt,
		&s.CreatedAt, &s.UpdatedAt)
	s.Expiry = time.Duration(expiry) * time.Millisecond
	return err
}

// State reads a state, expired or not; who reads compares ExpiresAt with Now.
func (tx *Tx) State(ctx context.Context, k StateKey) (*State, error) {
	s, err := one(ctx, tx, scanState, `SELECT `+stateColumns+` FROM states`+stateWhere, k.BotID, k.Owner, k.Type, k.SubjectID, k.Name)
	return s, wrap(err, "read state")
}

// LockState is State for one that this transaction is going to put.
func (tx *Tx) LockState(ctx context.Context, k StateKey) (*State, error) {
	s, err := one(ctx, tx, scanState, `SELECT `+stateColumns+` FROM states`+stateWhere+tx.forUpdate(),
		k.BotID, k.Owner, k.Type, k.SubjectID, k.Name)
	return s, wrap(err, "lock state")
}

const putState = `INSERT INTO states (` + stateColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
	ON CONFLICT (bot_id, owner, type, subject_id, name) DO UPDATE SET payload = excluded.payload,
	expiry = excluded.expiry, expires_at = excluded.expires_at, updated_at = excluded.updated_at
	RETURNING id, created_at`

// PutState writes a state; one that exists keeps its id and CreatedAt, which are set in s. UpdatedAt becomes Now.
func (tx *Tx) PutState(ctx context.Context, s *State) error {
	if s.CreatedAt.IsZero() {
		s.CreatedAt = tx.now
	}
	s.UpdatedAt = tx.now
	payload := s.Payload
	if s.Type == sealedState {
		payload = tx.sealJSON(s.place(), payload)
	}
	args := []any{s.BotID, s.Owner, s.Type, s.SubjectID, s.Name, s.ID, payload, s.Expiry.Milliseconds(), s.ExpiresAt,
		s.CreatedAt, s.UpdatedAt}
	return wrap(tx.row(ctx, putState, args, &s.ID, &s.CreatedAt), "put state")
}

// DeleteState removes a state; ErrNotFound when there is none.
func (tx *Tx) DeleteState(ctx context.Context, k StateKey) error {
	return wrap(tx.change(ctx, `DELETE FROM states`+stateWhere, k.BotID, k.Owner, k.Type, k.SubjectID, k.Name), "delete state")
}

// TouchState moves a state's end; nil means never.
func (tx *Tx) TouchState(ctx context.Context, k StateKey, expiresAt *time.Time) error {
	return wrap(tx.change(ctx, `UPDATE states SET expires_at = $6`+stateWhere, k.BotID, k.Owner, k.Type, k.SubjectID, k.Name,
		expiresAt), "touch state")
}

// DueStates lists states whose end has come, earliest first.
func (tx *Tx) DueStates(ctx context.Context, now time.Time, limit int) ([]State, error) {
	list, err := all(ctx, tx, scanState, `SELECT `+stateColumns+` FROM states
		WHERE expires_at IS NOT NULL AND expires_at <= $1 ORDER BY expires_at LIMIT $2`, now, limited(limit))
	return list, wrap(err, "list due states")
}

// UserStates lists the states that a bot and its installations keep about a user.
func (tx *Tx) UserStates(ctx context.Context, botID, userID string) ([]State, error) {
	list, err := all(ctx, tx, scanState, `SELECT `+stateColumns+` FROM states
		WHERE bot_id = $1 AND type = 'user' AND subject_id = $2 ORDER BY owner, name LIMIT 1000`, botID, userID)
	return list, wrap(err, "list states of a user")
}
