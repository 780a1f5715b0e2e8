package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// RecurringEvent is an event that a bot is told again and again.
type RecurringEvent struct {
	BotID, Name, Cron, Type string
	Payload                 json.RawMessage
	NextAt                  time.Time
}

const recurringColumns = `bot_id, name, cron, type, payload, next_at`

func scanRecurring(rows Rows, e *RecurringEvent) error {
	return rows.Scan(&e.BotID, &e.Name, &e.Cron, &e.Type, &e.Payload, &e.NextAt)
}

// SetRecurringEvents makes the list a bot's recurring events. One whose cron stays keeps the NextAt that it has.
func (tx *Tx) SetRecurringEvents(ctx context.Context, botID string, list []RecurringEvent) error {
	old, err := all(ctx, tx, scanRecurring, `SELECT `+recurringColumns+` FROM recurring_events WHERE bot_id = $1`, botID)
	if err != nil {
		return wrap(err, "list recurring events")
	}
	next := map[[2]string]time.Time{}
	for _, e := range old {
		next[[2]string{e.Name, e.Cron}] = e.NextAt
	}
	err = tx.exec(ctx, `DELETE FROM recurring_events WHERE bot_id = $1`, botID)
	for _, e := range list {
		if at, ok := next[[2]string{e.Name, e.Cron}]; ok {
			e.NextAt = at
		}
		err = errors.Join(err, tx.exec(ctx, `INSERT INTO recurring_events (`+recurringColumns+`) VALUES ($1, $2, $3, $4, $5, $6)`,
			botID, e.Name, e.Cron, e.Type, e.Payload, e.NextAt))
	}
	return wrap(err, "set recurring events")
}

// DueRecurringEvents lists recurring events that are due at now, the longest due first.
func (tx *Tx) DueRecurringEvents(ctx context.Context, now time.Time, limit int) ([]RecurringEvent, error) {
	list, err := all(ctx, tx, scanRecurring, `SELECT `+recurringColumns+` FROM recurring_events WHERE next_at <= $1
		ORDER BY next_at, bot_id, name LIMIT $2`, now, limited(limit))
	return list, wrap(err, "list recurring events")
}

// AdvanceRecurringEvent sets when a recurring event is due next. ErrNotFound when it is not due at e.NextAt any more:
// another did it, or it was changed.
func (tx *Tx) AdvanceRecurringEvent(ctx context.Context, e *RecurringEvent, next time.Time) error {
	return wrap(tx.change(ctx, `UPDATE recurring_events SET next_at = $4 WHERE bot_id = $1 AND name = $2 AND next_at = $3`,
		e.BotID, e.Name, e.NextAt, next), "advance recurring event")
}
