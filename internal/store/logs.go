package store

import (
	"context"
	"time"
)

// LogLine is one line that the code of an integration version or a bot printed.
type LogLine struct {
	ID                            int64 // grows; set by AddLog's row
	Owner                         string
	At                            time.Time
	Level, Message                string
	BotID, ConversationID, UserID string // what it is about, where it says so
}

func scanLogLine(rows Rows, l *LogLine) error {
	return rows.Scan(&l.ID, &l.Owner, &l.At, &l.Level, &l.Message, &l.BotID, &l.ConversationID, &l.UserID)
}

// AddLog keeps a line.
func (tx *Tx) AddLog(ctx context.Context, l LogLine) error {
	err := tx.exec(ctx, `INSERT INTO logs (owner, at, level, message, bot_id, conversation_id, user_id) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		l.Owner, l.At, l.Level, l.Message, l.BotID, l.ConversationID, l.UserID)
	return wrap(err, "add log line")
}

// LogQuery asks for lines of an owner; zero fields ask for all.
type LogQuery struct {
	Owner                         string
	Start, End                    time.Time // both included
	Level, ConversationID, UserID string
	Contains                      string // a part of the message
	Before                        int64  // the id of a line: only earlier ones
	Limit                         int
}

// Logs lists lines, the last ones first.
func (tx *Tx) Logs(ctx context.Context, q LogQuery) ([]LogLine, error) {
	if q.Before <= 0 {
		q.Before = 1<<63 - 1
	}
	if q.End.IsZero() {
		q.End = tx.now.Add(time.Hour)
	}
	list, err := all(ctx, tx, scanLogLine, `SELECT id, owner, at, level, message, bot_id, conversation_id, user_id FROM logs
		WHERE owner = $1 AND id < $2 AND at >= $3 AND at <= $4 AND ($5 = '' OR level = $5) AND ($6 = '' OR conversation_id = $6)
		AND ($7 = '' OR user_id = $7) AND ($8 = '' OR `+tx.position()+`(message, $8) > 0) ORDER BY id DESC LIMIT $9`,
		q.Owner, q.Before, q.Start, q.End, q.Level, q.ConversationID, q.UserID, q.Contains, q.Limit)
	return list, wrap(err, "list log")
}

// CutLog leaves the last lines of an owner.
func (tx *Tx) CutLog(ctx context.Context, owner string, last int) error {
	err := tx.exec(ctx, `DELETE FROM logs WHERE owner = $1 AND id <= (SELECT id FROM logs WHERE owner = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)`, owner, last)
	return wrap(err, "cut log")
}

// PruneLogs removes the lines from before a time.
func (tx *Tx) PruneLogs(ctx context.Context, before time.Time) error {
	return wrap(tx.exec(ctx, `DELETE FROM logs WHERE at < $1`, before), "prune logs")
}

// position is the function that finds a text in another one.
func (tx *Tx) position() string {
	if tx.dialect == Postgres {
		return "strpos"
	}
	return "instr"
}
