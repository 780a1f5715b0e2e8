package telegram_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/integrations/telegram/telegramtest"
	"github.com/bellhop-dev/bellhop/platform"
)

// The first message of a person also asks for the picture; every other one is a
// single call of the platform.
func TestMessageIsOneCallOfThePlatform(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.receive(b.fake.Update("message", said(1, `"text":"one"`)))
	before := len(b.platform.Calls())
	if resp := b.post(telegramSecret(b), b.fake.Update("message", said(2, `"text":"two"`))); !resp.OK() {
		t.Fatalf("%d %s", resp.Status, resp.Body)
	}
	var calls []string
	for _, c := range b.platform.Calls()[before:] {
		calls = append(calls, c.Op.Name)
	}
	if !slices.Equal(calls, []string{platform.OpReceiveMessage.Name}) {
		t.Errorf("calls %v, want receiveMessage", calls)
	}
}

func telegramSecret(b *bench) string {
	secret, _ := b.fake.Webhook()["secret_token"].(string)
	return secret
}

// The conversation of a group keeps who spoke first, and follows its title.
func TestGroupKeepsWhoSpokeFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const renamed = `{"id":-200,"type":"group","title":"Relatives"}`
	bob := strings.NewReplacer(`"id":77`, `"id":5`, "Ada", "Bob", "ada", "bob").Replace(inChat(2, renamed, `"text":"two"`))
	b.receive(b.fake.Update("message", inChat(1, family, `"text":"one"`)), b.fake.Update("message", bob))
	out, err := b.client().ListConversations(t.Context(), &platform.ListConversationsInput{})
	if err != nil || len(out.Conversations) != 1 {
		t.Fatal(out, err)
	}
	if tags := out.Conversations[0].Tags; tags["fromUserId"] != "77" || tags["fromUserName"] != "Ada L" || tags["title"] != "Relatives" {
		t.Errorf("tags %v, want those of Ada and the new title", tags)
	}
}

// What was written before the group became a supergroup may arrive after that.
func TestLateMessageOfAGroupThatMoved(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.receive(
		b.fake.Update("message", inChat(1, family, `"text":"one"`)),
		b.fake.Update("message", inChat(2, family, `"migrate_to_chat_id":-1001000000200`)),
		b.fake.Update("message", inChat(3, family, `"text":"late"`)),
	)
	out, err := b.client().ListConversations(t.Context(), &platform.ListConversationsInput{})
	if err != nil || len(out.Conversations) != 1 {
		t.Fatal(out, err)
	}
	if tags := out.Conversations[0].Tags; tags["chatId"] != "-1001000000200" || tags["chatType"] != "supergroup" {
		t.Errorf("tags %v, want those of the supergroup %d", tags, telegramtest.Group)
	}
}

func TestMessageDeletedBetweenAttemptsIsFinal(t *testing.T) {
	t.Parallel()
	b := setup(t)
	m := platform.Message{ID: "msg_1", Type: "text", Payload: []byte(`{"text":"hi"}`)}
	resp := b.sayIn(platform.Tags{"chatId": "77"}, m, 2)
	if resp.Status != 400 || !strings.Contains(string(resp.Body), "deleted") || len(b.fake.Sent()) != 0 {
		t.Errorf("%d %s, sent %v, want a final refusal", resp.Status, resp.Body, b.fake.Sent())
	}
}
