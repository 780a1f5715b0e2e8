package storetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// testMentions checks that every row of a person is found, page by page, and no other bot's.
func testMentions(t *testing.T, f fixture) {
	var user, other string
	var want map[string]string
	f.update(t, func(tx *store.Tx) (err error) {
		for _, id := range []*string{&user, &other} {
			if *id, err = f.user(tx, "bot_1", nil); err != nil {
				return err
			}
		}
		want = map[string]string{
			store.EventRows: f.ids.New(platform.PrefixEvent, tx.Now()), store.DeliveryRows: f.ids.New(platform.PrefixDelivery, tx.Now()),
		}
		body := json.RawMessage(fmt.Sprintf(`{"of":%q}`, user))
		if err := tx.CreateEvent(f.ctx, &store.Event{ID: want[store.EventRows], BotID: "bot_1", Type: "a", Payload: body}); err != nil {
			return err
		}
		if err := tx.CreateEvent(f.ctx, &store.Event{ID: f.ids.New(platform.PrefixEvent, tx.Now()), BotID: "bot_2", Type: "a", Payload: body}); err != nil {
			return err
		}
		for i, b := range []json.RawMessage{body, json.RawMessage(`{}`)} {
			id := want[store.DeliveryRows]
			if i > 0 {
				id = f.ids.New(platform.PrefixDelivery, tx.Now())
			}
			if err := tx.Enqueue(f.ctx, &store.Delivery{ID: id, Lane: "l", Target: store.TargetBot, BotID: "bot_1", Body: b}); err != nil {
				return err
			}
		}
		return nil
	})
	for kind, id := range want {
		var found []string
		for after, first := "", true; first || after != ""; first = false {
			f.view(t, func(tx *store.Tx) error {
				ids, last, err := tx.Mentions(f.ctx, kind, "bot_1", user, after, 1)
				found, after = append(found, ids...), last
				return err
			})
		}
		if !slices.Equal(found, []string{id}) {
			t.Errorf("%s of the person are %v, want %s", kind, found, id)
		}
	}
	// A delivery that is removed frees its lane.
	f.update(t, func(tx *store.Tx) error {
		d, err := tx.EraseDelivery(f.ctx, want[store.DeliveryRows])
		if err != nil || d == nil || d.State != store.DeliveryDiscarded || d.Body != nil {
			t.Errorf("EraseDelivery = %+v, %v", d, err)
		}
		if d, err := tx.EraseDelivery(f.ctx, want[store.DeliveryRows]); d != nil || err != nil {
			t.Errorf("EraseDelivery again = %+v, %v; want nothing", d, err)
		}
		head, err := tx.LaneHead(f.ctx, "l", 10)
		if err != nil || len(head) != 1 || !head[0].Head {
			t.Errorf("the lane is then %+v, %v; want the other delivery at its head", head, err)
		}
		return nil
	})
}

// testAged checks that rows are chosen by time and bot.
func testAged(t *testing.T, f fixture) {
	base := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var ids platform.IDs
	var old []string
	f.update(t, func(tx *store.Tx) error {
		for day := range 6 {
			for _, bot := range []string{"bot_1", "bot_2"} {
				id := ids.New(platform.PrefixEvent, base.Add(time.Duration(day)*24*time.Hour))
				if err := tx.CreateEvent(f.ctx, &store.Event{ID: id, BotID: bot, Type: "a"}); err != nil {
					return err
				}
				if bot == "bot_1" && day < 3 {
					old = append(old, id)
				}
			}
		}
		return nil
	})
	until := platform.FirstID(platform.PrefixEvent, base.Add(3*24*time.Hour))
	var found []string
	for after, first := "", true; first || after != ""; first = false {
		f.view(t, func(tx *store.Tx) error {
			page, last, err := tx.Aged(f.ctx, store.EventRows, "bot_1", after, until, 4)
			found, after = append(found, page...), last
			return err
		})
	}
	if !slices.Equal(found, old) {
		t.Errorf("old events are %v, want %v", found, old)
	}
}

func testAudit(t *testing.T, f fixture) {
	var first string
	f.update(t, func(tx *store.Tx) error {
		for i, bot := range []string{"bot_1", "", "bot_1"} {
			e := &store.AuditEntry{ID: f.ids.New(platform.PrefixAudit, tx.Now()), At: tx.Now(), Actor: "a", Operation: "o", BotID: bot, Subject: "/x", Fields: "a b"}
			if i == 0 {
				e.At, first = tx.Now().Add(-time.Hour), e.ID
			}
			if err := tx.AddAudit(f.ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
	f.update(t, func(tx *store.Tx) error {
		of, _, err := tx.Audit(f.ctx, "bot_1", store.Page{})
		if err != nil || len(of) != 2 || of[1].ID != first || of[1].Fields != "a b" {
			t.Errorf("entries of the bot are %+v, %v", of, err)
		}
		n, err := tx.PruneAudit(f.ctx, tx.Now().Add(-time.Minute), 10)
		all, _, listErr := tx.Audit(f.ctx, "", store.Page{})
		if err != nil || listErr != nil || n != 1 || len(all) != 2 {
			t.Errorf("pruned %d, %v; left %d, %v", n, err, len(all), listErr)
		}
		return nil
	})
}
