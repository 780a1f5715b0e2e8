package server_test

import (
	"testing"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/internal/probe"
	"github.com/bellhop-dev/bellhop/platform"
)

// TestForeignRowsAreNotThere has two installations and two bots; what one made
// is not there for the others.
func TestForeignRowsAreNotThere(t *testing.T) {
	t.Parallel()
	f := setup(t, map[string]bot.Bot{probe.Name: probe.Bot(false)})
	one, _ := f.install(platform.CreateBotInput{Builtin: probe.Name})
	two, _ := f.install(platform.CreateBotInput{Builtin: probe.Name})
	second, err := f.srv.Client().PutInstallation(t.Context(), &platform.PutInstallationInput{
		BotID: one, Alias: "second", Integration: "probe@latest", Configuration: []byte(`{"sink":"` + f.url + `"}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	id := second.Installation.IntegrationID
	as := func(bot, integration, alias string) *platform.Client {
		return f.srv.Client().With(platform.Caller{BotID: bot, IntegrationID: integration, IntegrationAlias: alias})
	}
	owner := as(one, id, "probe")
	made, err := owner.CreateConversation(t.Context(), &platform.CreateConversationInput{Channel: "channel", Tags: platform.Tags{"id": "c"}})
	if err != nil {
		t.Fatal(err)
	}
	user, err := owner.CreateUser(t.Context(), &platform.CreateUserInput{Tags: platform.Tags{"id": "u"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*platform.Client{
		"another installation": as(one, id, "second"), "another bot": as(two, "", ""), "another bot's installation": as(two, id, "probe"),
	} {
		_, err1 := c.GetConversation(t.Context(), &platform.GetConversationInput{ID: made.Conversation.ID})
		_, err2 := c.UpdateUser(t.Context(), &platform.UpdateUserInput{ID: user.User.ID, Name: platform.Set("mine")})
		_, err3 := c.DeleteConversation(t.Context(), &platform.DeleteConversationInput{ID: made.Conversation.ID})
		for what, err := range map[string]error{"reads the conversation": err1, "changes the user": err2, "deletes the conversation": err3} {
			if !platform.IsType(err, platform.TypeResourceNotFound) {
				t.Errorf("%s %s: %v, want ResourceNotFound", name, what, err)
			}
		}
		list, err := c.ListConversations(t.Context(), &platform.ListConversationsInput{})
		if err != nil || len(list.Conversations) != 0 {
			t.Errorf("%s lists %d conversations, %v; want none", name, len(list.Conversations), err)
		}
	}
	if _, err := as(one, "", "").GetConversation(t.Context(), &platform.GetConversationInput{ID: made.Conversation.ID}); err != nil {
		t.Errorf("the bot itself: %v", err)
	}
}
