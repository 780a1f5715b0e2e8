package telegram_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/telegram"
	"github.com/bellhop-dev/bellhop/integrations/telegram/telegramtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// spoken is a bench where Ada said something and the bot answered, in a text
// of two parts and a picture. It returns the platform's ids in the input's
// words IN, TEXT, PHOTO and CONV.
func spoken(t *testing.T) (*bench, *strings.Replacer) {
	b := setup(t)
	b.config["answerButtons"] = false
	b.receive(b.fake.Update("message", said(42, `"text":"Hi"`)), b.fake.Update("callback_query", `{"id":"q1",`+ada+`,"chat_instance":"1","data":"x"}`))
	out, err := b.client().ListMessages(t.Context(), &platform.ListMessagesInput{})
	if err != nil || len(out.Messages) != 1 {
		t.Fatal(out, err)
	}
	b.say("text", `{"text":"`+strings.Repeat("x", 4097)+`"}`)
	b.sayIn(platform.Tags{"chatId": "77"}, platform.Message{ID: "msg_2", Type: "image", Payload: json.RawMessage(`{"imageUrl":"https://x.test/a.jpg"}`)}, 1)
	if _, err := b.client().UpdateMessage(t.Context(), &platform.UpdateMessageInput{ID: "msg_2", Payload: json.RawMessage(`{}`)}); err != nil {
		t.Fatal(err)
	}
	integrationtest.On(b.platform, platform.OpGetMessage, func(in *platform.GetMessageInput) (*platform.GetMessageOutput, error) {
		list, err := b.client().ListMessages(t.Context(), &platform.ListMessagesInput{})
		if err != nil {
			return nil, err
		}
		for _, m := range list.Messages {
			if m.ID == "msg_2" {
				m.Type = "image" // the platform in memory did not see it made
			}
			if m.ID == in.ID {
				return &platform.GetMessageOutput{Message: m}, nil
			}
		}
		return nil, platform.Errorf(platform.TypeResourceNotFound, "message %s not found", in.ID)
	})
	return b, strings.NewReplacer("IN", out.Messages[0].ID, "TEXT", "msg_1", "PHOTO", "msg_2", "CONV", out.Messages[0].ConversationID)
}

func TestActions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ action, input string }{
		"react":                   {"addReaction", `{"messageId":"IN","reaction":"👍","big":true}`},
		"react custom":            {"addReaction", `{"messageId":"IN","reaction":"5368324170671202286"}`},
		"react no more":           {"addReaction", `{"messageId":"IN","reaction":""}`},
		"react wrong":             {"addReaction", `{"messageId":"IN","reaction":"🦖"}`},
		"react nowhere":           {"addReaction", `{"messageId":"msg_none","reaction":"👍"}`},
		"edit":                    {"editMessage", `{"messageId":"TEXT","text":"**new**"}`},
		"edit caption":            {"editMessage", `{"messageId":"PHOTO","text":"new"}`},
		"edit past limit":         {"editMessage", `{"messageId":"PHOTO","text":"` + strings.Repeat("x", 1025) + `"}`},
		"edit of others":          {"editMessage", `{"messageId":"IN","text":"new"}`},
		"delete":                  {"deleteMessage", `{"messageId":"TEXT"}`},
		"pin":                     {"pinMessage", `{"messageId":"TEXT","silent":true}`},
		"chat":                    {"getChat", `{"chatId":"@news"}`},
		"chat none":               {"getChat", `{"chatId":"12"}`},
		"member":                  {"getChatMember", `{"chatId":"-200","userId":"77"}`},
		"member no number":        {"getChatMember", `{"chatId":"-200","userId":"ada"}`},
		"callback":                {"answerCallback", `{"callbackId":"q1","text":"` + strings.Repeat("x", 201) + `","alert":true}`},
		"callback old":            {"answerCallback", `{"callbackId":"q0"}`},
		"commands":                {"setCommands", `{"commands":[{"command":"help","description":"Get help"}],"language":"de"}`},
		"commands none":           {"setCommands", `{"commands":[]}`},
		"raw":                     {"sendRaw", `{"method":"sendDice","parameters":{"chat_id":77,"emoji":"🎲"}}`},
		"raw unknown":             {"sendRaw", `{"method":"sendHologram"}`},
		"raw path":                {"sendRaw", `{"method":"../x"}`},
		"raw webhook":             {"sendRaw", `{"method":"SetWebhook","parameters":{"url":"https://evil.example"}}`},
		"typing":                  {"startTypingIndicator", `{"conversationId":"CONV","messageId":"IN"}`},
		"typing ends":             {"stopTypingIndicator", `{"conversationId":"CONV","messageId":"IN"}`},
		"conversation":            {"getOrCreateConversation", `{"conversation":{"chatId":"@news"}}`},
		"conversation own":        {"getOrCreateConversation", `{"conversation":{"chatId":"77"}}`},
		"conversation of a topic": {"getOrCreateConversation", `{"conversation":{"chatId":"-1001000000300","threadId":"5"}}`},
		"conversation none":       {"getOrCreateConversation", `{"conversation":{"chatId":"@nobody"}}`},
		"user":                    {"getOrCreateUser", `{"user":{"id":"77"}}`},
		"user none":               {"getOrCreateUser", `{"user":{"id":"12"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, ids := spoken(t)
			b.config["typingIndicatorEmoji"] = true
			before := len(b.fake.Calls())
			resp := b.act(c.action, ids.Replace(c.input))
			var answer any
			if err := json.Unmarshal(resp.Body, &answer); err != nil {
				t.Fatal(err)
			}
			if e, ok := answer.(map[string]any); ok {
				delete(e, "id") // of the error
			}
			told := fmt.Sprintf("%d %s%s", resp.Status, integrationtest.Pretty(t, answer), integrationtest.Pretty(t, b.fake.Calls()[before:]))
			integrationtest.Golden(t, "action/"+name, integrationtest.Runs(integrationtest.Named(told)))
		})
	}
}

func TestTypingWithoutEmoji(t *testing.T) {
	t.Parallel()
	b, ids := spoken(t)
	before := len(b.fake.Sent())
	b.act("startTypingIndicator", ids.Replace(`{"conversationId":"CONV","messageId":"IN"}`))
	b.act("stopTypingIndicator", ids.Replace(`{"conversationId":"CONV","messageId":"IN"}`))
	if sent := b.fake.Sent()[before:]; len(sent) != 1 || sent[0].Method != "sendChatAction" {
		t.Errorf("sent %v", sent)
	}
}

func TestBotsCreate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	conv := b.call(wire.OpCreateConversation, 0, platform.CreateConversationBody{Channel: "channel", Tags: platform.Tags{"id": "-1001000000300/5"}})
	user := b.call(wire.OpCreateUser, 0, platform.CreateUserBody{Tags: platform.Tags{"id": "77"}})
	if !conv.OK() || !strings.Contains(string(conv.Body), `"threadId":"5"`) || !user.OK() || !strings.Contains(string(user.Body), `"Ada L"`) {
		t.Errorf("answers %s and %s", conv.Body, user.Body)
	}
	if resp := b.call(wire.OpCreateUser, 0, platform.CreateUserBody{Tags: platform.Tags{"id": "5"}}); resp.Status != 400 || !strings.Contains(string(resp.Body), "chat not found") {
		t.Errorf("an unknown user: %d %s", resp.Status, resp.Body)
	}
}

// TestFilesAreHandedOver opens the address of a picture, and sends it back.
func TestFilesAreHandedOver(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fake.Keep(&telegramtest.File{ID: "large", Path: "photos/file_1.jpg", Content: []byte("pixels")})
	b.receive(b.fake.Update("message", said(42, `"photo":[{"file_id":"large","file_unique_id":"l","width":1,"height":1}]`)))
	out, err := b.client().ListMessages(t.Context(), &platform.ListMessagesInput{})
	if err != nil || len(out.Messages) != 1 {
		t.Fatal(out, err)
	}
	var image struct{ ImageURL string }
	if err := json.Unmarshal(out.Messages[0].Payload, &image); err != nil {
		t.Fatal(err)
	}
	open := func(address string) *wire.Response {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		return b.webhook(platform.WebhookRequest{Method: "GET", Path: strings.TrimPrefix(u.EscapedPath(), "/webhooks/hook"), Query: u.RawQuery})
	}
	if resp := open(image.ImageURL); resp.Status != 200 || string(resp.Body) != "pixels" || resp.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("opened: %d %q %v", resp.Status, resp.Body, resp.Header)
	}
	if resp := open(strings.Replace(image.ImageURL, "large", "other", 1)); resp.Status != 403 {
		t.Errorf("another file: %d %q", resp.Status, resp.Body)
	}
	if resp := b.say("image", string(out.Messages[0].Payload)); !resp.OK() {
		t.Fatalf("sent back: %d %s", resp.Status, resp.Body)
	}
	if sent := b.fake.Calls("sendPhoto"); len(sent) != 1 || sent[0].Params["photo"] != "large" {
		t.Errorf("sent back %v, want Telegram's own id of the file", sent)
	}
	b.fake.Revoke()
	if resp := open(image.ImageURL); resp.Status != 410 || strings.Contains(string(resp.Body), "fake_token") {
		t.Errorf("with a revoked token: %d %q", resp.Status, resp.Body)
	}
}

func TestDefinitionKeepsTheContract(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := telegram.New().Definition
	w, err := d.Wire()
	if err != nil {
		t.Fatal(err)
	}
	integrationtest.Run(t, integrationtest.Config{Handler: b.handler, Definition: w, Configuration: []byte(`{"botToken":"` + telegramtest.Token + `"}`)})
}
