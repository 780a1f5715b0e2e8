package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Failure is something that failed and is not yet reported.
type Failure struct {
	Kind string // FailedDelivery or FailedInstallation
	ID   string // of the delivery or the installation
	At   time.Time
}

// The kinds of failures.
const (
	FailedDelivery     = "delivery"
	FailedInstallation = "installation"
)

// RecordFailure keeps a failure until it is reported. One that is kept already stays.
func (tx *Tx) RecordFailure(ctx context.Context, kind, id string) error {
	err := tx.exec(ctx, `INSERT INTO failures (kind, id, at) VALUES ($1, $2, $3) ON CONFLICT (kind, id) DO NOTHING`, kind, id, tx.now)
	return wrap(err, "record failure")
}

// Failures lists up to limit failures that are not yet reported.
func (tx *Tx) Failures(ctx context.Context, limit int) ([]Failure, error) {
	scan := func(rows Rows, f *Failure) error { return rows.Scan(&f.Kind, &f.ID, &f.At) }
	list, err := all(ctx, tx, scan, `SELECT kind, id, at FROM failures ORDER BY kind, id LIMIT $1`, limited(limit))
	return list, wrap(err, "list failures")
}

// DeleteFailure forgets a failure. ErrNotFound when it was reported already, so that of two transactions one reports it.
func (tx *Tx) DeleteFailure(ctx context.Context, f Failure) error {
	return wrap(tx.change(ctx, `DELETE FROM failures WHERE kind = $1 AND id = $2`, f.Kind, f.ID), "delete failure")
}

// Incident is the dead letters of a target that one alert reports.
type Incident struct {
	Target  string // as TargetKey returns it
	BotID   string
	Number  int64
	Sample  []string // ids of deliveries, the first ones
	FirstAt time.Time
	LastAt  time.Time
	DueAt   time.Time // when it is reported
}

// TargetKey names a target: "bot:" and the bot's id, or "installation:" and the installation's id.
func TargetKey(kind, id string) string { return kind + ":" + id }

const incidentColumns = `target, bot_id, number, sample, first_at, last_at, due_at`

func scanIncident(rows Rows, i *Incident) error {
	var sample string
	if err := rows.Scan(&i.Target, &i.BotID, &i.Number, &sample, &i.FirstAt, &i.LastAt, &i.DueAt); err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(sample), &i.Sample); err != nil {
		return fmt.Errorf("decode sample of incident: %w", err)
	}
	return nil
}

// maxSample is how many ids of deliveries an incident keeps.
const maxSample = 20

// CountDead adds a dead letter to the incident of its target, which is reported a while after its first one.
func (tx *Tx) CountDead(ctx context.Context, target, botID, deliveryID string, window time.Duration) error {
	i, err := one(ctx, tx, scanIncident, `SELECT `+incidentColumns+` FROM incidents WHERE target = $1`+tx.forUpdate(), target)
	if errors.Is(err, ErrNotFound) {
		i, err = &Incident{Target: target, BotID: botID, FirstAt: tx.now, DueAt: tx.now.Add(window)}, nil
	}
	if err != nil {
		return wrap(err, "read incident")
	}
	if i.Number++; len(i.Sample) < maxSample {
		i.Sample = append(i.Sample, deliveryID)
	}
	sample, err := json.Marshal(i.Sample)
	if err != nil {
		return fmt.Errorf("encode sample of incident: %w", err)
	}
	err = tx.exec(ctx, `INSERT INTO incidents (`+incidentColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (target) DO UPDATE SET number = excluded.number, sample = excluded.sample, last_at = excluded.last_at`,
		i.Target, i.BotID, i.Number, string(sample), i.FirstAt, tx.now, i.DueAt)
	return wrap(err, "count dead letter")
}

// DueIncidents lists up to limit incidents that are to be reported.
func (tx *Tx) DueIncidents(ctx context.Context, now time.Time, limit int) ([]Incident, error) {
	list, err := all(ctx, tx, scanIncident, `SELECT `+incidentColumns+` FROM incidents WHERE due_at <= $1 ORDER BY due_at, target LIMIT $2`,
		now, limited(limit))
	return list, wrap(err, "list incidents")
}

// TakeIncident forgets an incident and returns it as it was then. ErrNotFound when it was reported already.
func (tx *Tx) TakeIncident(ctx context.Context, target string) (*Incident, error) {
	i, err := one(ctx, tx, scanIncident, `DELETE FROM incidents WHERE target = $1 RETURNING `+incidentColumns, target)
	return i, wrap(err, "take incident")
}

// Outage is a target that failed and has not taken a delivery since.
type Outage struct {
	Target, BotID string
	Since         time.Time
	DownAt        *time.Time // when it was reported as down; nil while it was not
}

func scanOutage(rows Rows, o *Outage) error {
	return rows.Scan(&o.Target, &o.BotID, &o.Since, &o.DownAt)
}

// BeginOutage adds an outage unless the target has one.
func (tx *Tx) BeginOutage(ctx context.Context, o Outage) error {
	err := tx.exec(ctx, `INSERT INTO outages (target, bot_id, since, down_at) VALUES ($1, $2, $3, NULL) ON CONFLICT (target) DO NOTHING`,
		o.Target, o.BotID, o.Since)
	return wrap(err, "begin outage")
}

// MarkDown marks an outage as reported. ErrNotFound when it was reported already.
func (tx *Tx) MarkDown(ctx context.Context, target string) error {
	return wrap(tx.change(ctx, `UPDATE outages SET down_at = $2 WHERE target = $1 AND down_at IS NULL`, target, tx.now), "mark outage")
}

// EndOutage forgets an outage with what was written about it, and returns it. ErrNotFound when there is none.
func (tx *Tx) EndOutage(ctx context.Context, target string) (*Outage, error) {
	o, err := one(ctx, tx, scanOutage, `DELETE FROM outages WHERE target = $1 RETURNING target, bot_id, since, down_at`, target)
	if err == nil {
		err = tx.exec(ctx, `DELETE FROM outage_notices WHERE target = $1`, target)
	}
	return o, wrap(err, "end outage")
}

// Outages lists all outages.
func (tx *Tx) Outages(ctx context.Context) ([]Outage, error) {
	list, err := all(ctx, tx, scanOutage, `SELECT target, bot_id, since, down_at FROM outages ORDER BY target`)
	return list, wrap(err, "list outages")
}

// NoteOutage records that an outage is mentioned in a conversation, and reports whether it was not before.
func (tx *Tx) NoteOutage(ctx context.Context, target, conversationID string) (first bool, err error) {
	n, err := tx.conn.Exec(ctx, `INSERT INTO outage_notices (target, conversation_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, target, conversationID)
	return n > 0, wrap(err, "note outage")
}

// WaitingMessages lists up to limit incoming messages that are not delivered to a bot, by their delivery, beginning after
// the delivery with the id after.
func (tx *Tx) WaitingMessages(ctx context.Context, botID, after string, limit int) ([]Delivery, error) {
	list, err := all(ctx, tx, scanDelivery, `SELECT `+deliveryColumns+`NULL`+fromDeliveries+` WHERE d.id > $1 AND d.finished_at IS NULL
		AND d.target = 'bot' AND d.bot_id = $2 AND d.message_id <> '' AND d.type = 'message_created' ORDER BY d.id LIMIT $3`,
		after, botID, limited(limit))
	return list, wrap(err, "list waiting messages")
}
