package chatkit_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// newCall is a call of the platform p.
func newCall(p *integrationtest.Platform) *integration.Call {
	return &integration.Call{
		BotID: "bot_1", Attempt: 1, Client: platform.NewClient(p, platform.Caller{}), Logger: slog.New(slog.DiscardHandler),
	}
}

// operations are the names of the calls since the first n.
func operations(p *integrationtest.Platform, n int) []string {
	var names []string
	for _, c := range p.Calls()[n:] {
		names = append(names, c.Op.Name)
	}
	return names
}

// inboundText is a text of Ada in her chat.
func inboundText(id, words string) *chatkit.Inbound {
	return &chatkit.Inbound{
		User:         &chatkit.User{Tags: platform.Tags{"id": "77", "language": ""}, FindBy: []platform.Tags{{"id": "77"}}, Name: "Ada"},
		Conversation: &chatkit.Conversation{Channel: "channel", Tags: platform.Tags{"id": "77"}},
		Message: &chatkit.Message{
			Content: chatkit.Content{Type: message.TypeText, Payload: message.Text{Text: words}},
			Tags:    platform.Tags{"id": id}, FindBy: []platform.Tags{{"id": id}},
		},
	}
}

func TestReceiveIsOneCall(t *testing.T) {
	t.Parallel()
	p := integrationtest.NewPlatform()
	call := newCall(p)
	first, err := chatkit.Receive(t.Context(), call, inboundText("1", "hi"))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := chatkit.Receive(t.Context(), call, inboundText("1", "hi")); err != nil || again.Message.ID != first.Message.ID || again.Meta.Message {
		t.Errorf("received again: %+v, %v, want the same message", again, err)
	}
	if got := operations(p, 0); !slices.Equal(got, []string{"receiveMessage", "receiveMessage"}) {
		t.Errorf("calls %v, want one for each message", got)
	}
	if _, empty := first.User.Tags["language"]; empty || first.User.Name != "Ada" {
		t.Errorf("user %+v", first.User)
	}
}

// The profile is read before the bot gets the first message, and not again.
func TestReceiveReadsTheProfileOnce(t *testing.T) {
	t.Parallel()
	p := integrationtest.NewPlatform()
	call, asked := newCall(p), 0
	say := func(id string, fault error) *chatkit.Received {
		in := inboundText(id, "hi")
		in.User.Name = ""
		in.User.Profile = func(context.Context) (*chatkit.Profile, error) {
			if asked++; len(p.Messages()) > 0 && fault == nil && asked == 1 {
				t.Error("the message was created before its user had a name")
			}
			return &chatkit.Profile{Name: "Ada L", PictureURL: "https://x.test/a.png", Tags: platform.Tags{"language": "en"}}, fault
		}
		out, err := chatkit.Receive(t.Context(), call, in)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if out := say("1", nil); out.Message == nil || out.User.Name != "Ada L" || out.User.Tags["language"] != "en" || !out.Meta.User || !out.Meta.Message {
		t.Errorf("first: %+v", out)
	}
	if out := say("2", nil); asked != 1 || !out.Meta.Message || out.Meta.User {
		t.Errorf("second: asked %d times, %+v", asked, out.Meta)
	}
	if n := len(p.Messages()); n != 2 {
		t.Errorf("%d messages, want 2", n)
	}
}

func TestReceiveKeepsTheMessageWhenTheProfileFails(t *testing.T) {
	t.Parallel()
	p := integrationtest.NewPlatform()
	in := inboundText("1", "hi")
	in.User.Name = ""
	in.User.Profile = func(context.Context) (*chatkit.Profile, error) { return nil, errors.New("the vendor is down") }
	out, err := chatkit.Receive(t.Context(), newCall(p), in)
	if err != nil || out.Message == nil || out.User.Name != "" {
		t.Errorf("Receive = %+v, %v, want the message of a user without a name", out, err)
	}
	in.Message = nil
	if out, err = chatkit.Receive(t.Context(), newCall(p), in); err != nil || out.User == nil {
		t.Errorf("Receive of an event = %+v, %v", out, err)
	}
}

// A set with an empty value must not find everyone who has no such tag.
func TestReceiveSkipsSetsWithEmptyValues(t *testing.T) {
	t.Parallel()
	p := integrationtest.NewPlatform()
	user := func(lasting, phone string) string {
		out, err := chatkit.Receive(t.Context(), newCall(p), &chatkit.Inbound{User: &chatkit.User{
			Tags: platform.Tags{"lasting": lasting, "phone": phone}, FindBy: []platform.Tags{{"lasting": lasting}, {"phone": phone}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		return out.User.ID
	}
	ada, bob := user("", "1"), user("", "2")
	if ada == bob {
		t.Fatal("two people are one user")
	}
	if got := user("L", "1"); got != ada {
		t.Errorf("by the phone: %s, want %s", got, ada)
	}
	if got := user("L", "3"); got != ada {
		t.Errorf("by the lasting id: %s, want %s", got, ada)
	}
	nobody := &chatkit.Inbound{User: &chatkit.User{Tags: platform.Tags{"language": "en"}, FindBy: []platform.Tags{{"phone": ""}}}}
	if _, err := chatkit.Receive(t.Context(), newCall(p), nobody); !platform.IsType(err, platform.TypeRuntime) {
		t.Errorf("without a value in any set: %v, want a final refusal", err)
	}
}

func TestUpdatesWriteOnlyChanges(t *testing.T) {
	t.Parallel()
	p := integrationtest.NewPlatform()
	call := newCall(p)
	out, err := chatkit.Receive(t.Context(), call, inboundText("1", "hi"))
	if err != nil {
		t.Fatal(err)
	}
	n := len(p.Calls())
	long := strings.Repeat("x", 600)
	for range 2 {
		if out.User, err = chatkit.UpdateUser(t.Context(), call, out.User, &chatkit.Profile{Name: "Ada", Tags: platform.Tags{"title": long}}); err != nil {
			t.Fatal(err)
		}
		if out.Conversation, err = chatkit.UpdateConversation(t.Context(), call, out.Conversation, platform.Tags{"id": "77", "topic": "rooms"}); err != nil {
			t.Fatal(err)
		}
	}
	if got := operations(p, n); !slices.Equal(got, []string{"updateUser", "updateConversation"}) {
		t.Errorf("calls %v, want one of each", got)
	}
	if out.User.Tags["title"] != long[:500] || out.Conversation.Tags["topic"] != "rooms" {
		t.Errorf("tags %v and %v", out.User.Tags, out.Conversation.Tags)
	}
}

func TestCombine(t *testing.T) {
	t.Parallel()
	text := chatkit.Content{Type: message.TypeText, Payload: message.Text{Text: "hi"}}
	picture := chatkit.Content{Type: message.TypeImage, Payload: message.Image{ImageURL: "https://x.test/a.png"}}
	if chatkit.Combine() != nil || chatkit.Combine(text).Type != message.TypeText {
		t.Error("Combine changes what is one part or none")
	}
	both := chatkit.Combine(picture, text)
	raw, err := json.Marshal(both.Payload)
	const want = `{"items":[{"payload":{"imageUrl":"https://x.test/a.png"},"type":"image"},{"payload":{"text":"hi"},"type":"text"}]}`
	if err != nil || both.Type != message.TypeBloc || string(raw) != want {
		t.Errorf("Combine = %s %s, %v, want a bloc %s", both.Type, raw, err, want)
	}
}
