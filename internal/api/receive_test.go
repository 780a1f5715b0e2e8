package api_test

import (
	"encoding/json"
	"maps"
	"strconv"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/platform"
)

// received is a message of the user u in the conversation c.
func received(ts string) *platform.ReceiveMessageInput {
	return &platform.ReceiveMessageInput{
		User:         &platform.ReceivedUser{Tags: platform.Tags{"id": "u"}},
		Conversation: &platform.ReceivedConversation{Channel: "dm", Tags: platform.Tags{"id": "c"}},
		Message:      &platform.ReceivedMessage{Type: "text", Payload: json.RawMessage(`{"text":"x"}`), Tags: platform.Tags{"ts": ts}},
	}
}

func TestConcurrentReceivedMessagesMakeOne(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, b *bench) {
		ctx, c := t.Context(), newTally()
		together(callers, func(i int) {
			in, n := received("1"), strconv.Itoa(i)
			in.User.FindBy = []platform.Tags{{"id": "other"}, {"id": "u"}}
			in.User.InitialTags = platform.Tags{"name": n}
			in.Conversation.FindBy = []platform.Tags{{"id": "c"}}
			in.Conversation.Tags["topic"] = n
			in.Message.FindBy, in.Message.Tags = []platform.Tags{{"ts": "1"}}, platform.Tags{"ts": "1", "seen": n}
			out := must(b.one.ReceiveMessage(ctx, in))
			c.add("user", out.User.ID, out.Meta.User)
			c.add("conversation", out.Conversation.ID, out.Meta.Conversation)
			c.add("message", out.Message.ID, out.Meta.Message)
		})
		if want := (map[string]int{"user": 1, "conversation": 1, "message": 1}); len(c.ids) != 3 || !maps.Equal(c.made, want) {
			t.Errorf("%d ids, made %v, want 3 and %v", len(c.ids), c.made, want)
		}
		created := 0
		for _, d := range b.delivered() {
			if d.Type == platform.EventMessageCreated {
				created++
			}
		}
		if created != 1 {
			t.Errorf("the message was delivered %d times, want once", created)
		}
	})
}

func TestReceiveWritesInitialTagsOnce(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, b *bench) {
		say := func(ts, who, topic string) *platform.ReceiveMessageOutput {
			in := received(ts)
			in.User.FindBy, in.User.InitialTags = []platform.Tags{{"id": "u"}}, platform.Tags{"name": who}
			in.Conversation.FindBy, in.Conversation.Tags["topic"] = []platform.Tags{{"id": "c"}}, topic
			in.User.Name = who
			return must(b.one.ReceiveMessage(t.Context(), in))
		}
		first, second := say("1", "Ada", "rooms"), say("2", "Bob", "meals")
		if !first.Meta.User || !first.Meta.Conversation || second.Meta.User || second.Meta.Conversation || !second.Meta.Message {
			t.Errorf("created %+v, then %+v", first.Meta, second.Meta)
		}
		if second.User.Tags["name"] != "Ada" || second.User.Name != "Bob" || second.Conversation.Tags["topic"] != "meals" {
			t.Errorf("user %v named %q in %v, want the first name tag, the new name and the new topic", second.User.Tags, second.User.Name, second.Conversation.Tags)
		}
	})
}

// A person is known by two ids: the first that finds one decides, and the other
// is written.
func TestReceiveFindsByTheFirstSetThatFinds(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		old := must(b.one.ReceiveMessage(ctx, received("1"))).User.ID
		in := received("2")
		in.User.Tags = platform.Tags{"id": "u", "name": "lasting"}
		in.User.FindBy = []platform.Tags{{"name": "lasting"}, {"id": "u"}}
		if out := must(b.one.ReceiveMessage(ctx, in)); out.User.ID != old || out.User.Tags["name"] != "lasting" {
			t.Errorf("by the second set: user %s %v, want %s with the first id", out.User.ID, out.User.Tags, old)
		}
		in = received("3")
		in.User.Tags, in.User.FindBy = platform.Tags{"id": "renamed"}, []platform.Tags{{"name": "lasting"}, {"id": "renamed"}}
		if out := must(b.one.ReceiveMessage(ctx, in)); out.User.ID != old || out.User.Tags["id"] != "renamed" {
			t.Errorf("by the first set: user %s %v, want %s renamed", out.User.ID, out.User.Tags, old)
		}
		if other := must(b.two.ReceiveMessage(ctx, received("1"))); other.User.ID == old {
			t.Error("another installation finds the same user")
		}
	})
}

func TestReceiveWaitsForTheNameOfTheUser(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	in := received("1")
	in.Message.RequireUserName = true
	out := must(b.one.ReceiveMessage(ctx, in))
	if out.Message != nil || !out.Meta.User || len(b.delivered()) != 0 {
		t.Fatalf("without a name: message %v, created %+v; want a user and no message", out.Message, out.Meta)
	}
	in.User.Name, in.Message.RequireUserName = "Ada", false
	if out = must(b.one.ReceiveMessage(ctx, in)); out.Message == nil || len(b.delivered()) != 1 {
		t.Fatalf("with a name: message %v", out.Message)
	}
	in = received("2")
	in.Message.RequireUserName = true
	if out = must(b.one.ReceiveMessage(ctx, in)); out.Message == nil || out.User.Name != "Ada" {
		t.Errorf("once named: message %v of %q", out.Message, out.User.Name)
	}
}

func TestReceiveWithoutMessage(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	in := received("1")
	in.Message = nil
	out := must(b.one.ReceiveMessage(ctx, in))
	people := must(b.one.ListParticipants(ctx, &platform.ListParticipantsInput{ID: out.Conversation.ID}))
	if out.Message != nil || len(people.Participants) != 0 {
		t.Errorf("message %v, participants %v; want neither", out.Message, people.Participants)
	}
	alone := must(b.one.ReceiveMessage(ctx, &platform.ReceiveMessageInput{User: in.User}))
	if alone.User.ID != out.User.ID || alone.Conversation != nil {
		t.Errorf("a user alone: %+v, want the same user and no conversation", alone)
	}
	in = received("1")
	in.User = &platform.ReceivedUser{ID: out.User.ID}
	in.Conversation = &platform.ReceivedConversation{ID: out.Conversation.ID, Tags: platform.Tags{"topic": "rooms"}}
	in.Message.Origin = platform.OriginSynthetic
	again := must(b.one.ReceiveMessage(ctx, in))
	if again.User.ID != out.User.ID || again.Conversation.Tags["topic"] != "rooms" || again.Message == nil || len(b.delivered()) != 0 {
		t.Errorf("by ids: %+v; want the same user and conversation, and a message that is not delivered", again)
	}
}

// An error names the member of the input, and nothing is written.
func TestReceiveRefuses(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	for name, c := range map[string]struct {
		change func(*platform.ReceiveMessageInput)
		typ    platform.ErrorType
		words  []string
	}{
		"an undeclared tag of the user": {func(in *platform.ReceiveMessageInput) { in.User.Tags["colour"] = "red" },
			platform.TypeInvalidPayload, []string{"user: ", "colour"}},
		"a long value": {func(in *platform.ReceiveMessageInput) { in.Conversation.Tags["id"] = strings.Repeat("x", 501) },
			platform.TypeInvalidPayload, []string{"conversation.tags.id"}},
		"a message without tags": {func(in *platform.ReceiveMessageInput) { in.Message.Tags = nil },
			platform.TypeInvalidPayload, []string{"message: ", "tags"}},
		"a user without tags": {func(in *platform.ReceiveMessageInput) { in.User.Tags = nil },
			platform.TypeInvalidPayload, []string{"user: ", "tags"}},
		"a user that would not be found again": {func(in *platform.ReceiveMessageInput) { in.User.FindBy = []platform.Tags{{"id": "other"}} },
			platform.TypeInvalidPayload, []string{"user: ", "found again"}},
		"an empty value to find by": {func(in *platform.ReceiveMessageInput) { in.User.FindBy = []platform.Tags{{"id": ""}, {"id": "u"}} },
			platform.TypeInvalidPayload, []string{"user: ", "findBy[0].id"}},
		"many sets to find by": {func(in *platform.ReceiveMessageInput) { in.User.FindBy = []platform.Tags{{"id": "u"}, {}, {}, {}, {}} },
			platform.TypeLimitExceeded, []string{"user: ", "findBy has 5"}},
		"an unknown channel": {func(in *platform.ReceiveMessageInput) { in.Conversation.Channel = "fax" },
			platform.TypeInvalidPayload, []string{"conversation: ", "fax"}},
		"a message of nobody": {func(in *platform.ReceiveMessageInput) { in.User = nil }, platform.TypeInvalidPayload, []string{"user"}},
		"an unknown user": {func(in *platform.ReceiveMessageInput) { in.User = &platform.ReceivedUser{ID: "user_none"} },
			platform.TypeReferenceNotFound, []string{"user: ", "user_none"}},
		"a payload that does not match": {func(in *platform.ReceiveMessageInput) { in.Message.Payload = json.RawMessage(`{"text":2}`) },
			platform.TypeInvalidDataFormat, []string{"message: ", "text"}},
	} {
		in := received("1")
		c.change(in)
		_, err := b.one.ReceiveMessage(ctx, in)
		refused(t, name, err, c.typ)
		for _, word := range c.words {
			if err != nil && !strings.Contains(err.Error(), word) {
				t.Errorf("%s: the error %q does not name %q", name, err, word)
			}
		}
	}
	if n := len(must(b.one.ListUsers(ctx, &platform.ListUsersInput{})).Users); n != 0 {
		t.Errorf("%d users were written", n)
	}
	_, err := b.bot.ReceiveMessage(ctx, received("1"))
	refused(t, "a bot", err, platform.TypeForbidden)
}
