package store

import (
	"context"
	"errors"
	"time"
)

// LockDelivery reads a delivery that this transaction is going to change: no other changes it until the end.
func (tx *Tx) LockDelivery(ctx context.Context, id string) (*Delivery, error) {
	d, err := tx.lockDelivery(ctx, id)
	return d, wrap(err, "lock delivery")
}

// LeaseDelivery keeps a delivery pending while its target works on it: with d's Attempts, LeasedAt, Log, and NextAt, which
// is when the lease ends. One that was discarded meanwhile stays so; its target learns it when it renews. ErrNotFound when
// it is gone.
func (tx *Tx) LeaseDelivery(ctx context.Context, d *Delivery) error {
	log, err := encodeLog(d.Log)
	if err != nil {
		return err
	}
	err = tx.change(ctx, `UPDATE deliveries SET attempts = $2, next_at = $3, leased_at = $4, last_error = '', log = $5
		WHERE id = $1 AND state IN ('pending', 'discarded')`, d.ID, d.Attempts, d.NextAt, d.LeasedAt, log)
	return wrap(err, "lease delivery")
}

// RenewLease makes the lease of a delivery that the transaction has locked end at a time.
func (tx *Tx) RenewLease(ctx context.Context, id string, until time.Time) error {
	err := tx.change(ctx, `UPDATE deliveries SET next_at = $2 WHERE id = $1 AND state = 'pending' AND leased_at IS NOT NULL`, id, until)
	return wrap(err, "renew lease")
}

// ExtendLeases makes every lease end not before a time.
func (tx *Tx) ExtendLeases(ctx context.Context, until time.Time) error {
	err := tx.exec(ctx, `UPDATE deliveries SET next_at = $1 WHERE leased_at IS NOT NULL AND finished_at IS NULL AND next_at < $1`, until)
	return wrap(err, "extend leases")
}

// CancelDelivery is DiscardDelivery for one whose attempt ends too. The attempt of a lease is added to the log, with the
// reason. The delivery is returned as it is then.
func (tx *Tx) CancelDelivery(ctx context.Context, id, reason string) (*Delivery, error) {
	if err := tx.DiscardDelivery(ctx, id); err != nil {
		return nil, err
	}
	d, err := tx.Delivery(ctx, id)
	if err != nil {
		return nil, wrap(err, "cancel delivery")
	}
	d.LastError = reason
	if d.LeasedAt != nil {
		d.AddAttempt(Attempt{
			Number: d.Attempts, At: *d.LeasedAt, Millis: max(0, tx.now.Sub(*d.LeasedAt).Milliseconds()), Outcome: OutcomeCancelled, Error: reason,
		})
	}
	log, err := encodeLog(d.Log)
	if err == nil {
		err = tx.exec(ctx, `UPDATE deliveries SET last_error = $2, log = $3 WHERE id = $1`, id, reason, log)
	}
	return d, wrap(err, "cancel delivery")
}

// RecordLate adds what came of an attempt to a delivery that was discarded while the attempt was under way: d's Attempts,
// Log, and LastError where the discarding gave no reason. It becomes delivered when d's State is, and stays discarded otherwise; d's State is then that. It does
// nothing when the delivery is not there or not discarded.
func (tx *Tx) RecordLate(ctx context.Context, d *Delivery) error {
	log, err := encodeLog(d.Log)
	if err != nil {
		return err
	}
	if d.State != DeliveryDelivered {
		d.State = DeliveryDiscarded
	}
	err = tx.change(ctx, `UPDATE deliveries SET state = $2, attempts = $3, log = $5, leased_at = NULL,
		last_error = CASE WHEN $2 = 'discarded' AND last_error <> '' THEN last_error ELSE $4 END
		WHERE id = $1 AND state = 'discarded'`, d.ID, d.State, d.Attempts, d.LastError, log)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return wrap(err, "record late outcome")
}

// keptAttempts is how many attempts a delivery's log keeps, the newest.
const keptAttempts = 50

// AddAttempt adds an attempt to the log, or replaces the one with its number that was cancelled.
func (d *Delivery) AddAttempt(a Attempt) {
	if n := len(d.Log); n > 0 && d.Log[n-1].Number == a.Number && d.Log[n-1].Outcome == OutcomeCancelled {
		d.Log = d.Log[:n-1]
	}
	d.Log = append(d.Log, a)
	if len(d.Log) > keptAttempts {
		d.Log = d.Log[len(d.Log)-keptAttempts:]
	}
}
