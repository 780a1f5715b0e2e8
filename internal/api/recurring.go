package api

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

const (
	maxRecurring        = 50
	maxRecurringPayload = 128 << 10
)

// recurringEvents are the rows of what a bot declares, each due next after now.
func recurringEvents(d *platform.BotDefinition, now time.Time) ([]store.RecurringEvent, error) {
	if n := len(d.RecurringEvents); n > maxRecurring {
		return nil, platform.Errorf(platform.TypeLimitExceeded, "recurringEvents: there are %d; a bot has at most %d", n, maxRecurring)
	}
	var rows []store.RecurringEvent
	for _, name := range slices.Sorted(maps.Keys(d.RecurringEvents)) {
		e := d.RecurringEvents[name]
		if !has(d.Events, e.Type) {
			return nil, platform.Errorf(platform.TypeReferenceNotFound, "recurringEvents.%s.type: the bot declares no event %.60q; it has %s", name, e.Type, catalog.Names(d.Events))
		}
		next, err := nextTime(e.Schedule.Cron, now)
		if err != nil {
			return nil, platform.Errorf(platform.TypeInvalidPayload, "recurringEvents.%s.schedule.cron: %v; give five fields, such as 0 9 * * 1-5", name, err)
		}
		payload := e.Payload
		if len(payload) == 0 {
			payload = json.RawMessage("{}")
		}
		if len(payload) > maxRecurringPayload {
			return nil, platform.Errorf(platform.TypePayloadTooLarge, "recurringEvents.%s.payload: it has %d bytes; give at most %d", name, len(payload), maxRecurringPayload)
		}
		rows = append(rows, store.RecurringEvent{Name: name, Cron: e.Schedule.Cron, Type: e.Type, Payload: payload, NextAt: next})
	}
	return rows, nil
}

// nextTime is when a cron expression, which is in UTC, comes true after now.
func nextTime(expression string, now time.Time) (time.Time, error) {
	schedule, err := cron.ParseStandard(expression)
	if err != nil {
		return time.Time{}, err
	}
	next := schedule.Next(now.UTC())
	if next.IsZero() {
		return next, fmt.Errorf("%q never comes true", expression)
	}
	return next, nil
}

// setRecurring writes a bot's recurring events. Run is to look anew after the
// commit.
func (s *Service) setRecurring(ctx context.Context, tx *store.Tx, botID string, d *platform.BotDefinition) error {
	rows, err := recurringEvents(d, tx.Now())
	if err != nil {
		return err
	}
	for _, row := range rows {
		tx.OnCommit(func() { s.wakeAt(row.NextAt) })
	}
	return tx.SetRecurringEvents(ctx, botID, rows)
}

// fireRecurring tells the bot once, and again after now: what was missed while
// no server ran is not made up for.
func (s *Service) fireRecurring(ctx context.Context, tx *store.Tx, bot *catalog.Bot, r *store.RecurringEvent) error {
	next, err := nextTime(r.Cron, s.Now())
	if err != nil {
		return err
	}
	if err := tx.AdvanceRecurringEvent(ctx, r, next); err != nil {
		return err
	}
	e := &store.Event{
		ID: s.ids.New(platform.PrefixEvent, tx.Now()), BotID: bot.ID, Type: r.Type,
		Status: eventStatus(bot, r.Type), Payload: r.Payload, CreatedAt: tx.Now(),
	}
	if err := tx.CreateEvent(ctx, e); err != nil {
		return err
	}
	if e.Status == string(platform.EventIgnored) {
		return nil
	}
	return s.deliverEvent(ctx, tx, bot, e)
}
