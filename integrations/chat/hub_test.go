package chat

import (
	"testing"

	"github.com/bellhop-dev/bellhop/platform"
)

// One user has a bounded number of streams, so that nobody takes those of all;
// one that ends makes room for another.
func TestListenersOfOneUser(t *testing.T) {
	t.Parallel()
	h := newHub()
	var all []*listener
	for i := range maxOfUser {
		l, err := h.subscribe("c", "ada")
		if err != nil {
			t.Fatalf("stream %d: %v", i+1, err)
		}
		all = append(all, l)
	}
	_, err := h.subscribe("other", "ada")
	if e := platform.AsError(err); e.Type != platform.TypeRateLimited || e.Code != 429 || e.RetryAfter == 0 {
		t.Errorf("one more: %v, want 429 with a time to come back", err)
	}
	if _, err := h.subscribe("c", "bob"); err != nil {
		t.Errorf("another user: %v", err)
	}
	h.drop("c", all[0])
	h.drop("c", all[0])
	if _, err := h.subscribe("other", "ada"); err != nil {
		t.Errorf("after one ended: %v", err)
	}
	if _, err := h.subscribe("c", "ada"); err == nil {
		t.Error("dropping one twice makes room for two")
	}
	for _, l := range all[1:] {
		h.drop("c", l)
	}
	if h.users["ada"] != 1 || h.count != 2 {
		t.Errorf("%d streams of ada, %d in all, want 1 and 2", h.users["ada"], h.count)
	}
}
