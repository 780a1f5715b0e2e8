package slack_test

import (
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/slack/slacktest"
)

func TestEvents(t *testing.T) {
	t.Parallel()
	reaction := func(kind, item string) string {
		return `{"type":"` + kind + `","user":"U0ADA","reaction":"thumbsup","item_user":"U0BOT","item":` + item + `,"event_ts":"1764000001.000100"}`
	}
	known := `{"type":"message","channel":"C0GENERAL","ts":"1764000000.000100"}`
	changed := func(was, is string) string {
		return `{"type":"message","subtype":"message_changed","hidden":true,"channel":"C0GENERAL","channel_type":"channel","ts":"1764000002.000100",` +
			`"message":{"type":"message","user":"U0ADA","text":"` + is + `","ts":"1764000000.000100","edited":{"user":"U0ADA","ts":"1764000002.000000"}},` +
			`"previous_message":{"type":"message","user":"U0ADA","text":"` + was + `","ts":"1764000000.000100"}}`
	}
	for name, event := range map[string]string{
		"reaction added":      reaction("reaction_added", known),
		"reaction removed":    reaction("reaction_removed", known),
		"reaction to unknown": reaction("reaction_added", `{"type":"message","channel":"C0GENERAL","ts":"1700000000.000100"}`),
		"reaction to a file":  reaction("reaction_added", `{"type":"file","file":"F1"}`),
		"reaction of the bot": strings.Replace(reaction("reaction_added", known), "U0ADA", "U0BOT", 1),
		"team join":           `{"type":"team_join","user":{"id":"U0BOB","name":"bob","real_name":"Bob B.","tz":"UTC","profile":{"real_name":"Bob B.","display_name":"bobby"}}}`,
		"joined channel":      `{"type":"member_joined_channel","user":"U0BOB","channel":"C0GENERAL","channel_type":"C","team":"T0BELLHOP","inviter":"U0ADA"}`,
		"joined by itself":    `{"type":"member_joined_channel","user":"U0BOB","channel":"C0GENERAL","channel_type":"C"}`,
		"left channel":        `{"type":"member_left_channel","user":"U0BOB","channel":"C0GENERAL","channel_type":"C"}`,
		"bot joined":          `{"type":"member_joined_channel","user":"U0BOT","channel":"C0GENERAL","channel_type":"C"}`,
		"workflow":            `{"type":"function_executed","function":{"callback_id":"f"},"inputs":{"value":"42","userId":"U0ADA"},"function_execution_id":"Fx1"}`,
		"workflow inputs":     `{"type":"function_executed","inputs":{"a":"1","b":{"c":2}}}`,
		"workflow list":       `{"type":"function_executed","inputs":{"value":["42","43"],"userId":"U0ADA"}}`,
		"workflow number":     `{"type":"function_executed","inputs":{"value":42,"user":7}}`,
		"another shape":       `{"type":"reaction_added","user":"U0ADA","reaction":"thumbsup","item":7}`,
		"edited":              changed("Hi", "Hello <https://x.test>"),
		"unfurled":            changed("Hi", "Hi"),
		"deleted":             `{"type":"message","subtype":"message_deleted","hidden":true,"channel":"C0GENERAL","ts":"1764000002.000100","deleted_ts":"1764000000.000100","previous_message":{"user":"U0ADA","text":"Hi","ts":"1764000000.000100"}}`,
		"deleted unknown":     `{"type":"message","subtype":"message_deleted","channel":"C0GENERAL","deleted_ts":"1700000000.000100"}`,
		"app home":            `{"type":"app_home_opened","user":"U0ADA","channel":"D0ADA","tab":"home","event_ts":"1764000000.0"}`,
		"channel renamed":     `{"type":"channel_rename","channel":{"id":"C0GENERAL","name":"all","created":1}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.fake.AddUser(&slacktest.User{ID: "U0BOB", Name: "bob", RealName: "Bob"})
			b.tell("Ev0", said(`,"text":"Hi"`))
			b.tell("Ev1", event)
			once := story(b)
			b.tell("Ev1", event)
			if twice := story(b); twice != once {
				t.Errorf("after the same event again:\n%s\nwant\n%s", twice, once)
			}
			_, events, _ := strings.Cut(once, "\nevent ")
			integrationtest.Golden(t, "event/"+name, events)
		})
	}
}

func TestCommand(t *testing.T) {
	t.Parallel()
	b := setup(t)
	form := slacktest.Command("13345224609.738474920.8088930838d88f008e0", "/weather", "94070 & 50%+", ada, general)
	resp := b.receive(form)
	b.receive(form)
	if len(resp.Body) > 0 {
		t.Errorf("the answer shows %q to the person", resp.Body)
	}
	integrationtest.Golden(t, "event/command", story(b))
}

func TestInteractions(t *testing.T) {
	t.Parallel()
	acted := func(container, actions string) string {
		return `{"type":"block_actions","team":{"id":"T0BELLHOP"},"user":{"id":"U0ADA","team_id":"T0BELLHOP"},"api_app_id":"A0BELLHOP","token":"verification",` +
			`"container":` + container + `,"trigger_id":"1.2.3","channel":{"id":"C0GENERAL","name":"general"},"response_url":"https://hooks.slack.com/actions/x","actions":[` + actions + `]}`
	}
	inChannel := `{"type":"message","message_ts":"1764000000.000100","channel_id":"C0GENERAL","is_ephemeral":false}`
	inThread := `{"type":"message","message_ts":"1764000000.000200","channel_id":"C0GENERAL","thread_ts":"1764000000.000100"}`
	onParent := `{"type":"message","message_ts":"1764000000.000100","channel_id":"C0GENERAL","thread_ts":"1764000000.000100"}`
	press := `{"action_id":"bellhop_1","block_id":"b","type":"button","text":{"type":"plain_text","text":"Yes + no","emoji":true},"value":"yes+no %2B","action_ts":"1764000003.1"}`
	choose := `{"action_id":"bellhop_2","block_id":"c","type":"static_select","selected_option":{"text":{"type":"plain_text","text":"Second"},"value":"2"},"action_ts":"1764000003.2"}`
	for name, payload := range map[string]string{
		"button":            acted(inChannel, press),
		"button in thread":  acted(inThread, press),
		"button on parent":  acted(onParent, press),
		"every action":      acted(inChannel, press+","+choose),
		"reference":         acted(inChannel, strings.Replace(press, "yes+no %2B", "bellhop:msg_long:1", 1)),
		"reference to none": acted(inChannel, strings.Replace(press, "yes+no %2B", "bellhop:msg_none:1", 1)),
		"date":              acted(inChannel, `{"action_id":"d","type":"datepicker","selected_date":"2026-12-24","action_ts":"1"}`),
		"time":              acted(inChannel, `{"action_id":"d","type":"datetimepicker","selected_date_time":1764000000,"action_ts":"1"}`),
		"users":             acted(inChannel, `{"action_id":"u","type":"multi_users_select","selected_users":["U1","U2"],"action_ts":"1"}`),
		"boxes":             acted(inChannel, `{"action_id":"x","type":"checkboxes","selected_options":[{"text":{"type":"plain_text","text":"A"},"value":"a"}],"action_ts":"1"}`),
		"link":              acted(inChannel, `{"action_id":"bellhop_1","type":"button","text":{"type":"plain_text","text":"Open"},"url":"https://x.test","action_ts":"1"}`),
		"in a view":         `{"type":"block_actions","team":{"id":"T0BELLHOP"},"user":{"id":"U0ADA"},"container":{"type":"view","view_id":"V1"},"trigger_id":"1.2.3","view":{"id":"V1"},"actions":[` + press + `]}`,
		"view submission": `{"type":"view_submission","team":{"id":"T0BELLHOP"},"user":{"id":"U0ADA"},"token":"verification","trigger_id":"1.2.4","view":{"id":"V1","type":"modal","callback_id":"order","private_metadata":"m",` +
			`"state":{"values":{"b":{"a":{"type":"plain_text_input","value":"tea"}}}},"hash":"1.h"}}`,
		"view closed":    `{"type":"view_closed","team":{"id":"T0BELLHOP"},"user":{"id":"U0ADA"},"token":"verification","view":{"id":"V1","callback_id":"order","hash":"1.h"},"is_cleared":false}`,
		"shortcut":       `{"type":"shortcut","token":"verification","action_ts":"1.1","team":{"id":"T0BELLHOP"},"user":{"id":"U0ADA"},"callback_id":"s","trigger_id":"1.2.5"}`,
		"message action": `{"type":"message_action","token":"verification","team":{"id":"T0BELLHOP"},"user":{"id":"U0ADA"},"channel":{"id":"C0GENERAL"},"callback_id":"m","trigger_id":"1.2.6","message_ts":"1764000000.000100","message":{"ts":"1764000000.000100","text":"Hi"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			keepMessage(b, "msg_long", `{"text":"Pick","options":[{"label":"A","value":"a"},{"label":"B","value":"`+strings.Repeat("x", 3000)+`"}]}`)
			resp := b.receive(slacktest.Interaction(payload))
			if len(resp.Body) > 0 {
				t.Errorf("answer %q, want none", resp.Body)
			}
			once := story(b)
			b.receive(slacktest.Interaction(payload))
			if twice := story(b); twice != once {
				t.Errorf("after the same interaction again:\n%s\nwant\n%s", twice, once)
			}
			if strings.Contains(once, `"verification"`) {
				t.Error("the app's verification token was handed on")
			}
			integrationtest.Golden(t, "interaction/"+name, integrationtest.Runs(once))
		})
	}
}
