package whatsapp_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/whatsapp/whatsapptest"
	"github.com/bellhop-dev/bellhop/platform"
)

// told are the events so far, with their payloads.
func told(b *bench) string {
	var all []string
	for _, e := range b.platform.Events() {
		all = append(all, e.Type+" "+string(e.Payload))
	}
	return strings.Join(all, "\n")
}

func tagsOf(b *bench, id string) platform.Tags {
	b.Helper()
	out, err := client(b).GetMessage(b.Context(), &platform.GetMessageInput{ID: id})
	if err != nil {
		b.Fatal(err)
	}
	return out.Message.Tags
}

func statusJSON(id, status, opaque, more string) string {
	return fmt.Sprintf(`{"id":%q,"status":%q,"timestamp":"1764000000","recipient_id":"15551234567","biz_opaque_callback_data":%q%s}`, id, status, opaque, more)
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	const failed = `,"errors":[{"code":131047,"title":"Re-engagement message","message":"Re-engagement message","error_data":{"details":"over 24 hours"}}]`
	st := func(status, more string) string { return statusJSON("wamid.OUT1", status, "bellhop msg_1 1 1", more) }
	for name, c := range map[string]struct {
		statuses       []string
		events, status string
	}{
		"in order":        {[]string{st("sent", ""), st("delivered", ""), st("read", "")}, "messageSent {}\nmessageDelivered {}\nmessageRead {}", "READ"},
		"twice":           {[]string{st("sent", ""), st("sent", ""), st("delivered", ""), st("sent", "")}, "messageSent {}\nmessageDelivered {}", "DELIVERED"},
		"out of order":    {[]string{st("read", ""), st("sent", ""), st("delivered", "")}, "messageRead {}\nmessageSent {}\nmessageDelivered {}", "READ"},
		"played":          {[]string{st("read", ""), st("played", "")}, "messageRead {}\nmessagePlayed {}", "READ"},
		"without a mark":  {[]string{statusJSON("wamid.OUT1", "delivered", "", "")}, "messageDelivered {}", "DELIVERED"},
		"other's mark":    {[]string{statusJSON("wamid.OUT1", "delivered", "order 7", "")}, "messageDelivered {}", "DELIVERED"},
		"other's message": {[]string{statusJSON("wamid.X", "delivered", "", ""), statusJSON("wamid.X", "sent", "bellhop msg_99 1 1", "")}, "", ""},
		"failed": {[]string{st("failed", failed), st("failed", failed)}, `messageFailed {"error":"Re-engagement message (131047) - over 24 hours; ` +
			`the person's last message is over 24 hours old, and then only a template may be sent: use the action sendTemplateMessage"}`, "FAILED"},
		"failed for no reason": {[]string{st("failed", "")}, `messageFailed {"error":"WhatsApp gave no reason"}`, "FAILED"},
		"of the future": {[]string{`{"id":"wamid.OUT1","status":"teleported"}`, `{"id":"wamid.OUT1","status":"teleported"}`},
			`unhandledReceived {"field":"messages","type":"status","payload":{"id":"wamid.OUT1","status":"teleported"}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.say("text", `{"text":"hi"}`)
			for _, status := range c.statuses {
				if name == "of the future" {
					b.receiveOdd(whatsapptest.Statuses(status))
				} else {
					b.receive(whatsapptest.Statuses(status))
				}
			}
			if got := told(b); got != c.events {
				t.Errorf("events\n%s\nwant\n%s", got, c.events)
			}
			if got := tagsOf(b, "msg_1")["status"]; got != c.status {
				t.Errorf("the tag status is %q, want %q", got, c.status)
			}
		})
	}
}

func TestConcurrentDuplicates(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.say("text", `{"text":"hi"}`)
	hook := whatsapptest.Webhook(
		whatsapptest.Statuses(statusJSON("wamid.OUT1", "delivered", "bellhop msg_1 1 1", "")),
		whatsapptest.Messages(whatsapptest.Contact("15551234567", "Ada"), `{"id":"wamid.1","type":"text","text":{"body":"Hi"}}`,
			`{"id":"wamid.2","type":"order","order":{}}`, `{"id":"wamid.3","type":"reaction","reaction":{"message_id":"wamid.OUT1","emoji":"👍"}}`),
	)
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() { b.post(hook) })
	}
	wg.Wait()
	var types []string
	for _, e := range b.platform.Events() {
		types = append(types, e.Type)
	}
	if got := strings.Join(types, " "); got != "messageDelivered orderReceived reactionAdded" {
		t.Errorf("events %s", got)
	}
	if n := len(listMessages(b)); n != 2 {
		t.Errorf("%d messages, want the one that went out and the one that came in", n)
	}
}

func TestReactions(t *testing.T) {
	t.Parallel()
	reaction := func(id, at, emoji string) string {
		return fmt.Sprintf(`{"id":%q,"timestamp":%q,"type":"reaction","reaction":{"message_id":"wamid.OUT1"%s}}`, id, at, emoji)
	}
	const thumb, heart, none = `,"emoji":"👍"`, `,"emoji":"❤️"`, `,"emoji":""`
	for name, c := range map[string]struct {
		reactions []string
		events    string // names and emojis
		left      string
	}{
		"added":              {[]string{reaction("a", "1", thumb)}, "+👍", "👍"},
		"added twice":        {[]string{reaction("a", "1", thumb), reaction("a", "1", thumb)}, "+👍", "👍"},
		"changed":            {[]string{reaction("a", "1", thumb), reaction("b", "2", heart)}, "+👍 -👍 +❤️", "❤️"},
		"removed":            {[]string{reaction("a", "1", thumb), reaction("b", "2", none)}, "+👍 -👍", ""},
		"removed, no emoji":  {[]string{reaction("a", "1", thumb), reaction("b", "2", "")}, "+👍 -👍", ""},
		"repeated after all": {[]string{reaction("a", "1", thumb), reaction("b", "2", none), reaction("a", "1", thumb)}, "+👍 -👍", ""},
		"removed only":       {[]string{reaction("a", "1", none)}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.say("text", `{"text":"hi"}`)
			for _, r := range c.reactions {
				b.receive(whatsapptest.Messages(whatsapptest.Contact("15551234567", "Ada"), r))
			}
			var got []string
			for _, e := range b.platform.Events() {
				var p struct{ Reaction, MessageID string }
				if err := json.Unmarshal(e.Payload, &p); err != nil || p.MessageID != "msg_1" || e.MessageID != "msg_1" || e.UserID == "" {
					t.Errorf("event %+v, %v", e, err)
				}
				got = append(got, map[string]string{"reactionAdded": "+", "reactionRemoved": "-"}[e.Type]+p.Reaction)
			}
			if text := strings.Join(got, " "); text != c.events {
				t.Errorf("events %s, want %s", text, c.events)
			}
			if left := tagsOf(b, "msg_1")["reaction"]; left != c.left {
				t.Errorf("the tag reaction is %q, want %q", left, c.left)
			}
		})
	}
}

func TestPartsAreFound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.say("bloc", `{"items":[{"type":"text","payload":{"text":"1"}},{"type":"text","payload":{"text":"2"}},{"type":"text","payload":{"text":"3"}}]}`)
	for i := range 3 {
		b.receive(whatsapptest.Messages(whatsapptest.Contact("15551234567", "Ada"),
			fmt.Sprintf(`{"id":"wamid.%d","type":"text","text":{"body":"to part"},"context":{"from":"1","id":"wamid.OUT%d"}}`, i, i+1)))
	}
	for _, in := range integrationInputs(b) {
		if in.Tags["replyTo"] != "msg_1" {
			t.Errorf("message %s answers %q, want msg_1", in.Tags["id"], in.Tags["replyTo"])
		}
	}
}

func TestEditAndDelete(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := whatsapptest.Contact("15551234567", "Ada")
	for range 2 {
		b.receive(whatsapptest.Messages(ada, `{"id":"wamid.1","type":"text","text":{"body":"Hi"}}`,
			`{"id":"wamid.2","type":"edit","edit":{"original_message_id":"wamid.1","message":{"type":"text","text":{"body":"Hello"}}}}`,
			`{"id":"wamid.3","type":"edit","edit":{"original_message_id":"wamid.9","message":{"type":"text","text":{"body":"Hello"}}}}`,
			`{"id":"wamid.4","type":"revoke","revoke":{"original_message_id":"wamid.1"}}`))
	}
	integrationtest.Golden(t, "event/edit_and_delete", story(b))
}

func TestEchoes(t *testing.T) {
	t.Parallel()
	for name, listen := range map[string]bool{"quiet": false, "listened": true} {
		b := setup(t)
		b.config["listenMessageEchoes"] = listen
		hook := whatsapptest.Change("smb_message_echoes", map[string]any{
			"messaging_product": "whatsapp", "metadata": whatsapptest.Metadata(),
			"message_echoes": []any{map[string]any{"from": whatsapptest.Display, "to": "15551234567", "id": "wamid.1", "timestamp": "1", "type": "text",
				"text": map[string]any{"body": "From the app"}, "message_creation_type": "created_by_1p_bot"}, map[string]any{"id": "wamid.2"}},
		})
		b.receiveOdd(hook, hook) // the second echo lacks all but its id
		integrationtest.Golden(t, "event/echo_"+name, story(b))
		for _, in := range integrationInputs(b) {
			if in.Origin != platform.OriginSynthetic {
				t.Errorf("the origin of the echo is %q", in.Origin)
			}
		}
	}
}

func TestTemplateEvents(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for field, value := range map[string]string{
		"message_template_status_update":     `{"event":"REJECTED","message_template_id":1689556908129832,"message_template_name":"a","message_template_language":"en_US","reason":"INVALID_FORMAT"}`,
		"message_template_quality_update":    `{"previous_quality_score":"GREEN","new_quality_score":"YELLOW","message_template_id":1,"message_template_name":"a","message_template_language":"en"}`,
		"message_template_components_update": `{"message_template_id":1,"message_template_name":"a","message_template_language":"en","message_template_element":"Hi","message_template_buttons":[{"message_template_button_type":"URL","message_template_button_text":"Go","message_template_button_url":"https://x.test"}]}`,
		"template_category_update":           `{"message_template_id":1,"message_template_name":"a","message_template_language":"en","previous_category":"UTILITY","new_category":"MARKETING"}`,
		"account_update":                     `{"event":"VERIFIED_ACCOUNT"}`,
	} {
		body := fmt.Sprintf(`{"object":"whatsapp_business_account","entry":[{"id":"1","time":1764000000,"changes":[{"field":%q,"value":%s}]}]}`, field, value)
		b.post([]byte(body))
		b.post([]byte(body))
	}
	events := b.platform.Events()
	byType := map[string]json.RawMessage{}
	for _, e := range events {
		byType[e.Type] = e.Payload
	}
	if len(events) != 5 {
		t.Errorf("%d events, want 5: %s", len(events), told(b))
	}
	integrationtest.Golden(t, "event/templates", integrationtest.Pretty(t, byType))
}

func TestRefusedMediaIsSentAsAnAddress(t *testing.T) {
	t.Parallel()
	b := setup(t)
	conv, err := client(b).GetOrCreateConversation(t.Context(), &platform.GetOrCreateConversationInput{
		Channel: "channel", Tags: platform.Tags{"botPhoneNumberId": whatsapptest.PhoneID, "userPhone": "+15551234567"}})
	if err != nil {
		t.Fatal(err)
	}
	made, err := client(b).CreateMessage(t.Context(), &platform.CreateMessageInput{
		ConversationID: conv.Conversation.ID, Type: "audio", Payload: []byte(`{"audioUrl":"https://x.test/a.flac"}`), Tags: platform.Tags{"id": "wamid.OUT7"}})
	if err != nil {
		t.Fatal(err)
	}
	failed := statusJSON("wamid.OUT7", "failed", "", `,"errors":[{"code":131053,"title":"Media upload error"}]`)
	b.receive(whatsapptest.Statuses(failed, failed))
	if sent := b.fake.Sent(); len(sent) != 1 || !strings.Contains(string(sent[0]), "https://x.test/a.flac") {
		t.Errorf("sent %s", sent)
	}
	if got := tagsOf(b, made.Message.ID)["status"]; got != "FAILED" {
		t.Errorf("the tag status is %q", got)
	}
}

func TestStatusTellsWhatWasSent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	// The connection breaks after Meta took part 2, and the status comes first.
	b.fake.Fail(integrationtest.Fault{}, integrationtest.Fault{Done: true})
	const payload = `{"items":[{"type":"text","payload":{"text":"1"}},{"type":"text","payload":{"text":"2"}},{"type":"text","payload":{"text":"3"}}]}`
	if resp := b.say("bloc", payload); resp.Status < 500 {
		t.Fatalf("answer %d %s", resp.Status, resp.Body)
	}
	b.receive(whatsapptest.Statuses(statusJSON("wamid.OUT2", "sent", "bellhop msg_1 2 3", "")))
	if resp := b.sayAs(platform.Message{ID: "msg_1", Type: "bloc", Payload: json.RawMessage(payload)}, 2); !resp.OK() {
		t.Fatalf("answer %d %s", resp.Status, resp.Body)
	}
	var bodies []string
	for _, raw := range b.fake.Sent() {
		var m struct{ Text struct{ Body string } }
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, m.Text.Body)
	}
	if got := strings.Join(bodies, " "); got != "1 2 3" {
		t.Errorf("sent %s, want each part once", got)
	}
	if tags := tagsOf(b, "msg_1"); tags["id"] != "wamid.OUT3" || tags["id2"] != "wamid.OUT2" || tags["parts"] != "3" {
		t.Errorf("tags %v", tags)
	}
}
