package server_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/wire"
)

// vendorCode is linked code of one or more versions that notes every call and
// refuses to register a key that is "bad" and to unregister one that is "stuck".
type vendorCode struct {
	mu    sync.Mutex
	calls []wire.Request
	came  chan struct{} // one for each call, as long as there is room
}

func newVendorCode() *vendorCode { return &vendorCode{came: make(chan struct{}, 1000)} }

// Handle notes a call and answers it.
func (v *vendorCode) Handle(_ context.Context, req *wire.Request) (*wire.Response, error) {
	v.mu.Lock()
	v.calls = append(v.calls, *req)
	v.mu.Unlock()
	v.came <- struct{}{}
	switch req.Operation {
	case wire.OpRegister:
		if strings.Contains(string(req.Configuration), `"bad"`) {
			return &wire.Response{Status: http.StatusBadRequest, Body: []byte(`{"type":"Runtime","message":"the vendor does not know this key"}`)}, nil
		}
	case wire.OpUnregister:
		if strings.Contains(string(req.Configuration), `"stuck"`) {
			return &wire.Response{Status: http.StatusBadRequest, Body: []byte(`{"type":"Runtime","message":"the vendor does not answer"}`)}, nil
		}
	case wire.OpActionTriggered:
		return &wire.Response{Body: []byte(`{"output":{"by":"` + req.IntegrationAlias + `"}}`)}, nil
	}
	return &wire.Response{}, nil
}

// seen are the calls of an operation so far.
func (v *vendorCode) seen(operation string) []wire.Request {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(v.calls), func(r wire.Request) bool { return r.Operation != operation })
}

// wait returns the first n calls of an operation when they have come.
func (v *vendorCode) wait(t *testing.T, operation string, n int) []wire.Request {
	t.Helper()
	late := time.After(30 * time.Second)
	for {
		if calls := v.seen(operation); len(calls) >= n {
			return calls
		}
		select {
		case <-v.came:
		case <-late:
			t.Fatalf("%d calls of %s, want %d", len(v.seen(operation)), operation, n)
		}
	}
}

// version is the code as a version of the integration called name. The second
// version's configuration has a member that the first one's has not.
func (v *vendorCode) version(name, number string) integration.Integration {
	more := ""
	if number != "1.0.0" {
		more = `,"region":{"type":"string","enum":["eu","us"]}`
	}
	id := integration.Tags{"id": {}}
	return integration.Integration{
		Definition: integration.Definition{
			Name: name, Version: number,
			Configuration: &integration.Configuration{Schema: integration.RawSchema(
				`{"type":"object","required":["key"],"properties":{"key":{"type":"string","minLength":3,"format":"password"},"tone":{"type":"string"}` + more + `},"additionalProperties":false}`)},
			Configurations: map[string]integration.Configuration{"byName": {Schema: integration.RawSchema(
				`{"type":"object","required":["user","password"],"properties":{"user":{"type":"string"},"password":{"type":"string","format":"password"}},"additionalProperties":false}`)}},
			Channels: map[string]integration.Channel{"dm": {
				Messages: integration.StandardMessages(message.TypeText), ConversationTags: id, MessageTags: id,
			}},
			User:    integration.User{Tags: id},
			States:  map[string]integration.StateDefinition{"account": {Type: platform.StateIntegration}},
			Actions: map[string]integration.ActionDefinition{"who": {}},
		},
		New: func(integration.Env) (wire.Handler, error) { return v, nil },
	}
}

// life is a server with the code as acme@1.0.0, acme@2.0.0 and other@1.0.0, and
// a bot without code.
type life struct {
	*fixture
	code *vendorCode
	bot  string
}

func newLife(t *testing.T, engine func(*config.Config)) *life {
	t.Helper()
	code := newVendorCode()
	f := setupWith(t, nil, engine, code.version("acme", "1.0.0"), code.version("acme", "2.0.0"), code.version("other", "1.0.0"))
	l := &life{fixture: f, code: code}
	l.bot = l.newBot()
	return l
}

func (l *life) newBot() string {
	l.t.Helper()
	made, err := l.srv.Client().CreateBot(l.t.Context(), &platform.CreateBotInput{})
	if err != nil {
		l.t.Fatal(err)
	}
	return made.Bot.ID
}

// put changes what is installed under an alias.
func (l *life) put(alias string, in platform.PutInstallationInput) *platform.Installation {
	l.t.Helper()
	in.Alias = alias
	if in.BotID == "" {
		in.BotID = l.bot
	}
	out, err := l.srv.Client().PutInstallation(l.t.Context(), &in)
	if err != nil {
		l.t.Fatal(err)
	}
	return &out.Installation
}

func withKey(key string) platform.PutInstallationInput {
	return platform.PutInstallationInput{Integration: "acme@1.0.0", Configuration: json.RawMessage(`{"key":"` + key + `"}`)}
}

// as is the client of an installation's code, or of the bot for nil.
func (l *life) as(in *platform.Installation) *platform.Client {
	if in == nil {
		return l.srv.Client().With(platform.Caller{BotID: l.bot})
	}
	return l.srv.Client().With(platform.Caller{BotID: in.BotID, IntegrationID: in.IntegrationID, IntegrationAlias: in.Alias})
}

// conversation is the conversation that an installation's code calls id.
func (l *life) conversation(in *platform.Installation, id string) string {
	l.t.Helper()
	out, err := l.as(in).GetOrCreateConversation(l.t.Context(), &platform.GetOrCreateConversationInput{Channel: "dm", Tags: platform.Tags{"id": id}})
	if err != nil {
		l.t.Fatal(err)
	}
	return out.Conversation.ID
}

// say has the bot write a message.
func (l *life) say(conversation, text string) {
	l.t.Helper()
	if err := l.trySay(conversation, text); err != nil {
		l.t.Fatal(err)
	}
}

func (l *life) trySay(conversation, text string) error {
	_, err := l.as(nil).CreateMessage(l.t.Context(), &platform.CreateMessageInput{
		ConversationID: conversation, UserID: l.bot, Type: message.TypeText, Payload: json.RawMessage(`{"text":"` + text + `"}`),
	})
	return err
}

// heard are the texts of the first n messages that the code was told, and the
// calls that told them.
func (l *life) heard(n int) (texts []string, calls []wire.Request) {
	l.t.Helper()
	calls = l.code.wait(l.t, wire.OpMessageCreated, n)
	for _, call := range calls {
		var body struct{ Payload struct{ Text string } }
		if err := json.Unmarshal(call.Body, &body); err != nil {
			l.t.Fatal(err)
		}
		texts = append(texts, body.Payload.Text)
	}
	return texts, calls
}

// remember keeps something in an installation's own state; recall reads it.
func (l *life) remember(in *platform.Installation, text string) {
	l.t.Helper()
	_, err := l.as(in).SetState(l.t.Context(), &platform.SetStateInput{
		Type: platform.StateIntegration, ID: in.IntegrationID, Name: "account", Payload: json.RawMessage(`{"v":"` + text + `"}`),
	})
	if err != nil {
		l.t.Fatal(err)
	}
}

func (l *life) recall(in *platform.Installation) string {
	l.t.Helper()
	out, err := l.as(in).GetState(l.t.Context(), &platform.GetStateInput{Type: platform.StateIntegration, ID: in.IntegrationID, Name: "account"})
	if platform.IsType(err, platform.TypeResourceNotFound) {
		return ""
	} else if err != nil {
		l.t.Fatal(err)
	}
	return string(out.State.Payload)
}

// shown is how the admin API shows an installation of the bot.
func (l *life) shown(alias string) (status, reason, configuration string) {
	l.t.Helper()
	_, body := l.call("GET", "/v1/admin/bots/"+l.bot, "", map[string]string{"x-multiple-integrations": "true"})
	var out struct {
		Bot struct {
			Integrations map[string]struct {
				Status        string
				StatusReason  *string
				Configuration json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(body, &out); err != nil {
		l.t.Fatal(err)
	}
	in := out.Bot.Integrations[alias]
	if in.StatusReason != nil {
		reason = *in.StatusReason
	}
	return in.Status, reason, string(in.Configuration)
}

// An installation is configured by the schema of the configuration that it
// uses; its code sees everything, replies mask what is secret.
func TestConfigureInstallation(t *testing.T) {
	t.Parallel()
	l := newLife(t, func(*config.Config) {})
	in := l.put("acme", withKey("opensesame"))
	if in.Status != platform.Registered || string(in.Configuration) != `{"key":"********"}` {
		t.Errorf("installed: %s, shown as %s", in.Status, in.Configuration)
	}
	if status, _, configuration := l.shown("acme"); status != "registered" || strings.Contains(configuration, "opensesame") || !strings.Contains(configuration, "****") {
		t.Errorf("the admin API shows it as %s, %s", status, configuration)
	}
	configured := func(n int, typ, configuration string) {
		t.Helper()
		calls := l.code.wait(t, wire.OpRegister, n)
		if got := calls[n-1]; len(calls) != n || got.ConfigurationType != typ || string(got.Configuration) != configuration {
			t.Errorf("%d registers, the last with %q, %s; want %d with %q, %s", len(calls), got.ConfigurationType, got.Configuration, n, typ, configuration)
		}
	}
	configured(1, "", `{"key":"opensesame"}`)
	url := "/v1/bellhop/bots/" + l.bot + "/installations/acme"
	for body, says := range map[string]string{
		`{"configuration":{"key":"ab"}}`:                                              "configuration.key",
		`{"configuration":{}}`:                                                        "configuration.key",
		`{"configuration":{"key":"abc","typo":1}}`:                                    "typo",
		`{"configurationType":"byName"}`:                                              "configuration",
		`{"configurationType":"byName","configuration":{"user":"a","password":true}}`: "configuration.password",
	} {
		status, answer := l.call("PUT", url, body, nil)
		l.refused(status, answer, 400, platform.TypeInvalidDataFormat, says)
		if strings.Contains(string(answer), "opensesame") {
			t.Errorf("the refusal tells the secret: %s", answer)
		}
	}
	// What was shown, masked, may be given back.
	l.put("acme", platform.PutInstallationInput{Configuration: json.RawMessage(`{"key":"********","tone":"dry"}`)})
	configured(2, "", `{"key":"opensesame","tone":"dry"}`)
	in = l.put("acme", platform.PutInstallationInput{
		ConfigurationType: platform.Set("byName"), Configuration: json.RawMessage(`{"user":"ada","password":"lovelace"}`),
	})
	configured(3, "byName", `{"user":"ada","password":"lovelace"}`)
	if in.ConfigurationType != "byName" || string(in.Configuration) != `{"password":"********","user":"ada"}` {
		t.Errorf("the alternative is shown as %s", in.Configuration)
	}
	l.put("acme", platform.PutInstallationInput{ConfigurationType: platform.Set(""), Configuration: json.RawMessage(`{"key":"again"}`)})
	configured(4, "", `{"key":"again"}`)
	if len(l.code.seen(wire.OpUnregister)) != 0 {
		t.Error("a change of the configuration unregisters")
	}
}

// A register that is refused is told with the vendor's reason wherever the
// installation is shown, until a configuration is good.
func TestRegisterRefusedIsShown(t *testing.T) {
	t.Parallel()
	l := newLife(t, func(*config.Config) {})
	const reason = "the vendor does not know this key"
	in := l.put("acme", withKey("bad"))
	if in.Status != platform.RegistrationFailed || in.StatusReason != reason {
		t.Errorf("installed: %s %q", in.Status, in.StatusReason)
	}
	if status, shown, _ := l.shown("acme"); status != "registration_failed" || shown != reason {
		t.Errorf("the admin API shows %s %q", status, shown)
	}
	in = l.put("acme", withKey("good"))
	if in.Status != platform.Registered || in.StatusReason != "" {
		t.Errorf("with a good key: %s %q", in.Status, in.StatusReason)
	}
	if status, shown, _ := l.shown("acme"); status != "registered" || shown != "" {
		t.Errorf("the admin API then shows %s %q", status, shown)
	}
}

// The same integration under two aliases is two installations, apart in
// everything.
func TestAliasesAreApart(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, engine func(*config.Config)) {
		l := newLife(t, engine)
		home, work := l.put("home", withKey("one")), l.put("work", withKey("two"))
		l.remember(home, "home")
		if got := l.recall(work); got != "" {
			t.Errorf("the one recalls %s of the other", got)
		}
		conversations := map[string]string{"home": l.conversation(home, "c"), "work": l.conversation(work, "c")}
		if conversations["home"] == conversations["work"] {
			t.Error("equal tags of two installations mean one conversation")
		}
		_, err := l.as(work).GetConversation(t.Context(), &platform.GetConversationInput{ID: conversations["home"]})
		if !platform.IsType(err, platform.TypeResourceNotFound) {
			t.Errorf("the one reads the other's conversation: %v", err)
		}
		for n, alias := range []string{"home", "work"} {
			l.say(conversations[alias], alias)
			texts, calls := l.heard(n + 1)
			if got := calls[n]; texts[n] != alias || got.IntegrationAlias != alias {
				t.Errorf("%q was told to %s, want %s", texts[n], got.IntegrationAlias, alias)
			}
			out, err := l.as(nil).CallAction(t.Context(), &platform.CallActionInput{Type: alias + ":who"})
			if err != nil || string(out.Output) != `{"by":"`+alias+`"}` {
				t.Errorf("%s:who answers %+v, %v", alias, out, err)
			}
			webhook := map[string]*platform.Installation{"home": home, "work": work}[alias]
			if status, body := l.call("POST", webhook.WebhookURL, "hello", nil); status != 200 {
				t.Errorf("the webhook of %s: %d %s", alias, status, body)
			}
			if calls := l.code.wait(t, wire.OpWebhookReceived, n+1); calls[n].IntegrationAlias != alias || calls[n].WebhookID != webhook.WebhookID {
				t.Errorf("the webhook of %s reaches %s", alias, calls[n].IntegrationAlias)
			}
		}
	})
}

// What is uninstalled is unregistered first; its webhook, its states and what
// was queued are gone, its conversations stay.
func TestUninstall(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, engine func(*config.Config)) {
		l, ctx := newLife(t, engine), t.Context()
		in := l.put("acme", withKey("abc"))
		l.remember(in, "x")
		conversation := l.conversation(in, "c")
		l.say(conversation, "one")
		l.heard(1)
		no := false
		l.put("acme", platform.PutInstallationInput{Enabled: &no})
		l.say(conversation, "two")
		if _, err := l.srv.Client().DeleteInstallation(ctx, &platform.DeleteInstallationInput{BotID: l.bot, Alias: "acme"}); err != nil {
			t.Fatal(err)
		}
		if calls := l.code.seen(wire.OpUnregister); len(calls) != 1 || calls[0].WebhookID != in.WebhookID || !strings.Contains(string(calls[0].Body), in.WebhookURL) {
			t.Errorf("unregisters: %+v", calls)
		}
		status, body := l.call("POST", in.WebhookURL, "hello", nil)
		l.refused(status, body, 404, platform.TypeResourceNotFound, "webhook")
		status, body = l.call("GET", "/v1/chat/users", "", map[string]string{wire.HeaderBotID: l.bot, wire.HeaderIntegrationID: in.IntegrationID})
		if status != 403 && status != 404 {
			t.Errorf("its code may still call: %d %s", status, body)
		}
		list, err := l.srv.Client().ListDeliveries(ctx, &platform.ListDeliveriesInput{BotID: l.bot, State: "discarded"})
		if err != nil || len(list.Deliveries) != 1 {
			t.Errorf("what was queued: %+v, %v, want it discarded", list, err)
		}
		messages, err := l.as(nil).ListMessages(ctx, &platform.ListMessagesInput{ConversationID: conversation})
		if err != nil || len(messages.Messages) != 2 {
			t.Errorf("the conversation then has %+v, %v, want its two messages", messages, err)
		}
		if list.Deliveries[0].Alias != "acme" || !list.Deliveries[0].AliasRemoved || list.Deliveries[0].LastError != "the installation was removed" {
			t.Errorf("the discarded delivery is %+v, want the alias that is gone and the reason", list.Deliveries[0])
		}
		for _, put := range []func(){
			func() {},
			func() {
				l.put("acme", platform.PutInstallationInput{Integration: "other@1.0.0", Configuration: json.RawMessage(`{"key":"abc"}`)})
			},
		} {
			put()
			err = l.trySay(conversation, "this reaches no one")
			if !platform.IsType(err, platform.TypeRelationConflict) || !strings.Contains(err.Error(), `install integration "acme" again under the alias "acme"`) {
				t.Errorf("a message into a conversation whose installation is gone: %v, want it refused with what to do", err)
			}
		}
		again := l.put("acme", withKey("abc"))
		if again.WebhookID == in.WebhookID || l.recall(again) != "" {
			t.Errorf("installed again, it has the old webhook or state: %+v, %q", again, l.recall(again))
		}
		if texts, _ := l.heard(1); len(texts) != 1 {
			t.Errorf("the new one gets what was written before it: %q", texts)
		}
		if found := l.conversation(again, "c"); found != conversation {
			t.Errorf("the new installation has conversation %s, want the old one adopted", found)
		}
		l.say(conversation, "three")
		if texts, _ := l.heard(2); texts[1] != "three" {
			t.Errorf("the new installation gets %q, want what is written after it", texts)
		}
	})
}
