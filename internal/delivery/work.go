package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// ahead is how many rows of a lane are read at once.
const ahead = 20

// work makes one attempt at a lane's head.
func (d *Dispatcher) work(ctx context.Context, l *lane) {
	defer d.wg.Done()
	if len(l.queue) == 0 {
		d.load(ctx, l)
		return
	}
	row := &l.queue[0]
	if c := d.mode(ctx, row); c.Mode != "" {
		if d.modeTurn(ctx, l, c) {
			return
		}
		row = &l.queue[0]
	}
	if wait, _ := d.waitOf(l, row); wait > 0 {
		d.release(l, l.queue, false)
		return
	}
	if row.LeasedAt != nil {
		next, reload := d.expire(ctx, l, row)
		d.release(l, next, reload)
		return
	}
	if why := d.cfg.Pause(ctx, row); why != nil {
		d.release(l, nil, d.postpone(ctx, row, why))
		return
	}
	start := time.Now()
	err := d.attempt(ctx, l, row)
	if err != nil && ctx.Err() != nil {
		d.landed(row.ID)
		d.release(l, nil, false) // the shut-down cut it short: it was not an attempt
		return
	}
	next, reload := d.record(ctx, l, row, start, err)
	d.landed(row.ID)
	if err != nil && failure(err).Ended != nil {
		d.linger(ctx, l, failure(err).Ended)
		return
	}
	d.release(l, next, reload)
}

// postpone notes why a delivery waits, for those who look at it. It reports
// whether the lane must be read anew.
func (d *Dispatcher) postpone(ctx context.Context, row *store.Delivery, why error) (reload bool) {
	text := clip(why.Error())
	if row.LastError == text {
		return false
	}
	row.LastError = text
	d.cfg.Logger.Info("delivery waits", "delivery_id", row.ID, "bot_id", row.BotID, "installation_id", row.InstallationID, "reason", text)
	return d.persist(ctx, row, func(tx *store.Tx) error { return tx.RetryDelivery(ctx, row) })
}

// load reads a lane's head from the store.
func (d *Dispatcher) load(ctx context.Context, l *lane) {
	rows, err := d.readLane(ctx, l, ahead)
	if len(rows) > 0 && d.mode(ctx, &rows[0]).Mode != "" {
		d.mu.Lock()
		l.eager = true
		d.mu.Unlock()
	}
	d.release(l, rows, err != nil && ctx.Err() == nil)
}

// readLane reads up to limit rows of a lane. An error is logged, and holds the
// caller for a second.
func (d *Dispatcher) readLane(ctx context.Context, l *lane, limit int) (rows []store.Delivery, err error) {
	err = d.cfg.Store.View(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.LaneHead(ctx, l.name, limit)
		return err
	})
	if err != nil && ctx.Err() == nil {
		d.cfg.Logger.Error("lane not read", "lane", l.name, "error", err)
		pause(ctx, time.Second)
	}
	return rows, err
}

// attempt makes the next attempt of a delivery, which may be cancelled until
// landed is called.
func (d *Dispatcher) attempt(ctx context.Context, l *lane, row *store.Delivery) (err error) {
	limit := d.cfg.Limit(ctx, row)
	late := fmt.Errorf("no answer within %s", limit)
	ctx, stop := context.WithTimeoutCause(ctx, limit, late)
	defer stop()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	d.takeOff(row.ID, cancel)
	d.begin(l, row)
	defer func() {
		if r := recover(); r != nil {
			d.cfg.Logger.Error("delivery panicked", "delivery_id", row.ID, "panic", r, "stack", string(debug.Stack()))
			err = errors.New("the handler panicked; the server's log has the details")
		}
		if why, ok := errors.AsType[*cancelledError](context.Cause(ctx)); ok && err != nil {
			err = &Failure{Err: why, Final: true, Ended: failure(err).Ended}
		}
		if err != nil && errors.Is(context.Cause(ctx), late) {
			f := *failure(err)
			f.Err, f.Silent = late, true
			err = &f
		}
	}()
	row.Attempts++
	return d.cfg.Deliverer.Deliver(ctx, row)
}

// record writes an attempt's outcome. It tries until it can, or until the
// shut-down: then the attempt will be made again.
func (d *Dispatcher) record(ctx context.Context, l *lane, row *store.Delivery, start time.Time, err error) (next []store.Delivery, reload bool) {
	if lease := leaseOf(err); lease > 0 {
		return d.lease(ctx, l, row, start, lease)
	}
	if err != nil && failure(err).Unreached && d.discarded(ctx, row) {
		return nil, true
	}
	took := time.Since(start)
	retry := d.conclude(ctx, row, d.clock.Now().Add(-took), took, d.probeOf(l), err)
	if rest := d.observe(l, outcomeOf(err, retry)); rest > 0 {
		d.cfg.Logger.Warn("circuit open", "target", l.target.key, "probe_in", rest)
	}
	return d.keepOutcome(ctx, l, row, retry)
}

// discarded reports whether a delivery is not pending any more.
func (d *Dispatcher) discarded(ctx context.Context, row *store.Delivery) (gone bool) {
	d.persist(ctx, row, func(tx *store.Tx) error {
		current, err := tx.Delivery(ctx, row.ID)
		gone = err != nil || current.State != store.DeliveryPending
		return err
	})
	return gone
}

// conclude puts the outcome of an attempt into its row. It returns how long to
// wait for the next attempt, or -1 when there is none. start is of the wall
// clock.
func (d *Dispatcher) conclude(ctx context.Context, row *store.Delivery, start time.Time, took time.Duration, p probe, err error) time.Duration {
	a := store.Attempt{Number: row.Attempts, At: store.Millis(start), Millis: took.Milliseconds(), Outcome: store.DeliveryDelivered}
	retry := time.Duration(-1)
	if err != nil {
		f := failure(err)
		a.Status, a.Error = f.Status, clip(f.Error())
		retry = d.decide(ctx, row, &a, f, p)
	} else {
		row.State = store.DeliveryDelivered
	}
	row.LastError = a.Error
	keepAttempt(row, a)
	if retry >= 0 {
		row.NextAt = store.Millis(start.Add(took + retry + time.Millisecond))
	}
	d.log(ctx, row, &a, took, retry)
	return retry
}

// keepOutcome writes what conclude has put into a lane's head.
func (d *Dispatcher) keepOutcome(ctx context.Context, l *lane, row *store.Delivery, retry time.Duration) (next []store.Delivery, reload bool) {
	if retry >= 0 {
		gone := false
		reload = d.persist(ctx, row, func(tx *store.Tx) (err error) {
			gone, err = retryOrLate(ctx, tx, row)
			return err
		})
		if gone || reload {
			return nil, true
		}
		return l.queue, false
	}
	reload = d.persist(ctx, row, func(tx *store.Tx) (err error) {
		if next, err = tx.FinishDelivery(ctx, row, ahead); err != nil {
			return err
		}
		return eventStatus(ctx, tx, row)
	})
	return next, reload
}

// retryOrLate keeps a delivery for another attempt. One that was discarded
// while this attempt was made keeps the attempt in its log.
func retryOrLate(ctx context.Context, tx *store.Tx, row *store.Delivery) (discarded bool, err error) {
	err = tx.RetryDelivery(ctx, row)
	if errors.Is(err, store.ErrNotFound) {
		return true, tx.RecordLate(ctx, row)
	}
	return false, err
}

// outcomeOf is what an attempt says about its target: a refusal, and a failure
// at the delivery, are answers. One that was cancelled was not waited for.
func outcomeOf(err error, retry time.Duration) outcome {
	if err == nil {
		return there
	}
	if _, ok := errors.AsType[*cancelledError](err); ok {
		return unknown
	}
	switch f := failure(err); {
	case f.Final, f.Fault:
		return there
	case retry < 0:
		return gaveUp
	}
	return away
}

// eventStatus tells an event how its delivery ended.
func eventStatus(ctx context.Context, tx *store.Tx, row *store.Delivery) error {
	if row.EventID == "" || row.Target != store.TargetBot {
		return nil
	}
	status, reason := "processed", ""
	if row.State != store.DeliveryDelivered {
		status, reason = "failed", row.LastError
	}
	err := tx.SetEventStatus(ctx, row.EventID, status, reason)
	if errors.Is(err, store.ErrNotFound) {
		return nil // the event of a message has no row
	}
	return err
}

// persist runs an Update until it works. It reports whether the lane must be
// read anew because the row was changed by somebody else.
func (d *Dispatcher) persist(ctx context.Context, row *store.Delivery, fn func(*store.Tx) error) (reload bool) {
	for wait := 50 * time.Millisecond; ; wait = min(wait*2, 5*time.Second) {
		// The attempt is over: a shut-down should not lose its outcome.
		err := d.cfg.Store.Update(context.WithoutCancel(ctx), fn)
		switch {
		case err == nil:
			return false
		case errors.Is(err, store.ErrNotFound):
			return true // it was deleted with its bot
		case errors.Is(err, store.ErrClosed), ctx.Err() != nil:
			return false
		}
		d.cfg.Logger.Error("delivery outcome not written", "delivery_id", row.ID, "error", err, "retry_in", wait)
		pause(ctx, wait)
	}
}

func pause(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

func (d *Dispatcher) log(ctx context.Context, row *store.Delivery, a *store.Attempt, took, retry time.Duration) {
	level := slog.LevelInfo
	if a.Outcome != store.DeliveryDelivered {
		level = slog.LevelWarn
	}
	if !d.cfg.Logger.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("delivery_id", row.ID), slog.String("bot_id", row.BotID),
		slog.String("target", row.Target), slog.String("installation_id", row.InstallationID),
		slog.String("conversation_id", row.ConversationID), slog.String("operation", row.Operation),
		slog.Int("attempt", a.Number), slog.String("outcome", a.Outcome), slog.Duration("took", took),
	}
	if a.Error != "" {
		attrs = append(attrs, slog.String("error", a.Error), slog.Int("status", a.Status))
	}
	if retry >= 0 {
		attrs = append(attrs, slog.Duration("retry_in", retry))
	}
	d.cfg.Logger.LogAttrs(ctx, level, "delivery attempted", attrs...)
}
