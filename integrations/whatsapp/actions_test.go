package whatsapp_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/whatsapp/whatsapptest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// act makes an action of the bot's.
func (b *bench) act(name, input string) *wire.Response {
	b.Helper()
	return b.call(wire.OpActionTriggered, 0, platform.ActionBody{Type: name, Input: json.RawMessage(input)})
}

// asked tells the calls of the vendor's API, with what was sent.
func asked(b *bench) string {
	var out strings.Builder
	for _, c := range b.fake.Calls() {
		fmt.Fprintf(&out, "%s %s %s\n", c.Method, c.Path, c.Query)
		if c.Body != nil {
			out.WriteString(integrationtest.Pretty(b, c.Body))
		}
	}
	return out.String()
}

func TestActions(t *testing.T) {
	t.Parallel()
	const person = `"userPhone":"+1 (555) 123-4567"`
	for name, c := range map[string]struct {
		action, input string
		emoji         bool
	}{
		"start":                     {action: "startConversation", input: `{"conversation":{` + person + `,"templateName":"hello"}}`},
		"start from another number": {action: "startConversation", input: `{"conversation":{` + person + `,"templateName":"hello","botPhoneNumberId":"106540352242922"}}`},
		"template positional":       {action: "sendTemplateMessage", input: `{"conversation":{` + person + `,"templateName":"booking","templateBodyParams":{"type":"positional","values":["12","Ada"]}}}`},
		"template named":            {action: "sendTemplateMessage", input: `{"conversation":{` + person + `,"templateName":"named","templateBodyParams":{"type":"named","values":{"guest":"Ada"}}}}`},
		"template with header and buttons": {action: "sendTemplateMessage", input: `{"conversation":{` + person + `,"templateName":"hello","templateLanguage":"en",` +
			`"templateHeaderParams":{"type":"image","url":"https://x.test/a.png"},"templateButtonParams":[{"type":"skip"},{"type":"url","value":"x"},{"type":"quick_reply","payload":"p"},{"type":"copy_code","code":"C"}]}}`},
		"template with named header":  {action: "sendTemplateMessage", input: `{"conversation":{` + person + `,"templateName":"hello","templateHeaderParams":{"type":"text","value":"Hotel","parameterName":"where"}}}`},
		"template with film header":   {action: "sendTemplateMessage", input: `{"conversation":{` + person + `,"templateName":"hello","templateHeaderParams":{"type":"video","url":"https://x.test/a.mp4"}}}`},
		"template with file header":   {action: "sendTemplateMessage", input: `{"conversation":{` + person + `,"templateName":"hello","templateHeaderParams":{"type":"document","url":"https://x.test/a.pdf","filename":"a.pdf"}}}`},
		"template that is not there":  {action: "sendTemplateMessage", input: `{"conversation":{` + person + `,"templateName":"nothing"}}`},
		"template that is paused":     {action: "sendTemplateMessage", input: `{"conversation":{` + person + `,"templateName":"old","templateLanguage":"de"}}`},
		"template with too few":       {action: "sendTemplateMessage", input: `{"conversation":{` + person + `,"templateName":"booking","templateBodyParams":{"type":"positional","values":["12"]}}}`},
		"start with no number":        {action: "startConversation", input: `{"conversation":{"userPhone":"Ada","templateName":"hello"}}`},
		"start without a template":    {action: "startConversation", input: `{"conversation":{` + person + `}}`},
		"templates":                   {action: "listTemplates", input: `{}`},
		"templates by page":           {action: "listTemplates", input: `{"limit":2}`},
		"templates of the next page":  {action: "listTemplates", input: `{"limit":2,"nextCursor":"P2"}`},
		"templates by status, name":   {action: "listTemplates", input: `{"status":"APPROVED","name":"hello"}`},
		"templates past the limit":    {action: "listTemplates", input: `{"limit":101}`},
		"numbers":                     {action: "getBusinessPhoneNumbers", input: `{}`},
		"typing":                      {action: "startTypingIndicator", input: `{"conversationId":"CONV","messageId":"msg_in"}`},
		"typing with emoji":           {action: "startTypingIndicator", input: `{"conversationId":"CONV","messageId":"msg_in"}`, emoji: true},
		"typing ends":                 {action: "stopTypingIndicator", input: `{"conversationId":"CONV","messageId":"msg_in"}`},
		"typing ends with emoji":      {action: "stopTypingIndicator", input: `{"conversationId":"CONV","messageId":"msg_in"}`, emoji: true},
		"typing on nothing":           {action: "startTypingIndicator", input: `{"conversationId":"CONV","messageId":"msg_none"}`},
		"typing in no conversation":   {action: "startTypingIndicator", input: `{"conversationId":"conv_none","messageId":"msg_in"}`},
		"typing without conversation": {action: "startTypingIndicator", input: `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.config["typingIndicatorEmoji"] = c.emoji
			delete(b.config, "messageReadBehavior")
			conv := inbox(b)
			resp := b.act(c.action, strings.ReplaceAll(c.input, "CONV", conv))
			text := fmt.Sprintf("answer %d %s\n%s\n%s", resp.Status, integrationtest.Pretty(t, answerOf(t, resp)), asked(b), story(b))
			integrationtest.Golden(t, "action/"+strings.ReplaceAll(name, ",", ""), named(b, text))
		})
	}
}

// inbox is a conversation with a message of a person, msg_in.
func inbox(b *bench) string {
	b.Helper()
	conv, err := client(b).GetOrCreateConversation(b.Context(), &platform.GetOrCreateConversationInput{
		Channel: "channel", Tags: platform.Tags{"botPhoneNumberId": whatsapptest.PhoneID, "userPhone": "+15557654321"}})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := client(b).UpdateMessage(b.Context(), &platform.UpdateMessageInput{ID: "msg_in", Tags: platform.Tags{"id": "wamid.IN"}}); err != nil {
		b.Fatal(err)
	}
	return conv.Conversation.ID
}

// answerOf is the answer without what changes from run to run.
func answerOf(t *testing.T, resp *wire.Response) map[string]any {
	t.Helper()
	var body map[string]any
	if err := json.Unmarshal(resp.Body, &body); err != nil {
		t.Fatalf("answer %s: %v", resp.Body, err)
	}
	if _, refused := body["code"]; refused {
		return map[string]any{"type": body["type"], "message": body["message"]}
	}
	return body
}

func TestActionsNeedTheAccount(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.config["whatsappBusinessAccountId"] = ""
	for _, action := range []string{"listTemplates", "getBusinessPhoneNumbers"} {
		if resp := b.act(action, `{}`); resp.Status != 400 || !strings.Contains(string(resp.Body), "WhatsApp Business Account ID") {
			t.Errorf("%s: %d %s", action, resp.Status, resp.Body)
		}
	}
}

func TestStatusOfATemplateFindsItsMessage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	resp := b.act("startConversation", `{"conversation":{"userPhone":"+15551234567","templateName":"hello"}}`)
	var out struct{ Output struct{ MessageID string } }
	if err := json.Unmarshal(resp.Body, &out); err != nil || out.Output.MessageID == "" {
		t.Fatalf("answer %s, %v", resp.Body, err)
	}
	b.receive(whatsapptest.Statuses(statusJSON("wamid.OUT1", "delivered", "bellhop "+out.Output.MessageID+" 1 1", "")))
	if got := tagsOf(b, out.Output.MessageID); got["status"] != "DELIVERED" || got["id"] != "wamid.OUT1" {
		t.Errorf("tags %v", got)
	}
	if got := told(b); got != "messageDelivered {}" {
		t.Errorf("events %s", got)
	}
}

// TestTemplateAnswerLost loses the answer of what Meta took: it is sent, and
// its id comes with the status.
func TestTemplateAnswerLost(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fake.Fail(integrationtest.Fault{Done: true, Mid: true})
	if resp := b.act("sendTemplateMessage", `{"conversation":{"userPhone":"+15551234567","templateName":"hello"}}`); !resp.OK() || len(b.fake.Sent()) != 1 {
		t.Errorf("answer %d %s, sent %s", resp.Status, resp.Body, b.fake.Sent())
	}
}

func TestCreateByTheBot(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.call(wire.OpCreateUser, 0, platform.CreateUserBody{Tags: platform.Tags{"userId": "+1 555 123 4567", "name": "Ada"}})
	for _, number := range []string{"+1 555 123 4567", "15551234567", "0015551234567"} {
		if resp := b.call(wire.OpCreateConversation, 0, platform.CreateConversationBody{Channel: "channel", Tags: platform.Tags{"userPhone": number}}); !resp.OK() {
			t.Errorf("%s: %d %s", number, resp.Status, resp.Body)
		}
	}
	for _, resp := range []*wire.Response{
		b.call(wire.OpCreateUser, 0, platform.CreateUserBody{Tags: platform.Tags{"userId": "Ada"}}),
		b.call(wire.OpCreateConversation, 0, platform.CreateConversationBody{Channel: "channel", Tags: platform.Tags{"userPhone": "12"}}),
	} {
		if resp.Status != 400 {
			t.Errorf("answer %d %s", resp.Status, resp.Body)
		}
	}
	integrationtest.Golden(t, "people/created by the bot", story(b))
}
