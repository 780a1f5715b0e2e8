package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// testLogs wants lines to be found by what they say, newest first, and cut.
func testLogs(t *testing.T, f fixture) {
	now := store.Millis(time.Now())
	f.update(t, func(tx *store.Tx) error {
		var errs []error
		for i := range 10 {
			errs = append(errs, tx.AddLog(f.ctx, store.LogLine{Owner: "a", At: now.Add(time.Duration(i) * time.Second), Level: "info", Message: fmt.Sprint("line ", i)}))
		}
		return errors.Join(append(errs,
			tx.AddLog(f.ctx, store.LogLine{Owner: "a", At: now, Level: "error", Message: "Bad 100%_", ConversationID: "conv_1", UserID: "user_1"}),
			tx.AddLog(f.ctx, store.LogLine{Owner: "b", At: now, Level: "info", Message: "line"}))...)
	})
	count := func(what string, want int, q store.LogQuery) (list []store.LogLine) {
		t.Helper()
		if q.Owner = "a"; q.Limit == 0 {
			q.Limit = 20
		}
		f.view(t, func(tx *store.Tx) (err error) {
			list, err = tx.Logs(f.ctx, q)
			return err
		})
		if len(list) != want {
			t.Errorf("%s: %d lines, want %d", what, len(list), want)
		}
		return list
	}
	all := count("all", 11, store.LogQuery{})
	if all[0].Level != "error" || all[1].Message != "line 9" {
		t.Errorf("the order is %+v", all)
	}
	count("before one", 3, store.LogQuery{Before: all[7].ID})
	count("a page", 4, store.LogQuery{Limit: 4})
	count("a time", 5, store.LogQuery{Start: now.Add(5 * time.Second)})
	count("until a time", 3, store.LogQuery{End: now.Add(time.Second)})
	count("a level", 1, store.LogQuery{Level: "error"})
	count("a text", 1, store.LogQuery{Contains: "100%_"})
	count("a conversation", 1, store.LogQuery{ConversationID: "conv_1"})
	count("a user", 0, store.LogQuery{UserID: "user_2"})
	f.update(t, func(tx *store.Tx) error { return tx.CutLog(f.ctx, "a", 3) })
	count("after the cut", 3, store.LogQuery{})
	f.update(t, func(tx *store.Tx) error { return tx.PruneLogs(f.ctx, now.Add(9*time.Second)) })
	count("after pruning", 1, store.LogQuery{})
}
