package slack_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/slack/slacktest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// act calls an action.
func (b *bench) act(name, input string) *wire.Response {
	b.Helper()
	return b.call(wire.OpActionTriggered, 0, platform.ActionBody{Type: name, Input: json.RawMessage(input)})
}

// workspace fills the fake with people and channels.
func workspace(b *bench) (root string) {
	for _, u := range []*slacktest.User{
		{ID: "U0BOB", Name: "bob", RealName: "Bob Babbage", DisplayName: "Bobby", Updated: 100},
		{ID: "U0EVE", Name: "eve", RealName: "Eve Adams", Deleted: true},
		{ID: "U0BOTTY", Name: "botty", RealName: "Botty", IsBot: true, Updated: 50},
	} {
		b.fake.AddUser(u)
	}
	for _, c := range []*slacktest.Channel{
		{ID: "C0RANDOM", Name: "random", Members: 2}, {ID: "C0OLD", Name: "general-old", Archived: true}, {ID: "C0SECRET", Name: "secret-plans", Private: true},
	} {
		b.fake.AddChannel(c)
	}
	return b.fake.Say(general, ada, "Root", "")
}

func TestActions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ action, input string }{
		"add reaction":              {"addReaction", `{"name":":thumbsup:","messageId":"{message}"}`},
		"add reaction to none":      {"addReaction", `{"name":"thumbsup","messageId":"msg_none"}`},
		"add reaction that is none": {"addReaction", `{"name":"no-such-emoji","messageId":"{message}"}`},
		"remove reaction":           {"removeReaction", `{"name":"thumbsup","messageId":"{message}"}`},
		"find person":               {"findTarget", `{"query":"love","channel":"dm"}`},
		"find person by initials":   {"findTarget", `{"query":"Bobby","channel":"dm"}`},
		"find person misspelt":      {"findTarget", `{"query":"lovelyce","channel":"dm"}`},
		"find nobody":               {"findTarget", `{"query":"zz","channel":"dm"}`},
		"find channel":              {"findTarget", `{"query":"#gen","channel":"channel"}`},
		"find too short":            {"findTarget", `{"query":"a","channel":"dm"}`},
		"retrieve":                  {"retrieveMessage", `{"ts":"{root}","channel":"C0GENERAL"}`},
		"retrieve of a thread":      {"retrieveMessage", `{"ts":"{reply}","channel":"C0GENERAL"}`},
		"retrieve none":             {"retrieveMessage", `{"ts":"1.000001","channel":"C0GENERAL"}`},
		"channel conversation":      {"getOrCreateChannelConversation", `{"conversation":{"channelId":"C0RANDOM"}}`},
		"no such channel":           {"getOrCreateChannelConversation", `{"conversation":{"channelId":"C0NONE"}}`},
		"dm conversation":           {"getOrCreateDmConversation", `{"conversation":{"userId":"U0BOB"}}`},
		"dm conversation of a user": {"getOrCreateDmConversation", `{"conversation":{"userId":"{user}"}}`},
		"dm with a bot":             {"getOrCreateDmConversation", `{"conversation":{"userId":"U0BOTTY"}}`},
		"thread conversation":       {"getOrCreateThreadConversation", `{"conversation":{"messageId":"{message}"}}`},
		"thread of nothing":         {"getOrCreateThreadConversation", `{"conversation":{}}`},
		"topic":                     {"updateChannelTopic", `{"topic":"News & more","channelId":"C0GENERAL"}`},
		"topic of a dm":             {"updateChannelTopic", `{"topic":"x","channelId":"D0ADA"}`},
		"topic too long":            {"updateChannelTopic", `{"topic":"` + x(251) + `","channelId":"C0GENERAL"}`},
		"channels":                  {"getChannelsInfo", `{}`},
		"channels of all kinds":     {"getChannelsInfo", `{"includeArchived":true,"includePrivate":true,"includeDm":true}`},
		"channels bad cursor":       {"getChannelsInfo", `{"cursor":"nonsense"}`},
		"profile":                   {"getUserProfile", `{"userId":"U0ADA"}`},
		"profile of a user":         {"getUserProfile", `{"userId":"{user}"}`},
		"profile of nobody":         {"getUserProfile", `{"userId":"U0NOBODY"}`},
		"start typing":              {"startTypingIndicator", `{"conversationId":"{conversation}","messageId":"{message}"}`},
		"stop typing":               {"stopTypingIndicator", `{"conversationId":"{conversation}","messageId":"{message}"}`},
		"start typing in a thread":  {"startTypingIndicator", `{"conversationId":"{thread}","timeout":5}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.config["typingIndicatorEmoji"] = true
			root := workspace(b)
			reply := b.fake.Say(general, "U0BOB", "Reply", root)
			ids := known(b, root)
			text := strings.NewReplacer("{root}", root, "{reply}", reply, "{message}", ids[2], "{user}", ids[0], "{conversation}", ids[1], "{thread}", ids[3]).Replace(c.input)
			before := len(b.fake.Calls())
			resp := b.act(c.action, text)
			var told strings.Builder
			fmt.Fprintf(&told, "%d %s", resp.Status, readable(t, withoutID(t, resp.Body)))
			for _, call := range b.fake.Calls()[before:] {
				fmt.Fprintf(&told, "%s %s %s", call.Method, call.Error, integrationtest.Pretty(t, call.Args))
			}
			integrationtest.Golden(t, "action/"+name, integrationtest.Runs(strings.NewReplacer(root, "{root}", reply, "{reply}").Replace(named(b, told.String()))))
		})
	}
}

// known has the root told of, and returns the ids of its user, its
// conversation and itself, and of its thread's conversation.
func known(b *bench, root string) []string {
	b.Helper()
	b.tell("Ev0", strings.ReplaceAll(said(`,"text":"Root"`), "1764000000.000100", root))
	c := client(b)
	m, err := c.ListMessages(b.Context(), &platform.ListMessagesInput{})
	if err != nil || len(m.Messages) != 1 {
		b.Fatal(m, err)
	}
	thread, err := c.GetOrCreateConversation(b.Context(), &platform.GetOrCreateConversationInput{Channel: "thread", Tags: platform.Tags{"id": general, "thread": root}})
	if err != nil {
		b.Fatal(err)
	}
	return []string{m.Messages[0].UserID, m.Messages[0].ConversationID, m.Messages[0].ID, thread.Conversation.ID}
}

// withoutID leaves out an error's id, which is different each time.
func withoutID(t *testing.T, body []byte) json.RawMessage {
	t.Helper()
	var all map[string]any
	if err := json.Unmarshal(body, &all); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	delete(all, "id")
	raw, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestSyncMembers goes through the workspace twice: the second time only what
// changed counts.
func TestSyncMembers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	workspace(b)
	for i := range 250 {
		b.fake.AddUser(&slacktest.User{ID: fmt.Sprintf("U1%03d", i), RealName: fmt.Sprintf("Person %d", i), Updated: 10})
	}
	count := func() string { return string(b.act("syncMembers", `{}`).Body) }
	if got := count(); !strings.Contains(got, `"syncedCount":254`) {
		t.Errorf("the first time %s", got)
	}
	b.fake.AddUser(&slacktest.User{ID: "U0BOB", Name: "bob", RealName: "Robert", Updated: 200})
	b.fake.AddUser(&slacktest.User{ID: "U1001", RealName: "Person", Updated: 150})
	if got := count(); !strings.Contains(got, `"syncedCount":4`) {
		t.Errorf("the second time %s, want the two that changed and the two that have no time", got)
	}
	out, err := client(b).ListUsers(t.Context(), &platform.ListUsersInput{Tags: platform.Tags{"id": "U0BOB"}})
	if err != nil || len(out.Users) != 1 || out.Users[0].Name != "Robert" {
		t.Errorf("Bob is %+v, %v", out, err)
	}
}

func TestFindAcrossPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i := range 450 {
		b.fake.AddChannel(&slacktest.Channel{ID: fmt.Sprintf("C1%03d", i), Name: fmt.Sprintf("team-%03d", i)})
	}
	body := string(b.act("findTarget", `{"query":"team-44","channel":"channel"}`).Body)
	if n := strings.Count(body, `"displayName"`); n != 10 {
		t.Errorf("%d channels were found, want the ten of team-44*: %s", n, body)
	}
}

func TestCreate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	workspace(b)
	create := func(op string, body any) string {
		resp := b.call(op, 0, body)
		return fmt.Sprintf("%d %s", resp.Status, named(b, readable(t, withoutID(t, resp.Body))))
	}
	var told strings.Builder
	for _, c := range []platform.CreateConversationBody{
		{Channel: "channel", Tags: platform.Tags{"id": "C0RANDOM"}}, {Channel: "dm", Tags: platform.Tags{"id": "U0BOB"}},
		{Channel: "thread", Tags: platform.Tags{"id": general}}, {Channel: "channel", Tags: platform.Tags{}}, {Channel: "channel", Tags: platform.Tags{"id": "C0NONE"}},
	} {
		told.WriteString(stampless(create(wire.OpCreateConversation, c)))
	}
	told.WriteString(stampless(create(wire.OpCreateUser, platform.CreateUserBody{Tags: platform.Tags{"id": "U0BOB"}})))
	told.WriteString(stampless(create(wire.OpCreateUser, platform.CreateUserBody{Tags: platform.Tags{"id": "U0NOBODY"}})))
	integrationtest.Golden(t, "action/create", told.String())
}

// stampless leaves out the lines that hold a moment.
func stampless(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		if !strings.Contains(line, `edAt"`) {
			out.WriteString(line)
		}
	}
	return out.String()
}
