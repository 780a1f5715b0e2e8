package server_test

import (
	"maps"
	"regexp"
	"testing"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/internal/probe"
	"github.com/bellhop-dev/bellhop/platform"
)

var pathName = regexp.MustCompile(`\{[a-zA-Z]+\}`)

// TestEveryOperationAsksForItsScope calls every operation with every kind of
// token: exactly those that the table allows get past the door.
func TestEveryOperationAsksForItsScope(t *testing.T) {
	t.Parallel()
	f := setup(t, map[string]bot.Bot{probe.Name: probe.Bot(false)})
	botID, _ := f.install(platform.CreateBotInput{Builtin: probe.Name})
	got, err := f.srv.Client().GetInstallation(t.Context(), &platform.GetInstallationInput{BotID: botID, Alias: "probe"})
	if err != nil {
		t.Fatal(err)
	}
	integrationID := got.Installation.IntegrationID
	token := func(kind platform.TokenKind, bot, integration string) string {
		out, err := f.srv.Client().CreateToken(t.Context(), &platform.CreateTokenInput{Kind: kind, BotID: bot, IntegrationID: integration})
		if err != nil {
			t.Fatal(err)
		}
		return "Bearer " + out.Value
	}
	callers := map[string]struct {
		scope  platform.Scope
		header map[string]string
	}{
		"nobody":      {0, map[string]string{"Authorization": ""}},
		"a stranger":  {0, map[string]string{"Authorization": "Bearer bp_pat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}},
		"account":     {platform.ScopeAccount, map[string]string{"x-bot-id": botID}},
		"bot":         {platform.ScopeBot, map[string]string{"Authorization": token(platform.TokenBot, botID, ""), "x-bot-id": botID}},
		"integration": {platform.ScopeIntegration, map[string]string{"Authorization": token(platform.TokenIntegration, "", integrationID), "x-bot-id": botID, "x-integration-id": integrationID, "x-integration-alias": "probe"}},
	}
	for _, op := range platform.Operations() {
		path := pathName.ReplaceAllString(op.Path, "nothing")
		for name, caller := range callers {
			header := maps.Clone(caller.header)
			if caller.scope == platform.ScopeAccount && op.Scope.Has(platform.ScopeIntegration) && !op.Scope.Has(platform.ScopeBot) {
				header["x-integration-id"] = integrationID // an account acts as whom it names
			}
			status, body := f.call(op.Method, path, "{}", header)
			switch {
			case caller.scope == 0:
				if status != 401 {
					t.Errorf("%s by %s: %d %s, want 401", op.Name, name, status, body)
				}
			case !op.Scope.Has(caller.scope):
				if status != 403 {
					t.Errorf("%s by %s: %d %s, want 403", op.Name, name, status, body)
				}
			case status == 401 || status == 403 || status >= 500:
				t.Errorf("%s by %s: %d %s, want it let in", op.Name, name, status, body)
			}
		}
	}
}

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
