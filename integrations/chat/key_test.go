package chat

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
)

// keyedChat is the chat API over the platform in memory, with two users.
type keyedChat struct {
	t    *testing.T
	p    *integrationtest.Platform
	in   *integrationtest.Installation
	keys []string // user keys
	conv []string // a conversation of each
}

func newKeyedChat(t *testing.T) *keyedChat {
	t.Helper()
	p := integrationtest.NewPlatform()
	users := 0
	integrationtest.On(p, platform.OpCreateUser, func(in *platform.CreateUserInput) (*platform.CreateUserOutput, error) {
		users++
		return &platform.CreateUserOutput{User: platform.User{ID: []string{"user_01JG0000000000000000000011", "user_01JG0000000000000000000012"}[users-1], Tags: in.Tags}}, nil
	})
	integrationtest.On(p, platform.OpGetUser, func(in *platform.GetUserInput) (*platform.GetUserOutput, error) {
		return &platform.GetUserOutput{User: platform.User{ID: in.ID}}, nil
	})
	made := 0
	integrationtest.On(p, platform.OpCreateConversation, func(in *platform.CreateConversationInput) (*platform.CreateConversationOutput, error) {
		made++
		id := "conv_01JG000000000000000000002" + string(rune('0'+made))
		return &platform.CreateConversationOutput{Conversation: platform.Conversation{ID: id, Tags: in.Tags}}, nil
	})
	integrationtest.On(p, platform.OpAddParticipant, func(*platform.AddParticipantInput) (*platform.AddParticipantOutput, error) {
		return &platform.AddParticipantOutput{}, nil
	})
	integrationtest.On(p, platform.OpGetParticipant, func(*platform.GetParticipantInput) (*platform.GetParticipantOutput, error) {
		return &platform.GetParticipantOutput{}, nil
	})
	integrationtest.On(p, platform.OpGetConversation, func(in *platform.GetConversationInput) (*platform.GetConversationOutput, error) {
		return &platform.GetConversationOutput{Conversation: platform.Conversation{ID: in.ID}}, nil
	})
	installed, err := integrationtest.Install(New(), integration.Env{Transport: p})
	if err != nil {
		t.Fatal(err)
	}
	k := &keyedChat{t: t, p: p, in: installed}
	for range 2 {
		var u userReply
		k.ask("", "", "/users", `{}`, &u)
		var c conversationReply
		k.ask(u.Key, "", "/conversations", `{}`, &c)
		k.keys, k.conv = append(k.keys, u.Key), append(k.conv, c.Conversation.ID)
	}
	return k
}

// ask posts something; key is the idempotency key.
func (k *keyedChat) ask(user, key, path, body string, out any) (status int, header http.Header) {
	k.t.Helper()
	headers := map[string]string{"x-user-key": user}
	if key != "" {
		headers[headerKey] = key
	}
	resp, err := k.in.Webhook(k.t.Context(), platform.WebhookRequest{Method: "POST", Path: path, Body: body, Headers: headers})
	if err != nil {
		k.t.Fatal(err)
	}
	if err := json.Unmarshal(resp.Body, out); err != nil {
		k.t.Fatalf("POST %s answered %s: %v", path, resp.Body, err)
	}
	return resp.Status, resp.Header
}

func (k *keyedChat) say(user int, key, text string, out any) (status int, header http.Header) {
	k.t.Helper()
	return k.ask(k.keys[user], key, "/messages", `{"conversationId":"`+k.conv[user]+`","payload":{"type":"text","text":"`+text+`"}}`, out)
}

func TestRepeatedPostOfAVisitorMakesOneMessage(t *testing.T) {
	t.Parallel()
	k := newKeyedChat(t)
	var first, again messageReply
	if status, header := k.say(0, "k", "hi", &first); status != http.StatusCreated || header.Get("Idempotent-Replayed") != "" {
		t.Errorf("the first post: %d %v", status, header)
	}
	if status, header := k.say(0, "k", "hi", &again); status != http.StatusCreated || header.Get("Idempotent-Replayed") != "true" || again.Message.ID != first.Message.ID {
		t.Errorf("the repeat: %d %v with %s, want %s replayed", status, header, again.Message.ID, first.Message.ID)
	}
	var e platform.Error
	if status, _ := k.say(0, "k", "other words", &e); status != http.StatusConflict || !strings.Contains(e.Message, `"k"`) || e.Metadata["id"] != first.Message.ID {
		t.Errorf("another text: %d %+v, want a conflict that names the visitor's key and the message", status, e)
	}
	if k.say(1, "k", "hi", &again); again.Message.ID == first.Message.ID {
		t.Error("a visitor got the message of another by its key")
	}
	k.say(0, "", "hi", &again)
	k.say(0, "", "hi", &again)
	if n := len(k.p.Messages()); n != 4 {
		t.Errorf("%d messages, want 4: those without a key are each one", n)
	}
}

// A repeated message was announced already: listeners would show it twice.
func TestRepeatedPostIsNotAnnouncedAgain(t *testing.T) {
	t.Parallel()
	k := newKeyedChat(t)
	l, err := k.in.Handler.(*handler).service.hub.subscribe(k.conv[0], "user_1")
	if err != nil {
		t.Fatal(err)
	}
	var out messageReply
	for range 3 {
		k.say(0, "k", "hi", &out)
	}
	if n := len(l.signals); n != 1 {
		t.Errorf("a listener got %d signals, want 1", n)
	}
}

func TestKeyMakesOneConversationAndNoSharedUser(t *testing.T) {
	t.Parallel()
	k := newKeyedChat(t)
	var one, two conversationReply
	k.ask(k.keys[0], "c", "/conversations", `{}`, &one)
	k.ask(k.keys[0], "c", "/conversations", `{}`, &two)
	if one.Conversation.ID != two.Conversation.ID {
		t.Errorf("conversations %s and %s, want one", one.Conversation.ID, two.Conversation.ID)
	}
	for _, in := range integrationtest.Inputs(k.p, platform.OpCreateUser) {
		if in.IdempotencyKey != "" {
			t.Error("a user was created under a key: who guesses it would become that user")
		}
	}
}

func TestInvalidKeyOfAVisitor(t *testing.T) {
	t.Parallel()
	k := newKeyedChat(t)
	for _, key := range []string{strings.Repeat("k", 256), "a b", "é"} {
		var e platform.Error
		if status, _ := k.say(0, key, "hi", &e); status != http.StatusBadRequest || !strings.Contains(e.Message, "idempotency-key") {
			t.Errorf("key %.10q: %d %+v, want 400 that names the header", key, status, e)
		}
	}
}
