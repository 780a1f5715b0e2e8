package delivery

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/bellhop-dev/bellhop/internal/clock"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// maxBurstBytes bounds the bodies of a burst together; a single message may be
// larger.
const maxBurstBytes = 1 << 20

// burst makes one attempt at the messages that lead a lane: the last one is
// delivered and carries the earlier ones in its body.
func (d *Dispatcher) burst(ctx context.Context, l *lane, run []store.Delivery, c platform.Concurrency) {
	group := carriedTogether(run)
	if group == nil {
		if wait, key := d.silence(l, run, c); c.Mode == platform.ModeDebounce && len(run) < c.MaxBurst && wait > 0 {
			d.releaseFor(l, wait, true, key)
			return
		}
		group = fitting(run[:min(len(run), c.MaxBurst)])
	}
	carrier := &group[len(group)-1]
	switch wait, asked := d.waitOf(l, carrier); {
	case wait > 0 && l.ripe != headKey(&group[0]):
		d.releaseFor(l, wait, asked, headKey(carrier))
		return
	case carrier.LeasedAt != nil:
		next, reload := d.expire(ctx, l, carrier)
		d.release(l, next, reload)
		return
	}
	if why := d.cfg.Pause(ctx, carrier); why != nil {
		d.release(l, nil, d.postpone(ctx, &group[0], why))
		return
	}
	body, err := burstBody(group)
	if err != nil { // a body that is not ours: one by one
		d.cfg.Logger.Error("messages not joined", "lane", l.name, "error", err)
		group, carrier, body = group[:1], &group[0], group[0].Body
	}
	if !d.bind(ctx, carrier, group[:len(group)-1]) {
		d.release(l, nil, ctx.Err() == nil)
		return
	}
	d.attemptBurst(ctx, l, group, carrier, body)
}

// bind writes down, before the first attempt, which messages are attempted
// together: after a crash, or an answer that was lost, the bot may still work on
// them under the carrier's id, and must get the same ones under it again. It
// reports false when the lane must be read again first.
func (d *Dispatcher) bind(ctx context.Context, carrier *store.Delivery, carried []store.Delivery) bool {
	if carrier.CarriedBy == carrier.ID {
		return true
	}
	bound := false
	d.persist(ctx, carrier, func(tx *store.Tx) error {
		bound = true
		return tx.CarryDeliveries(ctx, carrier, ids(carried))
	})
	return bound && ctx.Err() == nil
}

func ids(list []store.Delivery) []string {
	all := make([]string, len(list))
	for i := range list {
		all[i] = list[i].ID
	}
	return all
}

func (d *Dispatcher) attemptBurst(ctx context.Context, l *lane, group []store.Delivery, carrier *store.Delivery, body []byte) {
	start := time.Now()
	own := carrier.Body
	carrier.Body = body
	err := d.attempt(ctx, l, carrier)
	carrier.Body = own
	if err != nil && ctx.Err() != nil {
		d.landed(carrier.ID)
		d.release(l, nil, false) // the shut-down cut it short: it was not an attempt
		return
	}
	d.recordBurst(ctx, l, carrier, group[:len(group)-1], start, err)
	d.landed(carrier.ID)
	if err != nil && failure(err).Ended != nil {
		d.linger(ctx, l, failure(err).Ended)
		return
	}
	d.release(l, nil, true)
}

// carriedTogether returns the messages that lead a lane and were attempted
// together: they are attempted together again. It is nil when there are none.
func carriedTogether(run []store.Delivery) []store.Delivery {
	if run[0].CarriedBy == "" {
		return nil
	}
	i := slices.IndexFunc(run, func(r store.Delivery) bool { return r.ID == run[0].CarriedBy })
	if i < 0 {
		return nil // it was discarded
	}
	return run[:i+1]
}

// fitting cuts a burst at its largest size.
func fitting(run []store.Delivery) []store.Delivery {
	size := 0
	for i := range run {
		if size += len(run[i].Body); size > maxBurstBytes && i > 0 {
			return run[:i]
		}
	}
	return run
}

// silence is how long debounce waits until a turn may begin, a while after the
// last message and not much later than the first, and what names the wait. A
// clock that was set back does not make it longer: since is of the monotonic
// clock, and silence that was waited for is not waited for again.
func (d *Dispatcher) silence(l *lane, run []store.Delivery, c platform.Concurrency) (wait time.Duration, key string) {
	if l.sinceID != run[0].ID {
		l.sinceID, l.since = run[0].ID, time.Now()
	}
	first, last, now := run[0].CreatedAt, run[len(run)-1].CreatedAt, d.clock.Now()
	key = "silence after " + run[len(run)-1].ID
	if l.ripe == key {
		return 0, key
	}
	wait = clock.Wait(last.Add(time.Duration(c.Wait)), last, now)
	return min(wait, first.Add(time.Duration(c.MaxWait)).Sub(now), time.Until(l.since.Add(time.Duration(c.MaxWait)))), key
}

// burstBody is the body of the last message with the events of the earlier ones
// as its member skipped, oldest first.
func burstBody(group []store.Delivery) ([]byte, error) {
	last := group[len(group)-1].Body
	if len(group) == 1 {
		return last, nil
	}
	skipped := make([]json.RawMessage, len(group)-1)
	for i := range skipped {
		var body struct{ Event json.RawMessage }
		if err := json.Unmarshal(group[i].Body, &body); err != nil {
			return nil, err
		}
		skipped[i] = body.Event
	}
	list, err := json.Marshal(skipped)
	if err != nil {
		return nil, err
	}
	end := bytes.LastIndexByte(last, '}')
	return slices.Concat(last[:max(end, 0)], []byte(`,"skipped":`), list, []byte("}")), nil
}

// recordBurst writes the outcome of an attempt for its carrier and, in the same
// transaction, for those it carried.
func (d *Dispatcher) recordBurst(ctx context.Context, l *lane, carrier *store.Delivery, carried []store.Delivery, start time.Time, err error) {
	if lease := leaseOf(err); lease > 0 {
		d.observe(l, there)
		d.grant(ctx, carrier, start, lease)
		d.persist(ctx, carrier, func(tx *store.Tx) error {
			if err := tx.LeaseDelivery(ctx, carrier); err != nil {
				return err
			}
			return tx.CarryDeliveries(ctx, carrier, ids(carried))
		})
		return
	}
	took := time.Since(start)
	retry := d.conclude(ctx, carrier, d.clock.Now().Add(-took), took, d.probeOf(l), err)
	if rest := d.observe(l, outcomeOf(err, retry)); rest > 0 {
		d.cfg.Logger.Warn("circuit open", "target", l.target.key, "probe_in", rest)
	}
	d.persist(ctx, carrier, func(tx *store.Tx) error {
		if err := tx.CarryDeliveries(ctx, carrier, ids(carried)); err != nil {
			return err
		}
		return keepConclusion(ctx, tx, carrier, retry)
	})
}
