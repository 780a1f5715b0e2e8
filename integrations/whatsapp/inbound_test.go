package whatsapp_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/whatsapp/whatsapptest"
	"github.com/bellhop-dev/bellhop/platform"
)

// story tells what the platform was told: users, conversations, messages and
// events.
func story(b *bench) string {
	b.Helper()
	c := client(b)
	users, err := c.ListUsers(b.Context(), &platform.ListUsersInput{})
	if err != nil {
		b.Fatal(err)
	}
	conversations, err := c.ListConversations(b.Context(), &platform.ListConversationsInput{})
	if err != nil {
		b.Fatal(err)
	}
	var out strings.Builder
	for i := range users.Users {
		u := users.Users[len(users.Users)-1-i]
		fmt.Fprintf(&out, "user %s %q %s", u.ID, u.Name, integrationtest.Pretty(b.T, u.Tags))
	}
	for i := range conversations.Conversations {
		v := conversations.Conversations[len(conversations.Conversations)-1-i]
		fmt.Fprintf(&out, "conversation %s %s", v.ID, integrationtest.Pretty(b.T, v.Tags))
	}
	all := listMessages(b)
	for i := range all {
		m := all[len(all)-1-i]
		fmt.Fprintf(&out, "message %s %s of %s in %s %s%s", m.ID, m.Type, m.UserID, m.ConversationID, integrationtest.Pretty(b.T, m.Payload), integrationtest.Pretty(b.T, m.Tags))
	}
	for _, e := range b.platform.Events() {
		fmt.Fprintf(&out, "event %s user=%s conversation=%s message=%s %s", e.Type, e.UserID, e.ConversationID, e.MessageID, integrationtest.Pretty(b.T, e.Payload))
	}
	return named(b, out.String())
}

// named puts names in place of ids, and of what else changes from run to run.
func named(b *bench, text string) string {
	text = integrationtest.Named(text)
	text = regexp.MustCompile(`sig=[\w-]{43}\\u0026until=\d+`).ReplaceAllString(text, "sig=SIGNED&until=LATER")
	return strings.ReplaceAll(text, b.fake.URL, "https://meta.test")
}

func TestIncoming(t *testing.T) {
	t.Parallel()
	media := func(kind, more string) string {
		return `{"id":"wamid.1","type":"` + kind + `","` + kind + `":{"id":"900","mime_type":"image/jpeg","sha256":"abc"` + more + `}}`
	}
	odd := map[string]bool{"text without type": true, "of the future": true, "misshapen": true}
	for name, message := range map[string]string{
		"text":              `{"id":"wamid.1","type":"text","text":{"body":"Hi *there*"}}`,
		"text without type": `{"id":"wamid.1","text":{"body":"Hi"}}`,
		"image":             media("image", ``),
		"image caption":     media("image", `,"caption":"Look"`),
		"sticker":           media("sticker", `,"animated":false`),
		"audio":             media("audio", `,"voice":true`),
		"video":             media("video", `,"caption":"Watch"`),
		"document":          media("document", `,"filename":"a.pdf"`),
		"document no name":  media("document", ``),
		"document caption":  media("document", `,"filename":"a.pdf","caption":"Read"`),
		"location":          `{"id":"wamid.1","type":"location","location":{"latitude":52.5,"longitude":13.4,"name":"Hotel","address":"Street 1"}}`,
		"location bare":     `{"id":"wamid.1","type":"location","location":{"latitude":-1,"longitude":0}}`,
		"contacts":          `{"id":"wamid.1","type":"contacts","contacts":[{"name":{"formatted_name":"Bob","first_name":"Bob"},"phones":[{"phone":"+15550001","wa_id":"15550001"}]}]}`,
		"button":            `{"id":"wamid.1","type":"button","context":{"from":"15550783881","id":"wamid.0"},"button":{"payload":"STOP","text":"Stop"}}`,
		"button reply":      `{"id":"wamid.1","type":"interactive","context":{"from":"15550783881","id":"wamid.0"},"interactive":{"type":"button_reply","button_reply":{"id":"yes","title":"Yes"}}}`,
		"list reply":        `{"id":"wamid.1","type":"interactive","context":{"from":"15550783881","id":"wamid.0"},"interactive":{"type":"list_reply","list_reply":{"id":"r1","title":"Room"}}}`,
		"flow reply":        `{"id":"wamid.1","type":"interactive","context":{"from":"15550783881","id":"wamid.0"},"interactive":{"type":"nfm_reply","nfm_reply":{"name":"flow","body":"Sent","response_json":"{\"flow_token\":\"t\"}"}}}`,
		"referral":          `{"id":"wamid.1","type":"text","text":{"body":"Hi"},"referral":{"source_url":"https://fb.me/x","source_id":"120","source_type":"ad","body":"b","headline":"h","media_type":"image","ctwa_clid":"c"}}`,
		"order":             `{"id":"wamid.1","type":"order","order":{"catalog_id":"7","text":"two","product_items":[{"product_retailer_id":"p","quantity":2,"item_price":3.5,"currency":"EUR"}]}}`,
		"system":            `{"id":"wamid.1","type":"system","system":{"body":"Ada changed from 15551234567 to 15559999999","wa_id":"15559999999","type":"user_changed_number"}}`,
		"unsupported":       `{"id":"wamid.1","type":"unsupported","errors":[{"code":131051,"title":"Message type unknown","message":"Message type unknown","type":"x"}]}`,
		"of the future":     `{"id":"wamid.1","type":"hologram","hologram":{"depth":3}}`,
		"misshapen":         `{"id":"wamid.1","type":"text","text":"not an object"}`,
		"empty text":        `{"id":"wamid.1","type":"text","text":{"body":""}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.fake.Keep(&whatsapptest.Media{ID: "900", Type: "image/jpeg", Content: []byte("pixels")})
			hook := whatsapptest.Messages(whatsapptest.Contact("15551234567", "Ada"), message)
			receive := b.receive
			if odd[name] {
				receive = b.receiveOdd
			}
			receive(hook)
			once := story(b)
			receive(hook)
			if twice := story(b); twice != once {
				t.Errorf("after the same webhook again:\n%s\nwant\n%s", twice, once)
			}
			integrationtest.Golden(t, "in/"+strings.ReplaceAll(name, " ", "_"), once)
		})
	}
}

func TestPeople(t *testing.T) {
	t.Parallel()
	text := func(n int) string { return fmt.Sprintf(`{"id":"wamid.%d","type":"text","text":{"body":"%d"}}`, n, n) }
	person := func(members ...any) map[string]any {
		c := map[string]any{}
		for i := 0; i < len(members); i += 2 {
			c[members[i].(string)] = members[i+1]
		}
		return c
	}
	profile := func(name, username string) map[string]any {
		p := map[string]any{"name": name}
		if username != "" {
			p["username"] = username
		}
		return p
	}
	for name, hooks := range map[string][]map[string]any{
		"new name": {
			whatsapptest.Messages(whatsapptest.Contact("15551234567", "Ada"), text(1)),
			whatsapptest.Messages(whatsapptest.Contact("15551234567", "Ada Lovelace"), text(2)),
		},
		"id appears, then the number hides": {
			whatsapptest.Messages(whatsapptest.Contact("15551234567", "Ada"), text(1)),
			whatsapptest.Messages(person("wa_id", "15551234567", "user_id", "US.1", "profile", profile("Ada", "")), text(2)),
			whatsapptest.Messages(person("user_id", "US.1", "profile", profile("Ada", "ada")), text(3)),
		},
		"new number": {
			whatsapptest.Messages(whatsapptest.Contact("15551234567", "Ada"), text(1)),
			whatsapptest.Messages(whatsapptest.Contact("15551234567", "Ada"),
				`{"id":"wamid.2","type":"system","system":{"body":"Ada changed","wa_id":"15559999999","type":"user_changed_number"}}`),
			whatsapptest.Messages(whatsapptest.Contact("15559999999", "Ada"), text(3)),
		},
		"new number of somebody known": {
			whatsapptest.Messages(whatsapptest.Contact("15551234567", "Ada"), text(1)),
			whatsapptest.Messages(whatsapptest.Contact("15559999999", "Ada"), text(2)),
			whatsapptest.Messages(whatsapptest.Contact("15551234567", "Ada"),
				`{"id":"wamid.3","type":"system","system":{"body":"Ada changed","wa_id":"15559999999","type":"user_changed_number"}}`),
		},
		"the number shows up later": {
			whatsapptest.Messages(person("user_id", "US.1", "profile", profile("Ada", "ada")), text(1)),
			whatsapptest.Messages(person("wa_id", "15551234567", "user_id", "US.1", "profile", profile("Ada", "ada")), text(2)),
			whatsapptest.Messages(person("user_id", "US.1", "profile", profile("Ada", "ada")), text(3)),
		},
		"only a username": {whatsapptest.Messages(person("user_id", "CO.7", "profile", profile("Julian", "jul")), text(1), text(2))},
		"mexico":          {whatsapptest.Messages(whatsapptest.Contact("5215512345678", "Eva"), text(1)), whatsapptest.Messages(whatsapptest.Contact("525512345678", "Eva"), text(2))},
		"two in one batch": {whatsapptest.Change("messages", map[string]any{
			"messaging_product": "whatsapp", "metadata": whatsapptest.Metadata(),
			"contacts": []any{whatsapptest.Contact("15551111111", "A"), whatsapptest.Contact("15552222222", "B")},
			"messages": []any{
				map[string]any{"from": "15552222222", "id": "wamid.1", "timestamp": "1", "type": "text", "text": map[string]any{"body": "of B"}},
				map[string]any{"from": "15551111111", "id": "wamid.2", "timestamp": "1", "type": "text", "text": map[string]any{"body": "of A"}},
			},
		})},
		"no contact": {whatsapptest.Change("messages", map[string]any{
			"messaging_product": "whatsapp", "metadata": whatsapptest.Metadata(),
			"messages": []any{map[string]any{"from": "15552222222", "id": "wamid.1", "timestamp": "1", "type": "text", "text": map[string]any{"body": "hi"}}},
		})},
		"nobody": {whatsapptest.Change("messages", map[string]any{
			"messaging_product": "whatsapp", "metadata": whatsapptest.Metadata(),
			"messages": []any{map[string]any{"id": "wamid.1", "timestamp": "1", "type": "text", "text": map[string]any{"body": "hi"}}},
		})},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			for _, hook := range hooks {
				if name == "nobody" || name == "no contact" {
					b.receiveOdd(hook)
				} else {
					b.receive(hook)
				}
			}
			integrationtest.Golden(t, "people/"+strings.NewReplacer(" ", "_", ",", "").Replace(name), story(b))
		})
	}
}

func TestReadBehavior(t *testing.T) {
	t.Parallel()
	for behavior, want := range map[string]string{
		"none": "[]", "mark_as_read": `[{"messaging_product":"whatsapp","status":"read","message_id":"wamid.1"}]`,
		"": `[{"messaging_product":"whatsapp","status":"read","message_id":"wamid.1","typing_indicator":{"type":"text"}}]`,
	} {
		b := setup(t)
		delete(b.config, "messageReadBehavior")
		if behavior != "" {
			b.config["messageReadBehavior"] = behavior
		}
		hook := whatsapptest.Messages(whatsapptest.Contact("15551234567", "Ada"), `{"id":"wamid.1","type":"text","text":{"body":"Hi"}}`)
		b.receive(hook, hook)
		if got := fmt.Sprintf("%s", b.fake.Reads()); got != want {
			t.Errorf("%q: receipts %s, want %s", behavior, got, want)
		}
	}
}

func TestValuesComeBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	payload := `{"text":"Pick","options":[{"label":"A","value":" outer spaces "},{"label":"B","value":"` + strings.Repeat("x", 300) + `"}]}`
	if _, err := client(b).UpdateMessage(t.Context(), &platform.UpdateMessageInput{ID: "msg_1", Payload: []byte(payload)}); err != nil {
		t.Fatal(err)
	}
	reply := func(n int, id string) string {
		return fmt.Sprintf(`{"id":"wamid.%d","type":"interactive","interactive":{"type":"button_reply","button_reply":{"id":%q,"title":"A"}}}`, n, id)
	}
	b.receive(whatsapptest.Messages(whatsapptest.Contact("15551234567", "Ada"),
		reply(1, "bellhop:msg_1:0"), reply(2, "bellhop:msg_1:1"), reply(3, "bellhop:msg_1:2"), reply(4, "bellhop:msg_9:0"), reply(5, "bellhop:")))
	var got []string
	for _, in := range integrationInputs(b) {
		got = append(got, integrationtest.Runs(string(in.Payload)))
	}
	want := []string{`{"text":"A","value":" outer spaces "}`, `{"text":"A","value":"x*300"}`, `{"text":"A","value":"bellhop:msg_1:2"}`,
		`{"text":"A","value":"bellhop:msg_9:0"}`, `{"text":"A","value":"bellhop:"}`}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A message of a person who is known is a single call of the platform.
func TestMessageIsOneCallOfThePlatform(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := whatsapptest.Contact("15551234567", "Ada")
	text := func(id string) string { return `{"id":"` + id + `","type":"text","text":{"body":"hi"}}` }
	b.receive(whatsapptest.Messages(ada, text("wamid.1")))
	before := len(b.platform.Calls())
	b.receive(whatsapptest.Messages(ada, text("wamid.2")))
	var calls []string
	for _, c := range b.platform.Calls()[before:] {
		calls = append(calls, c.Op.Name)
	}
	if strings.Join(calls, " ") != platform.OpReceiveMessage.Name {
		t.Errorf("calls %v, want receiveMessage", calls)
	}
}
