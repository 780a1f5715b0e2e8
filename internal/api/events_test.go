package api_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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

func TestMessagesAreAmongTheBotsEvents(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	user, conversation, message := b.chat()
	want := []string{"evt" + strings.TrimPrefix(message, "msg")}
	for i := range 3 {
		e := must(b.one.CreateEvent(ctx, &platform.CreateEventInput{Type: "opened", Payload: json.RawMessage("{}")}))
		m := must(b.one.CreateMessage(ctx, &platform.CreateMessageInput{
			ConversationID: conversation, UserID: user, Type: "text", Payload: json.RawMessage(`{"text":"more"}`), Tags: platform.Tags{"ts": strconv.Itoa(10 + i)},
		}))
		want = append(want, e.Event.ID, "evt"+strings.TrimPrefix(m.Message.ID, "msg"))
	}
	slices.Reverse(want)
	for _, size := range []int{1, 2, 3, 100} {
		var got []string
		in := &platform.ListEventsInput{PageSize: size}
		for {
			out := must(b.bot.ListEvents(ctx, in))
			for _, e := range out.Events {
				got = append(got, e.ID)
				if whole := must(b.bot.GetEvent(ctx, &platform.GetEventInput{ID: e.ID})); whole.Event.Type != e.Type || string(whole.Event.Payload) != string(e.Payload) {
					t.Errorf("event %s is %+v in a list and %+v by itself", e.ID, e, whole.Event)
				}
			}
			if in.NextToken = out.Meta.NextToken; in.NextToken == "" {
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("events by %d (-want +got):\n%s", size, diff)
		}
	}
	for name, tc := range map[string]struct {
		in   platform.ListEventsInput
		want int
	}{
		"messages":             {platform.ListEventsInput{Type: "message_created"}, 4},
		"one message":          {platform.ListEventsInput{MessageID: message}, 1},
		"another type":         {platform.ListEventsInput{Type: "one:opened"}, 3},
		"of a conversation":    {platform.ListEventsInput{ConversationID: conversation}, 4},
		"of another user":      {platform.ListEventsInput{UserID: "user_x"}, 0},
		"that are pending":     {platform.ListEventsInput{Status: platform.EventPending}, 7},
		"that failed":          {platform.ListEventsInput{Status: platform.EventFailed}, 0},
		"of a workflow":        {platform.ListEventsInput{WorkflowID: "wrkflow_x"}, 0},
		"pending and messages": {platform.ListEventsInput{Status: platform.EventPending, Type: "message_created"}, 4},
	} {
		if out := must(b.bot.ListEvents(ctx, &tc.in)); len(out.Events) != tc.want {
			t.Errorf("%s: %d events, want %d", name, len(out.Events), tc.want)
		}
	}
	if out := must(b.one.ListEvents(ctx, &platform.ListEventsInput{})); len(out.Events) != 3 {
		t.Errorf("an integration sees %d events, want its own 3", len(out.Events))
	}
}
