package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Delivery is something that must be told to a bot or an installation. Deliveries of a lane are told one at a time in
// the order of Seq, which is the order in which they were committed.
type Delivery struct {
	ID              string // dlv_ and a ULID
	Lane            string
	Seq             int64 // set by Enqueue, from 1 in each lane
	Target          string
	BotID           string
	InstallationID  string
	Operation, Type string // wire operation and x-bp-type
	Body            []byte // wire JSON body, whole
	ConversationID  string
	MessageID       string
	EventID         string
	State           string // one of the Delivery constants
	Attempts        int
	NextAt          time.Time // not before
	LastError       string
	Log             []Attempt
	CreatedAt       time.Time
	FinishedAt      *time.Time
	LeasedAt        *time.Time // when the attempt began whose lease ends at NextAt; nil when there is none
	CarriedBy       string     // the delivery whose attempts carry this one too, its own ID while it carries others, "" when it is attempted by itself
	Mode            string     // how the turns of its conversation follow each other, "" one by one; not kept
	Head            bool       // nothing unfinished is before it in its lane; not kept, but set by Enqueue and the lane's readers
}

// Attempt is one try to deliver.
type Attempt struct {
	Number  int       `json:"n"`
	At      time.Time `json:"at"`
	Millis  int64     `json:"ms"`
	Outcome string    `json:"outcome"` // delivered, retry, probe, dead or cancelled
	Status  int       `json:"status,omitzero"`
	Error   string    `json:"error,omitzero"`
	After   int64     `json:"after,omitzero"`  // how long the target asked to wait, in milliseconds
	Counted int       `json:"count,omitzero"`  // attempts since the creation or the replay, without probes
	Faults  int       `json:"faults,omitzero"` // those of them at which the target failed by itself
	// Replayed is set on the last attempt before a replay.
	Replayed bool `json:"replayed,omitzero"`
}

// Whom a delivery is for.
const (
	TargetBot          = "bot"
	TargetInstallation = "installation"
	TargetAlert        = "alert" // an endpoint of the operator's; see Alert
)

// The states of a delivery. Pending and held ones are unfinished; held is a dead one that blocks its lane.
const (
	DeliveryPending   = "pending"
	DeliveryDelivered = "delivered"
	DeliveryDead      = "dead"
	DeliveryHeld      = "held"
	DeliveryDiscarded = "discarded"
)

// The outcomes of an attempt, beside DeliveryDelivered and DeliveryDead: another one is made, the same after one that only
// tested whether the target is back, or it was ended from outside.
const (
	OutcomeRetry     = "retry"
	OutcomeProbe     = "probe"
	OutcomeCancelled = "cancelled"
)

// DeliveryFilter chooses deliveries; zero fields choose all.
type DeliveryFilter struct {
	BotID, State, InstallationID, ConversationID string
}

const deliveryColumns = `d.id, l.lane, d.seq, d.target, d.bot_id, d.installation_id, d.operation, d.type, d.conversation_id,
	d.message_id, d.event_id, d.state, d.attempts, d.next_at, d.last_error, d.log, d.created_at, d.finished_at,
	d.leased_at, d.carried_by, `

const fromDeliveries = ` FROM deliveries d JOIN lanes l ON l.id = d.lane_id`

func scanDelivery(rows Rows, d *Delivery) error {
	var attempts int64
	var log []byte
	err := rows.Scan(&d.ID, &d.Lane, &d.Seq, &d.Target, &d.BotID, &d.InstallationID, &d.Operation, &d.Type, &d.ConversationID,
		&d.MessageID, &d.EventID, &d.State, &attempts, &d.NextAt, &d.LastError, &log, &d.CreatedAt, &d.FinishedAt, &d.LeasedAt, &d.CarriedBy, &d.Body)
	if err != nil {
		return err
	}
	d.Attempts = int(attempts)
	if len(log) == 0 {
		return nil
	}
	if err := json.Unmarshal(log, &d.Log); err != nil {
		return fmt.Errorf("decode attempts: %w", err)
	}
	return nil
}

func encodeLog(log []Attempt) (json.RawMessage, error) {
	if len(log) == 0 {
		return nil, nil
	}
	b, err := jsonv2.Marshal(log, jsontext.AllowInvalidUTF8(true)) // an error may quote what a target answered
	if err != nil {
		return nil, fmt.Errorf("encode attempts: %w", err)
	}
	return b, nil
}

const createDelivery = `INSERT INTO deliveries (id, lane_id, seq, target, bot_id, installation_id, operation, type,
	conversation_id, message_id, event_id, state, attempts, next_at, last_error, log, created_at, body)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'pending', 0, $12, '', NULL, $13, $14)`

// Enqueue adds a pending delivery at the end of its lane and sets Seq, State, Head and the times that are zero. The
// lane is locked until the transaction ends: that is what makes the order of Seq the order of commits.
func (tx *Tx) Enqueue(ctx context.Context, d *Delivery) error {
	lane, err := tx.extendLane(ctx, d.Lane)
	if err != nil {
		return wrap(err, "take lane")
	}
	if d.CreatedAt.IsZero() {
		d.CreatedAt = tx.now
	}
	if d.NextAt.IsZero() {
		d.NextAt = tx.now
	}
	d.Seq, d.Head, d.State = lane.last, lane.done == lane.last-1, DeliveryPending
	d.Attempts, d.LastError, d.Log, d.FinishedAt = 0, "", nil, nil
	err = tx.exec(ctx, createDelivery, d.ID, lane.id, d.Seq, d.Target, d.BotID, d.InstallationID, d.Operation, d.Type,
		d.ConversationID, d.MessageID, d.EventID, d.NextAt, d.CreatedAt, d.Body)
	return wrap(err, "enqueue delivery")
}

const finishDelivery = `UPDATE deliveries SET state = $2, attempts = $3, last_error = $4, log = $5, finished_at = $6,
	leased_at = NULL WHERE id = $1 AND finished_at IS NULL`

// FinishDelivery ends a delivery with d's State (delivered, dead, held or discarded), Attempts, LastError and Log, and
// returns up to limit pending deliveries that are then first in the lane, in order. A held one keeps its lane:
// nothing is returned. One that was discarded meanwhile is left to RecordLate.
func (tx *Tx) FinishDelivery(ctx context.Context, d *Delivery, limit int) ([]Delivery, error) {
	log, err := encodeLog(d.Log)
	if err != nil {
		return nil, err
	}
	finished := &tx.now
	switch d.State {
	case DeliveryHeld:
		finished = nil
	case DeliveryDelivered, DeliveryDead, DeliveryDiscarded:
	default:
		return nil, fmt.Errorf("finish delivery: state %q is not an end", d.State)
	}
	var of lane
	ended := false
	if finished != nil {
		ended, err = tx.endLane(ctx, d.Lane, d.Seq)
	}
	if !ended && err == nil {
		of, err = tx.lockLane(ctx, d.Lane)
		err = wrap(err, "lock lane")
	}
	if err != nil {
		return nil, err
	}
	n, err := tx.conn.Exec(ctx, finishDelivery, d.ID, d.State, d.Attempts, d.LastError, log, finished)
	if err == nil && n == 0 {
		err = tx.RecordLate(ctx, d)
	}
	if err != nil {
		return nil, wrap(err, "finish delivery")
	}
	if n > 0 && (d.State == DeliveryDead || d.State == DeliveryHeld) && d.Target != TargetAlert {
		if err := tx.RecordFailure(ctx, FailedDelivery, d.ID); err != nil {
			return nil, err
		}
	}
	d.FinishedAt, d.LeasedAt = finished, nil
	if ended {
		return nil, nil
	}
	return tx.advance(ctx, of, limit)
}

// RetryDelivery keeps a delivery pending with d's Attempts, NextAt, LastError and Log. ErrNotFound when it is not
// pending any more.
func (tx *Tx) RetryDelivery(ctx context.Context, d *Delivery) error {
	log, err := encodeLog(d.Log)
	if err != nil {
		return err
	}
	d.LeasedAt = nil
	err = tx.change(ctx, `UPDATE deliveries SET attempts = $2, next_at = $3, last_error = $4, log = $5, leased_at = NULL
		WHERE id = $1 AND state = 'pending'`, d.ID, d.Attempts, d.NextAt, d.LastError, log)
	return wrap(err, "retry delivery")
}

// Delivery reads a delivery by id.
func (tx *Tx) Delivery(ctx context.Context, id string) (*Delivery, error) {
	d, err := one(ctx, tx, scanDelivery, `SELECT `+deliveryColumns+`d.body`+fromDeliveries+` WHERE d.id = $1`, id)
	return d, wrap(err, "read delivery")
}

// Deliveries lists deliveries without their bodies, newest first.
func (tx *Tx) Deliveries(ctx context.Context, df DeliveryFilter, p Page) ([]Delivery, string, error) {
	f := new(filter)
	switch df.State { // in the words of the partial indexes, so that they are used
	case DeliveryPending, DeliveryHeld:
		f.and("d.finished_at IS NULL")
		f.restIs("d.state", df.State)
	case DeliveryDead:
		f.and("d.state = 'dead'")
	case DeliveryDiscarded:
		f.and("d.state = 'discarded'")
	default:
		f.restIs("d.state", df.State)
	}
	f.restIs("d.bot_id", df.BotID)
	f.restIs("d.installation_id", df.InstallationID)
	f.restIs("d.conversation_id", df.ConversationID)
	list, next, err := listPage(ctx, tx, scanDelivery, deliveryColumns+"NULL", "deliveries d CROSS JOIN lanes l", f, sorting[Delivery]{
		id: "d.id", key: func(d *Delivery) (int64, string) { return 0, d.ID }, window: "deliveries d", join: "l.id = d.lane_id",
	}, p)
	return list, next, wrap(err, "list deliveries")
}

// ReplayDelivery makes a finished delivery pending again, at the end of its lane and with the same id; a held one stays
// first in its lane. Attempts go on counting, the log is kept. ErrConflict when it is pending, or discarded and its target
// may still work on it under a lease.
func (tx *Tx) ReplayDelivery(ctx context.Context, id string) (*Delivery, error) {
	d, err := tx.lockDelivery(ctx, id)
	if err != nil {
		return nil, wrap(err, "replay delivery")
	}
	switch d.State {
	case DeliveryPending:
		return nil, wrap(ErrConflict, "replay pending delivery")
	case DeliveryHeld:
		d.Head = true
	default:
		if d.LeasedAt != nil && d.NextAt.After(tx.now) {
			return nil, wrap(ErrConflict, "replay leased delivery")
		}
		lane, err := tx.extendLane(ctx, d.Lane)
		if err != nil {
			return nil, wrap(err, "replay delivery")
		}
		d.Seq, d.Head = lane.last, lane.done == lane.last-1
	}
	d.State, d.NextAt, d.LastError, d.FinishedAt, d.LeasedAt, d.CarriedBy = DeliveryPending, tx.now, "", nil, nil, ""
	if n := len(d.Log); n > 0 {
		d.Log[n-1].Replayed = true
	}
	log, err := encodeLog(d.Log)
	if err != nil {
		return nil, err
	}
	err = tx.exec(ctx, `UPDATE deliveries SET seq = $2, state = 'pending', next_at = $3, last_error = '',
		finished_at = NULL, leased_at = NULL, carried_by = '', log = $4 WHERE id = $1`, d.ID, d.Seq, d.NextAt, log)
	return d, wrap(err, "replay delivery")
}

// DiscardDelivery gives a pending, held or dead delivery up; its lane goes on (see LaneHead). ErrConflict when it was
// delivered or discarded.
func (tx *Tx) DiscardDelivery(ctx context.Context, id string) error {
	d, err := tx.lockDelivery(ctx, id)
	if err != nil {
		return wrap(err, "discard delivery")
	}
	if d.State == DeliveryDelivered || d.State == DeliveryDiscarded {
		return wrap(ErrConflict, "discard "+d.State+" delivery")
	}
	err = tx.exec(ctx, `UPDATE deliveries SET state = 'discarded', finished_at = $2 WHERE id = $1`, id, tx.now)
	if err != nil {
		return wrap(err, "discard delivery")
	}
	return wrap(tx.settleLane(ctx, d.Lane), "free lane")
}

// lockDelivery reads a delivery under its lane's lock.
func (tx *Tx) lockDelivery(ctx context.Context, id string) (*Delivery, error) {
	d, err := tx.Delivery(ctx, id)
	if err != nil {
		return nil, err
	}
	if _, err := tx.lockLane(ctx, d.Lane); err != nil {
		return nil, err
	}
	return tx.Delivery(ctx, id) // as it is now that nobody else can change it
}

// PruneDeliveries removes up to limit delivered deliveries that finished before a time, but those of the bots in except,
// and returns how many it removed.
func (tx *Tx) PruneDeliveries(ctx context.Context, before time.Time, except []string, limit int) (int64, error) {
	f := new(filter)
	f.and("state = 'delivered' AND finished_at < ?", before)
	for _, id := range except {
		f.and("bot_id <> ?", id)
	}
	f.write(" ORDER BY id LIMIT ?", limited(limit))
	n, err := tx.conn.Exec(ctx, `DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries`+f.where.String()+`)`, f.args...)
	return n, wrap(err, "prune deliveries")
}
