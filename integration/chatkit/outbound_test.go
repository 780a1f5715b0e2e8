package chatkit_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/wire"
)

var testJournal = chatkit.Journal{ID: "id", Parts: "parts", PartIDs: []string{"id1", "id2"}}

// vendor is a vendor that takes texts of one word.
type vendor struct {
	t        *testing.T
	platform *integrationtest.Platform
	messages *chatkit.Messages[*chatkit.Outbound, string]
	sent     []string
	faults   []error // of the next calls
	failed   []string
}

func newVendor(t *testing.T) *vendor {
	v := &vendor{t: t, platform: integrationtest.NewPlatform()}
	v.messages = &chatkit.Messages[*chatkit.Outbound, string]{
		Journal: testJournal,
		Begin:   func(_ context.Context, o *chatkit.Outbound) (*chatkit.Outbound, error) { return o, nil },
		Renderers: chatkit.Renderers[*chatkit.Outbound, string]{
			message.TypeText: chatkit.Render(func(_ *chatkit.Outbound, p *message.Text) ([]string, error) {
				if p.Text == "" {
					return nil, integration.RuntimeError("the text is blank")
				}
				return strings.Fields(p.Text), nil
			}),
			message.TypeChoice: chatkit.Render(func(*chatkit.Outbound, *message.Choice) ([]string, error) { return nil, nil }),
		},
		Send: func(_ context.Context, _ *chatkit.Outbound, p chatkit.Part[string]) (string, error) {
			var fault error
			if len(v.faults) > 0 {
				fault, v.faults = v.faults[0], v.faults[1:]
			}
			if fault != nil && !errors.Is(fault, chatkit.ErrAccepted) {
				return "", fault
			}
			v.sent = append(v.sent, *p.Value)
			if fault != nil {
				return "", fault
			}
			return fmt.Sprintf("v%d", len(v.sent)), nil
		},
		Failed: func(_ context.Context, _ *chatkit.Outbound, err error) { v.failed = append(v.failed, err.Error()) },
	}
	return v
}

// say hands the vendor's integration an attempt of a message.
func (v *vendor) say(m platform.Message, attempt int) *wire.Response {
	v.t.Helper()
	d := integration.Definition{
		Name: "acme", Version: "1.0.0",
		Channels: map[string]integration.Channel{"channel": {
			Messages:    integration.StandardMessages(message.TypeText, message.TypeChoice, message.TypeBloc),
			MessageTags: integration.Tags{"id": {}, "parts": {}, "id1": {}, "id2": {}},
		}},
	}
	mux := integration.NewMux(d, integration.Env{Transport: v.platform})
	mux.OnRegister(func(context.Context, *integration.Call) error { return nil })
	mux.OnUnregister(func(context.Context, *integration.Call) error { return nil })
	v.messages.Handle(mux, "channel")
	h, err := mux.Handler()
	if err != nil {
		v.t.Fatal(err)
	}
	body, err := json.Marshal(platform.MessageCreatedBody{
		Type: m.Type, Payload: m.Payload, Message: m, Conversation: platform.Conversation{ID: "conv_1", Channel: "channel"},
	})
	if err != nil {
		v.t.Fatal(err)
	}
	resp, err := h.Handle(v.t.Context(), &wire.Request{
		Operation: wire.OpMessageCreated, Type: m.Type, BotID: "bot_1", IntegrationID: "int_1", IntegrationAlias: "acme",
		Configuration: json.RawMessage("{}"), Body: body, DeliveryID: "dlv_1", Attempt: attempt,
	})
	if err != nil {
		v.t.Fatal(err)
	}
	return resp
}

func (v *vendor) text(words string) platform.Message {
	return v.platform.Say("conv_1", message.TypeText, json.RawMessage(fmt.Sprintf(`{"text":%q}`, words)))
}

func (v *vendor) tags() platform.Tags { return v.platform.Messages()[0].Tags }

func TestRetryContinuesAfterTheLastPart(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	m := v.text("one two three")
	v.faults = []error{nil, &chatkit.Error{Vendor: "Acme", Status: 429, RetryAfter: 7 * time.Second}, nil, &chatkit.Error{Vendor: "Acme", Status: 502}}
	if resp := v.say(m, 1); resp.OK() || resp.Header.Get("Retry-After") != "7" {
		t.Errorf("attempt 1: %d after %q, want a retry after 7", resp.Status, resp.Header.Get("Retry-After"))
	}
	if resp := v.say(m, 2); resp.OK() {
		t.Errorf("attempt 2: %d", resp.Status)
	}
	if resp := v.say(m, 3); !resp.OK() {
		t.Errorf("attempt 3: %d %s", resp.Status, resp.Body)
	}
	if !slices.Equal(v.sent, []string{"one", "two", "three"}) {
		t.Errorf("sent %v, want each part once", v.sent)
	}
	if got := testJournal.IDs(v.tags()); !slices.Equal(got, []string{"v1", "v2", "v3"}) || testJournal.Sent(v.tags()) != 3 {
		t.Errorf("recorded %v in %v", got, v.tags())
	}
	found, err := chatkit.FindMessage(t.Context(), newCall(v.platform), testJournal.FindBy("v2", nil)...)
	if err != nil || found == nil || found.ID != m.ID {
		t.Errorf("by the id of the second part: %v, %v", found, err)
	}
}

// An answer that was lost is not a reason to send the part again.
func TestAcceptedPartIsNotSentAgain(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	m := v.text("one two")
	v.faults = []error{errors.Join(chatkit.ErrAccepted, &chatkit.Error{Vendor: "Acme"}), &chatkit.Error{Vendor: "Acme", Status: 500}}
	if resp := v.say(m, 1); resp.OK() {
		t.Errorf("attempt 1: %d", resp.Status)
	}
	if resp := v.say(m, 2); !resp.OK() || !slices.Equal(v.sent, []string{"one", "two"}) {
		t.Errorf("attempt 2: %d, sent %v", resp.Status, v.sent)
	}
}

// A crash between the vendor's answer and its record leaves a part that only the
// vendor knows of.
func TestFoundPartIsNotSentAgain(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	m := v.text("one two")
	v.messages.Found = func(context.Context, *chatkit.Outbound) (map[int]string, error) { return map[int]string{1: "v9"}, nil }
	if resp := v.say(m, 2); !resp.OK() || !slices.Equal(v.sent, []string{"two"}) {
		t.Errorf("%d, sent %v, want the second part only", resp.Status, v.sent)
	}
	if got := testJournal.IDs(v.tags()); !slices.Equal(got, []string{"v9", "v1"}) {
		t.Errorf("recorded %v", got)
	}
}

func TestMessageThatWasDeletedIsFinal(t *testing.T) {
	t.Parallel()
	for name, when := range map[string]int{"between two attempts": 2, "while it was sent": 1} {
		v := newVendor(t)
		m := v.text("one two")
		if _, err := newCall(v.platform).Client.DeleteMessage(t.Context(), &platform.DeleteMessageInput{ID: m.ID}); err != nil {
			t.Fatal(err)
		}
		integrationtest.On(v.platform, platform.OpUpdateMessage, func(in *platform.UpdateMessageInput) (*platform.UpdateMessageOutput, error) {
			return nil, platform.Errorf(platform.TypeResourceNotFound, "message %q not found", in.ID)
		})
		resp := v.say(m, when)
		if resp.Status != 400 || !strings.Contains(string(resp.Body), "deleted") || len(v.sent) != 2-when {
			t.Errorf("%s: %d %s, sent %v, want a final refusal", name, resp.Status, resp.Body, v.sent)
		}
	}
}

func TestRefusalIsReported(t *testing.T) {
	t.Parallel()
	v := newVendor(t)
	v.faults = []error{&chatkit.Error{Vendor: "Acme", Status: 403, Message: "blocked", Remedy: "unblock the bot"}}
	resp := v.say(v.text("one"), 1)
	const want = "Acme refused: blocked; unblock the bot"
	if resp.Status != 400 || !strings.Contains(string(resp.Body), want) || !slices.Equal(v.failed, []string{want}) {
		t.Errorf("%d %s, reported %v", resp.Status, resp.Body, v.failed)
	}
}

func TestPauseIsBetweenParts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		v.messages.Pause = time.Second
		start := time.Now()
		if resp := v.say(v.text("one two three"), 1); !resp.OK() || time.Since(start) != 2*time.Second {
			t.Errorf("%d after %s, want two pauses", resp.Status, time.Since(start))
		}
	})
}

func TestBlocIsRenderedItemByItem(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		items string
		sent  string
		err   string
	}{
		"none":            {items: ``},
		"some":            {items: `{"type":"text","payload":{"text":"a b"}},{"type":"text","payload":{"text":"c"}}`, sent: "a b c"},
		"without a type":  {items: `{"type":"text","payload":{"text":"a"}},{"type":"image","payload":{"imageUrl":"https://x.test/a"}}`, err: "item 2: "},
		"of another type": {items: `{"type":"choice","payload":{"text":"a","options":[]}}`, err: "item 1: "},
		"refused":         {items: `{"type":"text","payload":{"text":""}}`, err: "item 1: "},
	} {
		v := newVendor(t)
		resp := v.say(v.platform.Say("conv_1", message.TypeBloc, json.RawMessage(`{"items":[`+c.items+`]}`)), 1)
		if resp.OK() != (c.err == "") || strings.Join(v.sent, " ") != c.sent {
			t.Errorf("%s: %d %s, sent %v", name, resp.Status, resp.Body, v.sent)
		}
		if c.err != "" && resp.Status >= 500 {
			t.Errorf("%s: %d, want a final refusal", name, resp.Status)
		}
	}
}
