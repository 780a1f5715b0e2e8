package server_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// pending waits until a delivery of the bot waits and says why.
func (l *life) pending(conversation, says string) {
	l.t.Helper()
	late := time.After(30 * time.Second)
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for {
		out, err := l.srv.Client().ListDeliveries(l.t.Context(), &platform.ListDeliveriesInput{BotID: l.bot, ConversationID: conversation, State: "pending"})
		if err != nil {
			l.t.Fatal(err)
		}
		for _, d := range out.Deliveries {
			if strings.Contains(d.LastError, says) && d.Attempts == 0 {
				return
			}
		}
		select {
		case <-ticker.C:
		case <-late:
			l.t.Fatalf("no delivery waits and says %q: %+v", says, out.Deliveries)
		}
	}
}

// A disabled installation gets no webhooks and may not call; what the bot says
// waits, through a restart too, and is told in order when it is enabled.
func TestDisabledInstallationWaits(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, engine func(*config.Config)) {
		l := newLife(t, engine)
		in, other := l.put("acme", withKey("abc")), l.put("other", platform.PutInstallationInput{Integration: "other@1.0.0", Configuration: json.RawMessage(`{"key":"abc"}`)})
		conversation, elsewhere := l.conversation(in, "c"), l.conversation(other, "c")
		yes, no := true, false
		if off := l.put("acme", platform.PutInstallationInput{Enabled: &no}); off.Enabled || off.Status != platform.Registered {
			t.Errorf("disabled: %+v", off)
		}
		status, body := l.call("POST", in.WebhookURL, "hello", nil)
		l.refused(status, body, 404, platform.TypeResourceNotFound, "disabled")
		status, body = l.call("GET", "/v1/chat/users", "", map[string]string{wire.HeaderBotID: l.bot, wire.HeaderIntegrationID: in.IntegrationID})
		l.refused(status, body, 403, platform.TypeForbidden, "disabled")
		_, err := l.as(nil).CallAction(t.Context(), &platform.CallActionInput{Type: "acme:who"})
		if !platform.IsType(err, platform.TypeRuntime) || !strings.Contains(err.Error(), "disabled") {
			t.Errorf("an action of what is disabled: %v", err)
		}
		for _, text := range []string{"one", "two", "three"} {
			l.say(conversation, text)
		}
		l.pending(conversation, "disabled")
		l.say(elsewhere, "of the other")
		if texts, _ := l.heard(1); !slices.Equal(texts, []string{"of the other"}) {
			t.Errorf("told %q, want only what the other is to hear", texts)
		}
		l.stop()
		l.start()
		l.say(elsewhere, "after the restart")
		if texts, _ := l.heard(2); !slices.Equal(texts, []string{"of the other", "after the restart"}) {
			t.Errorf("after the restart told %q", texts)
		}
		l.put("acme", platform.PutInstallationInput{Enabled: &yes})
		texts, calls := l.heard(5)
		if want := []string{"one", "two", "three"}; !slices.Equal(texts[2:], want) || calls[2].Attempt != 1 {
			t.Errorf("enabled again, told %q from attempt %d, want %q from 1", texts[2:], calls[2].Attempt, want)
		}
		if n := len(l.code.seen(wire.OpRegister)); n != 3 {
			t.Errorf("%d registers, want 3: one each, and one when it was enabled", n)
		}
		if status, body := l.call("POST", "/webhooks/"+in.WebhookID, "hello", nil); status != 200 || len(l.code.seen(wire.OpWebhookReceived)) != 1 {
			t.Errorf("the webhook then answers %d %s", status, body)
		}
	})
}

// What is said in a channel that is disabled is kept and told to nobody, then
// or later; other channels are as before.
func TestDisabledChannel(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, engine func(*config.Config)) {
		l := newLife(t, engine)
		in := l.put("acme", withKey("abc"))
		conversation := l.conversation(in, "c")
		status, body := l.call("PUT", "/v1/admin/bots/"+l.bot, `{"integrations":{"acme":{"disabledChannels":["fax"]}}}`, nil)
		l.refused(status, body, 400, platform.TypeInvalidPayload, "fax", "dm")
		status, body = l.call("PUT", "/v1/admin/bots/"+l.bot, `{"integrations":{"acme":{"disabledChannels":["dm"]}}}`, nil)
		if status != 200 || !strings.Contains(string(body), `"disabledChannels":["dm"]`) {
			t.Errorf("%d %s", status, body)
		}
		l.say(conversation, "nobody hears this")
		if got := l.put("acme", platform.PutInstallationInput{Configuration: json.RawMessage(`{"key":"def"}`)}); !slices.Equal(got.DisabledChannels, []string{"dm"}) {
			t.Errorf("after another change %q are disabled", got.DisabledChannels)
		}
		if got := l.put("acme", platform.PutInstallationInput{DisabledChannels: []string{}}); len(got.DisabledChannels) != 0 {
			t.Errorf("%q are still disabled", got.DisabledChannels)
		}
		l.say(conversation, "heard")
		if texts, _ := l.heard(1); !slices.Equal(texts, []string{"heard"}) {
			t.Errorf("told %q", texts)
		}
		out, err := l.as(nil).ListMessages(t.Context(), &platform.ListMessagesInput{ConversationID: conversation})
		if err != nil || len(out.Messages) != 2 {
			t.Errorf("kept %+v, %v, want both", out, err)
		}
	})
}

// An upgrade keeps all that the installation has: address, states, tags,
// conversations, users, and what waits for it; the new version is registered.
func TestUpgradeKeepsEverything(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, engine func(*config.Config)) {
		l, ctx := newLife(t, engine), t.Context()
		in := l.put("acme", withKey("abc"))
		l.remember(in, "kept")
		conversation := l.conversation(in, "c")
		user, err := l.as(in).GetOrCreateUser(ctx, &platform.GetOrCreateUserInput{Tags: platform.Tags{"id": "u"}, Name: "Ada"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.as(in).ConfigureIntegration(ctx, &platform.ConfigureIntegrationInput{Identifier: platform.Set("team")}); err != nil {
			t.Fatal(err)
		}
		no, yes := false, true
		l.put("acme", platform.PutInstallationInput{Enabled: &no})
		l.say(conversation, "waits")
		up := l.put("acme", platform.PutInstallationInput{Integration: "acme@2.0.0", Enabled: &yes, Configuration: json.RawMessage(`{"key":"********","region":"eu"}`)})
		if up.ID != in.ID || up.WebhookID != in.WebhookID || up.Version != "2.0.0" || up.Status != platform.Registered || up.Identifier != "team" || !up.CreatedAt.Equal(in.CreatedAt.Time) {
			t.Errorf("upgraded: %+v\nbefore: %+v", up, in)
		}
		registers := l.code.seen(wire.OpRegister)
		if last := registers[len(registers)-1]; last.IntegrationID != up.IntegrationID || string(last.Configuration) != `{"key":"abc","region":"eu"}` {
			t.Errorf("registered %s with %s", last.IntegrationID, last.Configuration)
		}
		if len(l.code.seen(wire.OpUnregister)) != 0 {
			t.Error("an upgrade unregisters: the vendor's side is not to go away")
		}
		_, calls := l.heard(1)
		if calls[0].IntegrationID != up.IntegrationID || calls[0].WebhookID != in.WebhookID {
			t.Errorf("what waited was told to %+v", calls[0])
		}
		if got := l.recall(up); got != `{"v":"kept"}` {
			t.Errorf("its state is %s", got)
		}
		if got := l.conversation(up, "c"); got != conversation {
			t.Error("its conversation is another one")
		}
		again, err := l.as(up).GetOrCreateUser(ctx, &platform.GetOrCreateUserInput{Tags: platform.Tags{"id": "u"}})
		if err != nil || again.User.ID != user.User.ID || again.User.Name != "Ada" {
			t.Errorf("its user: %+v, %v", again, err)
		}
		if status, body := l.call("POST", in.WebhookURL, "hello", nil); status != 200 {
			t.Errorf("the webhook then answers %d %s", status, body)
		}
		if calls := l.code.wait(t, wire.OpWebhookReceived, 1); calls[0].IntegrationID != up.IntegrationID {
			t.Errorf("the webhook reaches %s", calls[0].IntegrationID)
		}
		// The way back is checked as any other: the old version knows no region.
		status, body := l.call("PUT", "/v1/bellhop/bots/"+l.bot+"/installations/acme", `{"integration":"acme@1.0.0"}`, nil)
		l.refused(status, body, 400, platform.TypeInvalidDataFormat, "region")
		if got := l.put("acme", platform.PutInstallationInput{}); got.Version != "2.0.0" || got.Status != platform.Registered {
			t.Errorf("after the refusal: %+v", got)
		}
	})
}

// An alias that gets another integration has nothing of the one before, whose
// code is told to leave.
func TestAnotherIntegrationReplaces(t *testing.T) {
	t.Parallel()
	l := newLife(t, func(*config.Config) {})
	in := l.put("it", withKey("abc"))
	l.remember(in, "credentials")
	status, body := l.call("PUT", "/v1/bellhop/bots/"+l.bot+"/installations/it", `{"integration":"other@1.0.0"}`, nil)
	l.refused(status, body, 400, platform.TypeInvalidDataFormat, "configuration")
	if len(l.code.seen(wire.OpUnregister)) != 0 {
		t.Error("what cannot be installed has unregistered what was there")
	}
	now := l.put("it", platform.PutInstallationInput{Integration: "other@1.0.0", Configuration: json.RawMessage(`{"key":"new"}`)})
	if now.Name != "other" || now.WebhookID == in.WebhookID || now.ID == in.ID || now.Status != platform.Registered {
		t.Errorf("replaced: %+v", now)
	}
	if got := l.recall(now); got != "" {
		t.Errorf("it recalls %s of another integration", got)
	}
	if calls := l.code.seen(wire.OpUnregister); len(calls) != 1 || calls[0].IntegrationID != in.IntegrationID {
		t.Errorf("unregisters: %+v", calls)
	}
	status, body = l.call("POST", in.WebhookURL, "hello", nil)
	l.refused(status, body, 404, platform.TypeResourceNotFound)
}

// An identifier is one installation's at a time, over all versions; the latest
// who claims it has it, null gives it back.
func TestIdentifierMoves(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, engine func(*config.Config)) {
		l := newLife(t, engine)
		one := l.put("acme", withKey("abc"))
		two := withKey("abc")
		two.BotID, two.Integration = l.newBot(), "acme@2.0.0"
		other := l.put("acme", two)
		holder := func() string {
			t.Helper()
			var holders []string
			for name, in := range map[string]*platform.Installation{"one": one, "two": other} {
				out, err := l.srv.Client().GetInstallation(t.Context(), &platform.GetInstallationInput{BotID: in.BotID, Alias: "acme"})
				if err != nil {
					t.Fatal(err)
				}
				if out.Installation.Identifier == "T1" {
					holders = append(holders, name)
				}
			}
			slices.Sort(holders)
			return strings.Join(holders, " and ")
		}
		claim := func(in *platform.Installation, identifier platform.Field[string]) {
			t.Helper()
			if _, err := l.as(in).ConfigureIntegration(t.Context(), &platform.ConfigureIntegrationInput{Identifier: identifier}); err != nil {
				t.Fatal(err)
			}
		}
		claim(one, platform.Set("T1"))
		claim(one, platform.Field[string]{})
		if got := holder(); got != "one" {
			t.Errorf("after one claimed it %q holds it", got)
		}
		claim(other, platform.Set("T1"))
		if got := holder(); got != "two" {
			t.Errorf("after two claimed it %q holds it", got)
		}
		no := false
		l.put("acme", platform.PutInstallationInput{BotID: other.BotID, Enabled: &no})
		claim(one, platform.Set("T1"))
		if got := holder(); got != "one" {
			t.Errorf("after one claimed it from what is disabled %q holds it", got)
		}
		// The versions meet without a clash.
		one = l.put("acme", platform.PutInstallationInput{Integration: "acme@2.0.0"})
		if got := holder(); got != "one" {
			t.Errorf("after an upgrade %q holds it", got)
		}
		claim(one, platform.Field[string]{Present: true})
		if got := holder(); got != "" {
			t.Errorf("after it was given back %q holds it", got)
		}
		shared := "555"
		_, err := l.as(one).ConfigureIntegration(t.Context(), &platform.ConfigureIntegrationInput{SandboxIdentifiers: map[string]*string{"phone": &shared}})
		if !platform.IsType(err, platform.TypeInvalidPayload) || !strings.Contains(err.Error(), "sandboxIdentifiers.phone") {
			t.Errorf("an account for trying out: %v", err)
		}
		if _, err := l.as(one).ConfigureIntegration(t.Context(), &platform.ConfigureIntegrationInput{SandboxIdentifiers: map[string]*string{"phone": nil}}); err != nil {
			t.Errorf("none, as null: %v", err)
		}
		if n := len(l.code.seen(wire.OpRegister)); n != 3 {
			t.Errorf("%d registers, want 3: a claim of what is registered registers nothing", n)
		}
	})
}
