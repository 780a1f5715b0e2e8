package api_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/api"
	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// What recurs happens once when it is due, however many look at the same time,
// and once more after a restart that slept through many times.
func TestRecurringEventsOnceAcrossRestarts(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		admin := platform.NewClient(b.service.Transport(b.service.Trust), platform.Caller{})
		bot := must(admin.CreateBot(ctx, read[platform.CreateBotInput](t,
			`{"events":{"tick":{"schema":{}}},"recurringEvents":{"each":{"schedule":{"cron":"* * * * *"},"type":"tick","payload":{"n":1}}}}`))).Bot
		// restarted is what a server makes of the database when it starts.
		restarted := func(now time.Time) *api.Service {
			logger := slog.New(slog.DiscardHandler)
			return api.New(api.Config{Store: b.db, Catalog: catalog.New(b.db, logger), Dispatcher: b, Creator: b, Now: func() time.Time { return now }})
		}
		due := func() time.Time {
			t.Helper()
			var rows []store.RecurringEvent
			err := b.db.View(ctx, func(tx *store.Tx) (err error) {
				rows, err = tx.DueRecurringEvents(ctx, time.Now().Add(100*time.Hour), 10)
				return err
			})
			if err != nil || len(rows) != 1 {
				t.Fatalf("%d recurring events, %v", len(rows), err)
			}
			return rows[0].NextAt
		}
		told := func() (n int) {
			for _, d := range b.delivered() {
				if d.BotID == bot.ID && d.Type == "tick" {
					n++
				}
			}
			return n
		}
		first := due()
		services := []*api.Service{restarted(first.Add(time.Second)), restarted(first.Add(time.Second)), restarted(first.Add(time.Second))}
		together(12, func(i int) {
			if _, err := services[i%len(services)].FireDue(ctx); err != nil {
				t.Error(err)
			}
		})
		if n := told(); n != 1 {
			t.Errorf("told %d times while many looked, want 1", n)
		}
		if next := due(); !next.Equal(first.Add(time.Minute)) {
			t.Errorf("next at %s, want a minute after %s", next, first)
		}
		back := restarted(first.Add(48*time.Hour + 30*time.Second))
		for range 2 {
			if _, err := back.FireDue(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if n := told(); n != 1 {
			t.Errorf("told %d times after two days without a server, want 1", n)
		}
		if next := due(); !next.Equal(first.Add(48*time.Hour + time.Minute)) {
			t.Errorf("next at %s, want the minute that follows", next)
		}
	})
}
