package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// testLeases keeps a lease through what hastens and extends others, records what
// comes of an attempt whose delivery was discarded, and ends a burst as one.
func testLeases(t *testing.T, f fixture) {
	ids := []string{"dlv_1", "dlv_2", "dlv_3"}
	f.update(t, func(tx *store.Tx) (err error) {
		for _, id := range ids {
			d := &store.Delivery{ID: id, Lane: "l", Target: store.TargetBot, BotID: "bot_1", Body: []byte("{}")}
			err = errors.Join(err, tx.Enqueue(f.ctx, d))
		}
		return err
	})
	read := func(id string) (d *store.Delivery) {
		f.view(t, func(tx *store.Tx) (err error) {
			d, err = tx.Delivery(f.ctx, id)
			return err
		})
		return d
	}
	first := read(ids[0])
	began := store.Millis(time.Now())
	first.Attempts, first.LeasedAt, first.NextAt = 1, &began, began.Add(time.Minute)
	f.update(t, func(tx *store.Tx) error {
		return errors.Join(tx.LeaseDelivery(f.ctx, first), tx.Hasten(f.ctx, store.TargetBot, "bot_1"), tx.ExtendLeases(f.ctx, began.Add(2*time.Minute)))
	})
	if d := read(ids[0]); d.LeasedAt == nil || !d.NextAt.Equal(began.Add(2*time.Minute)) || d.Attempts != 1 {
		t.Errorf("the lease is %+v", d)
	}
	f.update(t, func(tx *store.Tx) error {
		_, err := tx.CancelDelivery(f.ctx, ids[0], "stop")
		return err
	})
	late := read(ids[0])
	if late.State != store.DeliveryDiscarded || late.LastError != "stop" || len(late.Log) != 1 {
		t.Errorf("cancelled it is %+v", late)
	}
	late.State = store.DeliveryDelivered
	late.AddAttempt(store.Attempt{Number: 1, Outcome: store.DeliveryDelivered})
	late.LastError = ""
	f.update(t, func(tx *store.Tx) error {
		_, err := tx.FinishDelivery(f.ctx, late, 1)
		return err
	})
	if d := read(ids[0]); d.State != store.DeliveryDelivered || d.LeasedAt != nil || d.LastError != "" || len(d.Log) != 1 {
		t.Errorf("taken all the same it is %+v", d)
	}
	last := read(ids[2])
	last.Attempts, last.State = 1, store.DeliveryDelivered
	f.update(t, func(tx *store.Tx) error {
		_, err := tx.FinishDelivery(f.ctx, last, 1)
		return errors.Join(tx.CarryDeliveries(f.ctx, last, ids[1:2]), tx.FinishCarried(f.ctx, last), err)
	})
	if d := read(ids[1]); d.State != store.DeliveryDelivered || d.CarriedBy != ids[2] || d.Attempts != 1 || d.FinishedAt == nil {
		t.Errorf("carried it is %+v", d)
	}
}
