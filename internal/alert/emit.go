package alert

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// Enqueue writes an alert for an endpoint in the transaction of what causes it.
// The caller notifies the dispatcher after the commit.
func Enqueue(ctx context.Context, tx *store.Tx, ids *platform.IDs, a *store.Alert, typ string, data platform.AlertData) (*store.Delivery, error) {
	body, err := json.Marshal(platform.AlertPayload{Type: typ, Timestamp: platform.At(tx.Now()), Data: data})
	if err != nil {
		return nil, fmt.Errorf("encode alert: %w", err)
	}
	d := &store.Delivery{
		ID: ids.New(platform.PrefixDelivery, tx.Now()), Lane: store.AlertLane(a.ID), Target: store.TargetAlert,
		BotID: data.BotID, Operation: Operation, Type: typ, Body: body,
	}
	return d, tx.Enqueue(ctx, d)
}

// Operation is that of deliveries to endpoints.
const Operation = "alert"

// wants reports whether an endpoint gets alerts of a type about a bot.
func wants(a *store.Alert, typ, botID string) bool {
	return a.Disabled == "" && (a.BotID == "" || a.BotID == botID) && (len(a.Events) == 0 || slices.Contains(a.Events, typ))
}

// emit writes an alert for each endpoint that gets it.
func (w *Watcher) emit(ctx context.Context, tx *store.Tx, typ string, data platform.AlertData) error {
	alerts, err := tx.Alerts(ctx)
	if err != nil {
		return err
	}
	for i := range alerts {
		if !wants(&alerts[i], typ, data.BotID) {
			continue
		}
		d, err := Enqueue(ctx, tx, w.cfg.IDs, &alerts[i], typ, data)
		if err != nil {
			return err
		}
		tx.OnCommit(func() { w.cfg.Dispatcher.Notify(*d) })
	}
	return nil
}
