package server_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/internal/probe"
	"github.com/bellhop-dev/bellhop/platform"
)

// wrote reports in which files below dir a text is.
func wrote(t *testing.T, dir, text string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(name)
		if bytes.Contains(content, []byte(text)) {
			names = append(names, filepath.Base(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// say sends a message and waits for the bot's answer at the sink.
func (f *fixture) say(webhook, conversation, user, id, text string) {
	f.t.Helper()
	body, err := json.Marshal(probe.Inbound{Conversation: conversation, User: user, ID: id, Text: text})
	if err != nil {
		f.t.Fatal(err)
	}
	if code, answer := f.call("POST", webhook, string(body), nil); code != 200 {
		f.t.Fatalf("webhook: %d %s", code, answer)
	}
	select {
	case out := <-f.sink:
		if !strings.Contains(out.Text, text) {
			f.t.Errorf("the bot answers %q, want %q in it", out.Text, text)
		}
	case <-time.After(time.Minute):
		f.t.Fatal("no answer")
	}
}

func (f *fixture) userTagged(botID, tag string) string {
	f.t.Helper()
	c := f.srv.Client().With(platform.Caller{BotID: botID})
	out, err := c.ListUsers(f.t.Context(), &platform.ListUsersInput{Tags: platform.Tags{"probe:id": tag}})
	if err != nil || len(out.Users) != 1 {
		f.t.Fatalf("user %s: %+v, %v", tag, out, err)
	}
	return out.Users[0].ID
}

func (f *fixture) erase(botID, userID, conversations string) platform.Erasure {
	f.t.Helper()
	out, err := f.srv.Client().EraseUser(f.t.Context(), &platform.EraseUserInput{BotID: botID, ID: userID, Conversations: conversations})
	for err == nil && out.Erasure.Status == "running" {
		out, err = f.srv.Client().GetErasure(f.t.Context(), &platform.GetErasureInput{BotID: botID, ID: out.Erasure.ID})
	}
	if err != nil {
		f.t.Fatal(err)
	}
	return out.Erasure
}

func TestErasedPersonIsInNoFile(t *testing.T) {
	t.Parallel()
	f := setupWith(t, map[string]bot.Bot{probe.Name: probe.Bot(false)}, func(c *config.Config) { c.DeliveryTimeout = time.Minute })
	id, webhook := f.install(platform.CreateBotInput{Builtin: probe.Name})
	c := f.srv.Client().With(platform.Caller{BotID: id})

	f.say(webhook, "alone", "ada", "1", "ada-secret-alone "+strings.Repeat("long text ", 2000))
	f.say(webhook, "group", "ada", "2", "ada-secret-group")
	f.say(webhook, "group", "bob", "3", "bob-stays")
	ada := f.userTagged(id, "ada")
	file := f.upload(c, platform.UpsertFileInput{Key: "a.txt", Tags: platform.Tags{"user": ada}}, "ada-secret-file")
	f.upload(c, platform.UpsertFileInput{Key: "b.txt"}, "file-stays")
	if _, err := c.UpdateUser(t.Context(), &platform.UpdateUserInput{ID: ada, Name: platform.Set("ada-secret-name")}); err != nil {
		t.Fatal(err)
	}

	e := f.erase(id, ada, "")
	var removed map[string]int
	if err := json.Unmarshal(e.Removed, &removed); err != nil || removed["conversations"] != 1 || removed["messages"] < 3 || removed["files"] != 1 {
		t.Errorf("removed %s, want a conversation, its messages and a file", e.Removed)
	}
	if _, err := c.GetUser(t.Context(), &platform.GetUserInput{ID: ada}); platform.AsError(err).Code != 404 {
		t.Errorf("GetUser = %v, want 404", err)
	}
	if res, _ := f.fetch("GET", file.URL, ""); res.StatusCode != 404 {
		t.Errorf("the file's address is answered with %d, want 404", res.StatusCode)
	}
	// What the bot answered in the group stays by default, as documented; the rest is in no file, the log included.
	f.stop()
	for _, text := range []string{"ada-secret-alone", "ada-secret-file", "ada-secret-name"} {
		if names := wrote(t, f.options.Config.Data, text); len(names) > 0 {
			t.Errorf("%q is still in %v", text, names)
		}
	}
	for _, text := range []string{"bob-stays", "file-stays"} {
		if names := wrote(t, f.options.Config.Data, text); len(names) == 0 {
			t.Errorf("%q is gone", text)
		}
	}
}

func TestErasedPersonsConversationsGoWhenAskedFor(t *testing.T) {
	t.Parallel()
	f := setupWith(t, map[string]bot.Bot{probe.Name: probe.Bot(false)}, func(c *config.Config) { c.DeliveryTimeout = time.Minute })
	id, webhook := f.install(platform.CreateBotInput{Builtin: probe.Name})
	f.say(webhook, "group", "ada", "2", "ada-secret-group")
	f.say(webhook, "group", "bob", "3", "bob-said")
	f.erase(id, f.userTagged(id, "ada"), platform.EraseAllConversations)
	f.say(webhook, "group", "ada", "4", "hello again") // as somebody new
	f.stop()
	for _, text := range []string{"ada-secret-group", "bob-said"} {
		if names := wrote(t, f.options.Config.Data, text); len(names) > 0 {
			t.Errorf("%q is still in %v", text, names)
		}
	}
}

// What an erased person said and the bot could not take yet is not delivered any more, and delays nobody.
func TestErasureDiscardsWhatIsStillToBeDelivered(t *testing.T) {
	t.Parallel()
	f := setup(t, map[string]bot.Bot{probe.Name: probe.Bot(false)})
	id, webhook := f.install(platform.CreateBotInput{URL: "http://127.0.0.1:1"})
	body, err := json.Marshal(probe.Inbound{Conversation: "c", User: "ada", ID: "1", Text: "ada-secret-pending"})
	if err != nil {
		t.Fatal(err)
	}
	if code, answer := f.call("POST", webhook, string(body), nil); code != 200 {
		t.Fatalf("webhook: %d %s", code, answer)
	}
	f.erase(id, f.userTagged(id, "ada"), "")
	list, err := f.srv.Client().ListDeliveries(t.Context(), &platform.ListDeliveriesInput{BotID: id})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list.Deliveries {
		if d.MessageID != "" {
			t.Errorf("delivery %s of an erased message is %s", d.ID, d.State)
		}
	}
	f.stop()
	if names := wrote(t, f.options.Config.Data, "ada-secret-pending"); len(names) > 0 {
		t.Errorf("the text is still in %v", names)
	}
}

func TestExportHasWhatAPersonWroteAndWasAnswered(t *testing.T) {
	t.Parallel()
	f := setupWith(t, map[string]bot.Bot{probe.Name: probe.Bot(false)}, func(c *config.Config) { c.DeliveryTimeout = time.Minute })
	id, webhook := f.install(platform.CreateBotInput{Builtin: probe.Name})
	c := f.srv.Client().With(platform.Caller{BotID: id})
	f.say(webhook, "alone", "ada", "1", "from ada")
	f.say(webhook, "group", "ada", "2", "ada in the group")
	f.say(webhook, "group", "bob", "3", "bob in the group")
	ada := f.userTagged(id, "ada")
	f.upload(c, platform.UpsertFileInput{Key: "a.txt", Tags: platform.Tags{"user": ada}}, "content")

	var text bytes.Buffer
	counts := map[string]int{}
	for in := (platform.ExportUserInput{BotID: id, ID: ada}); ; {
		out, err := f.srv.Client().ExportUser(t.Context(), &in)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range out.Items {
			raw, err := json.Marshal(item)
			if err != nil {
				t.Fatal(err)
			}
			text.Write(raw)
			var kind map[string]json.RawMessage
			if err := json.Unmarshal(raw, &kind); err != nil || len(kind) != 1 {
				t.Errorf("item %s, want one member", raw)
			}
			for name := range kind {
				counts[name]++
			}
		}
		if in.NextToken = out.Meta.NextToken; in.NextToken == "" {
			break
		}
	}
	if counts["user"] != 1 || counts["conversation"] != 2 || counts["message"] != 3 || counts["file"] != 1 {
		t.Errorf("exported %v, want one user, two conversations, three messages and a file", counts)
	}
	for _, part := range []string{"from ada", "ada in the group"} {
		if !strings.Contains(text.String(), part) {
			t.Errorf("%q is not in the export", part)
		}
	}
	if strings.Contains(text.String(), "bob in the group") {
		t.Error("another person's message is in the export")
	}
}

func TestRowsBeyondTheirRetentionAreRemoved(t *testing.T) {
	t.Parallel()
	f := setupWith(t, map[string]bot.Bot{probe.Name: probe.Bot(false)}, func(c *config.Config) { c.DeliveryTimeout = time.Minute })
	keeps, keepsHook := f.install(platform.CreateBotInput{Builtin: probe.Name})
	id, webhook := f.install(platform.CreateBotInput{Builtin: probe.Name})
	settings := json.RawMessage(`{"retention":{"messages":"24h","events":"24h","deliveries":"24h","files":"24h"}}`)
	if _, err := f.srv.Client().UpdateBotSettings(t.Context(), &platform.UpdateBotSettingsInput{ID: id, Settings: settings}); err != nil {
		t.Fatal(err)
	}
	f.say(keepsHook, "c", "ada", "1", "of-the-other-bot")
	f.say(webhook, "c", "ada", "1", "of-the-bot")
	c := f.srv.Client().With(platform.Caller{BotID: id})
	f.upload(c, platform.UpsertFileInput{Key: "a.txt"}, "file-of-the-bot")

	f.srv.PruneAt(t.Context(), time.Now().Add(23*time.Hour))
	if names := wrote(t, f.options.Config.Data, "of-the-bot"); len(names) == 0 {
		t.Error("what is not old enough is gone")
	}
	f.srv.PruneAt(t.Context(), time.Now().Add(25*time.Hour))
	list, err := c.ListMessages(t.Context(), &platform.ListMessagesInput{})
	if err != nil || len(list.Messages) != 0 {
		t.Errorf("messages = %+v, %v; want none", list, err)
	}
	conversations, err := c.ListConversations(t.Context(), &platform.ListConversationsInput{})
	if err != nil || len(conversations.Conversations) != 1 || conversations.Conversations[0].MessageCount != 0 {
		t.Errorf("conversations = %+v, %v; want one without messages", conversations, err)
	}
	f.stop()
	for _, text := range []string{"file-of-the-bot", `"of-the-bot"`} {
		if names := wrote(t, f.options.Config.Data, text); len(names) > 0 {
			t.Errorf("%q is still in %v", text, names)
		}
	}
	if names := wrote(t, f.options.Config.Data, "of-the-other-bot"); len(names) == 0 {
		t.Errorf("what bot %s keeps for ever is gone", keeps)
	}
}

func TestChangesOfAdministratorsAreRecorded(t *testing.T) {
	t.Parallel()
	f := setup(t, map[string]bot.Bot{probe.Name: probe.Bot(false)})
	id, _ := f.install(platform.CreateBotInput{Builtin: probe.Name})
	if code, body := f.call("PUT", "/v1/admin/bots/"+id, `{"name":"a-secret-name"}`, nil); code != 200 {
		t.Fatalf("updateBot: %d %s", code, body)
	}
	f.call("PUT", "/v1/admin/bots/"+id, `{"name":7}`, nil) // refused: no change
	f.call("GET", "/v1/admin/bots/"+id, "", nil)
	out, err := f.srv.Client().ListAudit(t.Context(), &platform.ListAuditInput{BotID: id})
	if err != nil {
		t.Fatal(err)
	}
	var operations []string
	for _, e := range out.Entries {
		operations = append(operations, e.Operation)
	}
	if got := strings.Join(operations, " "); got != "updateBot putInstallation" {
		t.Fatalf("changes of the bot are %q", got)
	}
	e := out.Entries[0]
	if e.Address != "127.0.0.1" || e.TokenID == "" || e.Actor != "test" || e.Subject != "/v1/admin/bots/"+id || strings.Join(e.Fields, " ") != "name" {
		t.Errorf("the entry is %+v", e)
	}
	all, err := f.srv.Client().ListAudit(t.Context(), &platform.ListAuditInput{})
	if err != nil || len(all.Entries) <= len(out.Entries) {
		t.Errorf("all changes = %+v, %v; want those without a bot too", all, err)
	}
	if text, err := json.Marshal(all); err != nil || strings.Contains(string(text), "a-secret-name") {
		t.Errorf("a value is in the audit trail: %s, %v", text, err)
	}
}

// Bots in development are removed when nobody ran them for a week; others stay.
func TestUnusedBotsInDevelopmentAreRemoved(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	made := map[bool]string{}
	for _, dev := range []bool{true, false} {
		out, err := f.srv.Client().CreateBot(t.Context(), &platform.CreateBotInput{Dev: dev, URL: "http://127.0.0.1:1"})
		if err != nil {
			t.Fatal(err)
		}
		made[dev] = out.Bot.ID
	}
	list := func(dev bool) (ids []string) {
		t.Helper()
		out, err := f.srv.Client().ListBots(t.Context(), &platform.ListBotsInput{Dev: &dev})
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range out.Bots {
			ids = append(ids, b.ID)
		}
		return ids
	}
	f.srv.PruneAt(t.Context(), time.Now().Add(6*24*time.Hour))
	if got := list(true); len(got) != 1 || got[0] != made[true] {
		t.Errorf("after six days %v are in development", got)
	}
	f.srv.PruneAt(t.Context(), time.Now().Add(8*24*time.Hour))
	if got := list(true); len(got) != 0 {
		t.Errorf("after eight days %v are in development", got)
	}
	if got := list(false); len(got) != 1 || got[0] != made[false] {
		t.Errorf("other bots are %v", got)
	}
}
