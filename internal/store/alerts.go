package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Alert is an endpoint that alerts are sent to.
type Alert struct {
	ID        string // alert_ and a ULID
	BotID     string // whose events it gets; "" is all bots
	URL, Note string
	Events    []string // the types that it gets; none is all
	Secret    string   // signs what is sent
	// OldSecret signs too until OldUntil, so that the receiver has time to learn the new one.
	OldSecret string
	OldUntil  *time.Time
	Disabled  string // why nothing is sent; "" is enabled
	CreatedAt time.Time
}

const alertColumns = `id, bot_id, url, note, events, secret, old_secret, old_until, disabled, created_at`

func scanAlert(rows Rows, a *Alert) error {
	var events string
	err := rows.Scan(&a.ID, &a.BotID, &a.URL, &a.Note, &events, &a.Secret, &a.OldSecret, &a.OldUntil, &a.Disabled, &a.CreatedAt)
	if err != nil || events == "" {
		return err
	}
	if err := json.Unmarshal([]byte(events), &a.Events); err != nil {
		return fmt.Errorf("decode events of alert: %w", err)
	}
	return nil
}

func (a *Alert) open(tx *Tx) (err error) {
	if a.Secret, err = tx.unseal(place("alerts", "secret", a.ID), a.Secret); err == nil {
		a.OldSecret, err = tx.unseal(place("alerts", "old_secret", a.ID), a.OldSecret)
	}
	return err
}

const putAlert = `INSERT INTO alerts (` + alertColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
	ON CONFLICT (id) DO UPDATE SET url = excluded.url, note = excluded.note, events = excluded.events, secret = excluded.secret,
	old_secret = excluded.old_secret, old_until = excluded.old_until, disabled = excluded.disabled`

// PutAlert adds an endpoint or replaces the one with its id.
func (tx *Tx) PutAlert(ctx context.Context, a *Alert) error {
	if a.CreatedAt.IsZero() {
		a.CreatedAt = tx.now
	}
	events := ""
	if len(a.Events) > 0 {
		list, err := json.Marshal(a.Events)
		if err != nil {
			return fmt.Errorf("encode events of alert: %w", err)
		}
		events = string(list)
	}
	err := tx.exec(ctx, putAlert, a.ID, a.BotID, a.URL, a.Note, events, tx.seal(place("alerts", "secret", a.ID), a.Secret),
		tx.seal(place("alerts", "old_secret", a.ID), a.OldSecret), a.OldUntil, a.Disabled, a.CreatedAt)
	return wrap(err, "put alert")
}

// Alert reads an endpoint.
func (tx *Tx) Alert(ctx context.Context, id string) (*Alert, error) {
	a, err := one(ctx, tx, scanAlert, `SELECT `+alertColumns+` FROM alerts WHERE id = $1`, id)
	return a, wrap(err, "read alert")
}

// Alerts lists the endpoints, oldest first.
func (tx *Tx) Alerts(ctx context.Context) ([]Alert, error) {
	list, err := all(ctx, tx, scanAlert, `SELECT `+alertColumns+` FROM alerts ORDER BY id`)
	return list, wrap(err, "list alerts")
}

// DeleteAlert removes an endpoint and discards what is still to be sent to it.
func (tx *Tx) DeleteAlert(ctx context.Context, id string) error {
	if err := tx.change(ctx, `DELETE FROM alerts WHERE id = $1`, id); err != nil {
		return wrap(err, "delete alert")
	}
	return wrap(tx.discardOpen(ctx, "the alert was deleted", `lane_id IN (SELECT id FROM lanes WHERE lane = $1)`, AlertLane(id)),
		"discard alert's deliveries")
}

// AlertLane is the lane of what is sent to an endpoint.
func AlertLane(id string) string { return TargetAlert + ":" + id }
