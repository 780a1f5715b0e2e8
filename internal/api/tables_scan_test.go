package api

import (
	"context"
	"testing"
	"testing/synctest"
)

func TestScansOfOneBotWaitForEachOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s scans
		var leave [maxScans]func()
		for i := range leave {
			var err error
			if leave[i], err = s.enter(t.Context(), "bot_a"); err != nil {
				t.Fatal(err)
			}
		}
		other, err := s.enter(t.Context(), "bot_b")
		if err != nil {
			t.Fatalf("another bot: %v", err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.enter(gone, "bot_a"); err == nil {
			t.Error("a caller that has gone got a place")
		}
		entered := make(chan func())
		go func() {
			l, err := s.enter(t.Context(), "bot_a")
			if err != nil {
				t.Error(err)
			}
			entered <- l
		}()
		synctest.Wait()
		select {
		case <-entered:
			t.Fatalf("there are more than %d places", maxScans)
		default:
		}
		leave[0]()
		(<-entered)()
		for _, l := range leave[1:] {
			l()
		}
		other()
		if len(s.bots) != 0 {
			t.Errorf("%d bots are kept that read nothing", len(s.bots))
		}
	})
}
