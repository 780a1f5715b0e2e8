package store

import (
	"context"
	"errors"
	"slices"
)

// A lane is a row: last is the sequence number given last, and everything up to done is finished. Whoever changes
// deliveries of a lane updates its row first, which locks it until the transaction ends.
type lane struct{ id, last, done int64 }

func (tx *Tx) lane(ctx context.Context, sql string, args ...any) (lane, error) {
	var l lane
	err := tx.row(ctx, sql, args, &l.id, &l.last, &l.done)
	return l, err
}

// extendLane takes the next sequence number. The UPDATE is tried first because the INSERT would use up a value of
// PostgreSQL's id sequence for each delivery. SQLite, where a statement costs no round trip, makes a temporary table for
// each RETURNING and is asked in two steps.
func (tx *Tx) extendLane(ctx context.Context, name string) (l lane, err error) {
	if tx.dialect == SQLite {
		if l, err = tx.lockLane(ctx, name); err == nil {
			l.last++
			return l, tx.exec(ctx, `UPDATE lanes SET last = $2 WHERE id = $1`, l.id, l.last)
		}
	} else {
		l, err = tx.lane(ctx, `UPDATE lanes SET last = last + 1 WHERE lane = $1 RETURNING id, last, done`, name)
	}
	if errors.Is(err, ErrNotFound) {
		return tx.lane(ctx, `INSERT INTO lanes (lane, last, done) VALUES ($1, 1, 0)
			ON CONFLICT (lane) DO UPDATE SET last = lanes.last + 1 RETURNING id, last, done`, name)
	}
	return l, err
}

func (tx *Tx) lockLane(ctx context.Context, name string) (lane, error) {
	return tx.lane(ctx, `SELECT id, last, done FROM lanes WHERE lane = $1`+tx.forUpdate(), name)
}

const laneHead = `SELECT ` + deliveryColumns + `d.body` + fromDeliveries + `
	WHERE d.lane_id = $1 AND d.finished_at IS NULL ORDER BY d.seq LIMIT $2`

// endLane finishes a lane's last delivery, with the number seq, and reports whether it could: not when others follow it or
// are unfinished before it. Mostly it can, and the lane need not be read.
func (tx *Tx) endLane(ctx context.Context, name string, seq int64) (ended bool, err error) {
	n, err := tx.conn.Exec(ctx, `UPDATE lanes SET done = $2 WHERE lane = $1 AND last = $2 AND done = $3`, name, seq, seq-1)
	return n > 0, wrap(err, "end lane")
}

func (tx *Tx) finishLane(ctx context.Context, l lane, done int64) error {
	return wrap(tx.exec(ctx, `UPDATE lanes SET done = $2 WHERE id = $1`, l.id, done), "advance lane")
}

// advance moves done up to what is unfinished and returns the pending deliveries that follow.
func (tx *Tx) advance(ctx context.Context, l lane, limit int) ([]Delivery, error) {
	open, err := all(ctx, tx, scanDelivery, laneHead, l.id, limited(limit))
	if err != nil {
		return nil, wrap(err, "read lane")
	}
	done := l.last
	if len(open) > 0 {
		done = open[0].Seq - 1
	}
	if done != l.done {
		if err := tx.finishLane(ctx, l, done); err != nil {
			return nil, err
		}
	}
	return untilHeld(open), nil
}

// untilHeld cuts a lane at what blocks it and marks its head.
func untilHeld(open []Delivery) []Delivery {
	if i := slices.IndexFunc(open, func(d Delivery) bool { return d.State == DeliveryHeld }); i >= 0 {
		open = open[:i]
	}
	if len(open) > 0 {
		open[0].Head = true
	}
	return open
}

// settleLane is advance for those who do not need the lane's head.
func (tx *Tx) settleLane(ctx context.Context, name string) error {
	l, err := tx.lockLane(ctx, name)
	if err == nil {
		_, err = tx.advance(ctx, l, 1)
	}
	return err
}

// LaneHead lists up to limit pending deliveries at the head of a lane, in order; none when a held one blocks it.
func (tx *Tx) LaneHead(ctx context.Context, name string, limit int) ([]Delivery, error) {
	open, err := all(ctx, tx, scanDelivery, `SELECT `+deliveryColumns+`d.body`+fromDeliveries+`
		WHERE d.lane_id = (SELECT id FROM lanes WHERE lane = $1) AND d.finished_at IS NULL ORDER BY d.seq LIMIT $2`,
		name, limited(limit))
	return untilHeld(open), wrap(err, "read lane")
}

// The limit is on the lanes, before their heads are read: a page costs the same however many lanes follow.
const pendingLanes = `SELECT ` + deliveryColumns + `d.body
	FROM (SELECT lane_id, MIN(seq) AS seq FROM deliveries WHERE finished_at IS NULL
		AND lane_id > COALESCE((SELECT id FROM lanes WHERE lane = $1), 0) GROUP BY lane_id ORDER BY lane_id LIMIT $2) h
	JOIN deliveries d ON d.lane_id = h.lane_id AND d.seq = h.seq AND d.finished_at IS NULL
	JOIN lanes l ON l.id = d.lane_id
	ORDER BY d.lane_id`

// PendingLanes lists the first delivery of lanes that have pending ones and are not held, by lanes in the order they
// were made: of up to limit lanes after the lane named after, or from the first when it is "". next names the lane to
// go on after, "" when there are no more; a page may have fewer heads than limit before that.
func (tx *Tx) PendingLanes(ctx context.Context, limit int, after string) (heads []Delivery, next string, err error) {
	heads, err = all(ctx, tx, scanDelivery, pendingLanes, after, limited(limit))
	if len(heads) == limit && limit > 0 {
		next = heads[limit-1].Lane
	}
	heads = slices.DeleteFunc(heads, func(d Delivery) bool { return d.State != DeliveryPending })
	for i := range heads {
		heads[i].Head = true
	}
	return heads, next, wrap(err, "list pending lanes")
}
