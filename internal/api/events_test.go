package api_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/platform"
)

func TestEventOfAKeyIsToldOnce(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	b.delivered()
	in := &platform.CreateEventInput{Type: "opened", Payload: json.RawMessage("{}"), DedupeKey: "update 7"}
	first, again := must(b.one.CreateEvent(ctx, in)).Event, must(b.one.CreateEvent(ctx, in)).Event
	other := must(b.two.CreateEvent(ctx, in)).Event
	if first.ID != again.ID || first.ID == other.ID {
		t.Errorf("ids %s, again %s, of another installation %s", first.ID, again.ID, other.ID)
	}
	if got := b.delivered(); len(got) != 2 {
		t.Errorf("%d deliveries, want one for each installation", len(got))
	}
	in.DedupeKey = strings.Repeat("x", 501)
	refused(t, "a long key", second(b.one.CreateEvent(ctx, in)), platform.TypeInvalidPayload)
}
