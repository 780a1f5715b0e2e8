package chatkit

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
)

func TestOneAtATime(t *testing.T) {
	t.Parallel()
	var s Locks
	var wg sync.WaitGroup
	counts := map[string]*int{"a": new(int), "b": new(int)}
	for key, n := range counts {
		for range 50 {
			wg.Go(func() {
				release, err := s.Hold(t.Context(), key)
				if err != nil {
					t.Error(err)
					return
				}
				defer release()
				*n++ // the race detector watches
			})
		}
	}
	wg.Wait()
	if *counts["a"] != 50 || *counts["b"] != 50 {
		t.Errorf("counts %d and %d, want 50", *counts["a"], *counts["b"])
	}
	if len(s.held) != 0 {
		t.Errorf("%d locks are left", len(s.held))
	}
}

func TestHoldEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s Locks
		release, err := s.Hold(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		cause := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		refused := make(chan error, 1)
		go func() {
			_, err := s.Hold(ctx, "a")
			refused <- err
		}()
		synctest.Wait()
		cancel(cause)
		if err := <-refused; !errors.Is(err, cause) {
			t.Errorf("Hold = %v, want the cause", err)
		}
		release()
		if len(s.held) != 0 {
			t.Errorf("%d locks are left", len(s.held))
		}
	})
}
