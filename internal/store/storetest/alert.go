package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
)

func testAlerts(t *testing.T, f fixture) {
	until := store.Millis(time.Now().Add(time.Hour))
	a := store.Alert{ID: "alert_1", BotID: "bot_1", URL: "https://example.com", Note: "ops", Events: []string{"target.up"},
		Secret: "whsec_new", OldSecret: "whsec_old", OldUntil: &until}
	f.update(t, func(tx *store.Tx) error { return tx.PutAlert(f.ctx, &a) })
	f.view(t, func(tx *store.Tx) error {
		got, err := tx.Alert(f.ctx, a.ID)
		if err == nil && (got.Secret != a.Secret || got.OldSecret != a.OldSecret || !got.OldUntil.Equal(until) || len(got.Events) != 1 || got.Note != "ops") {
			t.Errorf("Alert = %+v", got)
		}
		return err
	})
	d := store.Delivery{ID: "dlv_1", Lane: store.AlertLane(a.ID), Target: store.TargetAlert, Type: "alert.test", Body: []byte("{}")}
	f.update(t, func(tx *store.Tx) error { return tx.Enqueue(f.ctx, &d) })
	f.update(t, func(tx *store.Tx) error { return tx.DeleteAlert(f.ctx, a.ID) })
	if state, reason := f.state(t, d.ID); state != store.DeliveryDiscarded || reason != "the alert was deleted" {
		t.Errorf("its delivery is %s (%s)", state, reason)
	}
	f.update(t, func(tx *store.Tx) error {
		if err := tx.DeleteAlert(f.ctx, a.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("DeleteAlert again: %v", err)
		}
		list, err := tx.Alerts(f.ctx)
		if len(list) != 0 {
			t.Errorf("Alerts = %+v", list)
		}
		return err
	})
}

// A delivery that ends dead or held is a failure, but for an alert's.
func testIncidents(t *testing.T, f fixture) {
	dead, held := f.enqueue(t, "a"), f.enqueue(t, "b")
	alert := store.Delivery{ID: "dlv_alert", Lane: store.AlertLane("alert_1"), Target: store.TargetAlert, Body: []byte("{}")}
	f.update(t, func(tx *store.Tx) error { return tx.Enqueue(f.ctx, &alert) })
	f.finish(t, dead, store.DeliveryDead)
	f.finish(t, held, store.DeliveryHeld)
	f.finish(t, alert, store.DeliveryDead)
	f.finish(t, f.enqueue(t, "c"), store.DeliveryDelivered)
	const target = "bot:bot_1"
	f.update(t, func(tx *store.Tx) error {
		list, err := tx.Failures(f.ctx, 10)
		if err != nil || len(list) != 2 {
			t.Fatalf("Failures = %+v, %v, want the dead and the held one", list, err)
		}
		for _, failed := range list {
			if err := tx.DeleteFailure(f.ctx, failed); err != nil {
				return err
			}
			if err := tx.DeleteFailure(f.ctx, failed); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("DeleteFailure again: %v", err)
			}
		}
		for range 30 {
			if err := tx.CountDead(f.ctx, target, "bot_1", dead.ID, time.Minute); err != nil {
				return err
			}
		}
		return nil
	})
	f.update(t, func(tx *store.Tx) error {
		for wait, want := range map[time.Duration]int{50 * time.Second: 0, 2 * time.Minute: 1} {
			due, err := tx.DueIncidents(f.ctx, tx.Now().Add(wait), 10)
			if err != nil || len(due) != want {
				t.Errorf("after %s DueIncidents = %+v, %v, want %d", wait, due, err, want)
			}
		}
		i, err := tx.TakeIncident(f.ctx, target)
		if err != nil || i.Number != 30 || len(i.Sample) != 20 {
			t.Errorf("TakeIncident = %+v, %v", i, err)
		}
		if _, err := tx.TakeIncident(f.ctx, target); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("TakeIncident again: %v", err)
		}
		return nil
	})
}

func testOutages(t *testing.T, f fixture) {
	const target = "bot:bot_1"
	f.update(t, func(tx *store.Tx) error {
		first := store.Outage{Target: target, BotID: "bot_1", Since: tx.Now()}
		if err := tx.BeginOutage(f.ctx, first); err != nil {
			return err
		}
		later := first
		later.Since = tx.Now().Add(time.Hour)
		if err := tx.BeginOutage(f.ctx, later); err != nil {
			return err
		}
		if err := tx.MarkDown(f.ctx, target); err != nil {
			return err
		}
		if err := tx.MarkDown(f.ctx, target); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("MarkDown again: %v", err)
		}
		for _, want := range []bool{true, false} {
			if first, err := tx.NoteOutage(f.ctx, target, "conv_1"); err != nil || first != want {
				t.Errorf("NoteOutage = %v, %v, want %v", first, err, want)
			}
		}
		list, err := tx.Outages(f.ctx)
		if len(list) != 1 || !list[0].Since.Equal(first.Since) || list[0].DownAt == nil {
			t.Errorf("Outages = %+v, want the first one, down", list)
		}
		return err
	})
	f.update(t, func(tx *store.Tx) error {
		if o, err := tx.EndOutage(f.ctx, target); err != nil || o.BotID != "bot_1" {
			t.Errorf("EndOutage = %+v, %v", o, err)
		}
		if _, err := tx.EndOutage(f.ctx, target); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("EndOutage again: %v", err)
		}
		if first, err := tx.NoteOutage(f.ctx, target, "conv_1"); err != nil || !first {
			t.Errorf("NoteOutage in the next outage = %v, %v", first, err)
		}
		return nil
	})
}
