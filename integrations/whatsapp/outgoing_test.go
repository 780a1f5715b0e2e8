package whatsapp_test

import (
	"encoding/json"
	"testing"

	"github.com/bellhop-dev/bellhop/platform"
)

func TestTextOut(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if resp := b.say("text", `{"text":"**hi** [there](https://x.test)"}`); !resp.OK() {
		t.Fatalf("answer %d %s", resp.Status, resp.Body)
	}
	const want = `{"messaging_product":"whatsapp","recipient_type":"individual","to":"15551234567",` +
		`"biz_opaque_callback_data":"bellhop msg_1 1 1","type":"text","text":{"body":"*hi* there (https://x.test)","preview_url":true}}`
	if sent := b.fake.Sent(); len(sent) != 1 || string(sent[0]) != want {
		t.Errorf("sent %s, want %s", sent, want)
	}
	out, err := client(b).GetMessage(t.Context(), &platform.GetMessageInput{ID: "msg_1"})
	if err != nil || out.Message.Tags["id"] != "wamid.OUT1" {
		t.Errorf("message %+v, %v", out, err)
	}
	again := platform.Message{ID: "msg_1", Type: "text", Payload: json.RawMessage(`{"text":"hi"}`)}
	if resp := b.sayAs(again, 2); !resp.OK() || len(b.fake.Sent()) != 1 {
		t.Errorf("a retry was answered %d %s and sent %s", resp.Status, resp.Body, b.fake.Sent())
	}
}
