package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// leaseGrace is the least time that a lease has left when the dispatcher
// starts: its holder could not renew it while the server was away.
const leaseGrace = time.Minute

// errLease is the cause of an attempt whose holder was not heard of in time.
var errLease = errors.New("the lease ended and was not renewed; the code that held it is taken for dead")

// leased is the outcome of an attempt that goes on without a connection.
type leased struct{ lease time.Duration }

// Error returns what has happened.
func (e *leased) Error() string { return fmt.Sprintf("the target works on it for up to %s", e.lease) }

// Leased is the outcome of an attempt whose target has taken the delivery and
// works on it without a connection: it renews the lease with Renew, or ends the
// attempt with EndLease, within a time. Otherwise the attempt has failed.
func Leased(lease time.Duration) error { return &leased{lease} }

func leaseOf(err error) time.Duration {
	if e, ok := errors.AsType[*leased](err); ok {
		return e.lease
	}
	return 0
}

// keepLeases gives holders of leases that ended while the server was away the
// time to renew them.
func (d *Dispatcher) keepLeases(ctx context.Context) {
	for ctx.Err() == nil {
		err := d.cfg.Store.Update(ctx, func(tx *store.Tx) error { return tx.ExtendLeases(ctx, tx.Now().Add(leaseGrace)) })
		if err == nil || errors.Is(err, store.ErrClosed) {
			return
		}
		d.cfg.Logger.Error("leases not extended", "error", err)
		pause(ctx, time.Second)
	}
}

// lease records that an attempt goes on under a lease.
func (d *Dispatcher) lease(ctx context.Context, l *lane, row *store.Delivery, start time.Time, lease time.Duration) (next []store.Delivery, reload bool) {
	d.observe(l, there)
	d.grant(ctx, row, start, lease)
	d.persist(ctx, row, func(tx *store.Tx) error { return tx.LeaseDelivery(ctx, row) })
	return nil, true
}

// grant puts a lease into a row.
func (d *Dispatcher) grant(ctx context.Context, row *store.Delivery, start time.Time, lease time.Duration) {
	began := store.Millis(d.clock.Now().Add(-time.Since(start)))
	row.LeasedAt, row.LastError = &began, ""
	row.NextAt = d.leaseEnd(ctx, row, lease)
	d.noteLease(row, row.NextAt)
	d.cfg.Logger.Info("delivery leased", "delivery_id", row.ID, "bot_id", row.BotID, "installation_id", row.InstallationID,
		"attempt", row.Attempts, "until", row.NextAt)
}

// leaseEnd is when a lease that is granted now ends: not after the limit of the
// attempt.
func (d *Dispatcher) leaseEnd(ctx context.Context, row *store.Delivery, lease time.Duration) time.Time {
	left := d.cfg.Limit(ctx, row) - d.clock.Since(*row.LeasedAt)
	return store.Millis(d.clock.Now().Add(min(lease, left)))
}

// expire ends the attempt at a lane's head whose lease has ended.
func (d *Dispatcher) expire(ctx context.Context, l *lane, row *store.Delivery) (next []store.Delivery, reload bool) {
	start, ended := *row.LeasedAt, row.NextAt
	err := errLease
	if limit := d.cfg.Limit(ctx, row); !ended.Before(start.Add(limit)) {
		err = fmt.Errorf("no end within %s", limit)
	}
	err = &Failure{Err: err, Silent: true}
	held, over := *row, false
	retry := d.conclude(ctx, &held, start, d.clock.Now().Sub(start), probe{}, err)
	d.persist(ctx, row, func(tx *store.Tx) error {
		current, err := tx.LockDelivery(ctx, row.ID)
		if err != nil || current.State != store.DeliveryPending || current.LeasedAt == nil ||
			current.Attempts != row.Attempts || !current.NextAt.Equal(row.NextAt) {
			return err // renewed or ended meanwhile
		}
		over = true
		return keepConclusion(ctx, tx, &held, retry)
	})
	if over {
		d.forgetLease(row.ID)
		d.observeLease(keyOf(row), outcomeOf(err, retry))
	}
	return nil, true
}

// keepConclusion writes what conclude has put into a row that is locked.
func keepConclusion(ctx context.Context, tx *store.Tx, row *store.Delivery, retry time.Duration) error {
	if retry >= 0 {
		_, err := retryOrLate(ctx, tx, row)
		return err
	}
	if err := tx.FinishCarried(ctx, row); err != nil {
		return err
	}
	if _, err := tx.FinishDelivery(ctx, row, 1); err != nil {
		return err
	}
	return eventStatus(ctx, tx, row)
}

// Renewal is what a holder learns when it renews its lease.
type Renewal struct {
	Until     time.Time // when the lease ends
	Cancelled string    // why the holder is to stop; "" when it goes on
}

// Renew makes the lease of an attempt end not before a time from now, within
// the limit of the attempt. The error is a *platform.Error when the attempt
// holds no lease.
func (d *Dispatcher) Renew(ctx context.Context, row *store.Delivery, attempt int, lease time.Duration) (Renewal, error) {
	if err := d.awaitLanding(ctx, row.ID); err != nil {
		return Renewal{}, err
	}
	limit := d.cfg.Limit(ctx, row)
	var r Renewal
	err := d.cfg.Store.Update(ctx, func(tx *store.Tx) error {
		current, err := tx.LockDelivery(ctx, row.ID)
		if err != nil {
			return err
		}
		if err := fence(current, attempt); err != nil {
			return err
		}
		left := limit - d.clock.Since(*current.LeasedAt)
		switch {
		case current.State != store.DeliveryPending:
			r = Renewal{current.NextAt, orText(current.LastError, "the delivery was discarded")}
			return nil
		case left <= 0:
			r = Renewal{current.NextAt, fmt.Sprintf("the attempt is at its limit of %s", limit)}
			return nil
		}
		r.Until = store.Millis(d.clock.Now().Add(min(lease, left)))
		d.noteLease(current, r.Until)
		return tx.RenewLease(ctx, row.ID, r.Until)
	})
	return r, err
}

// EndLease ends an attempt that holds a lease: err is what a Deliverer returns.
// It returns the delivery as it is then. The error is a *platform.Error when the
// attempt holds no lease.
func (d *Dispatcher) EndLease(ctx context.Context, id string, attempt int, outcome error) (*store.Delivery, error) {
	if err := d.awaitLanding(ctx, id); err != nil {
		return nil, err
	}
	var row *store.Delivery
	read := func(tx *store.Tx) (err error) {
		if row, err = tx.Delivery(ctx, id); err != nil {
			return err
		}
		return fence(row, attempt)
	}
	if err := d.cfg.Store.View(ctx, read); err != nil {
		return nil, err
	}
	retry := d.conclude(ctx, row, *row.LeasedAt, d.clock.Now().Sub(*row.LeasedAt), probe{}, outcome)
	err := d.cfg.Store.Update(ctx, func(tx *store.Tx) error {
		current, err := tx.LockDelivery(ctx, id)
		if err != nil {
			return err
		}
		if err := fence(current, attempt); err != nil {
			return err
		}
		tx.OnCommit(func() {
			d.forgetLease(id)
			d.observeLease(keyOf(current), outcomeOf(outcome, retry))
			d.reread(current)
		})
		return keepConclusion(ctx, tx, row, retry)
	})
	return row, err
}

// reread has the lane of a delivery read from the store.
func (d *Dispatcher) reread(row *store.Delivery) {
	changed := *row
	changed.State, changed.Head = "", false // it may be anywhere in its lane
	d.Notify(changed)
}

// fence refuses an attempt that does not hold the lease of a delivery.
func fence(row *store.Delivery, attempt int) error {
	switch {
	case attempt != row.Attempts:
		return platform.Errorf(platform.TypeRelationConflict,
			"attempt %d of delivery %s is over: attempt %d is the latest one; stop, its outcome is not taken", attempt, row.ID, row.Attempts)
	case row.LeasedAt == nil:
		return platform.Errorf(platform.TypeRelationConflict,
			"attempt %d of delivery %s holds no lease: it ended, or its lease was not renewed in time; the delivery is %s", attempt, row.ID, row.State)
	}
	return nil
}

func orText(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
