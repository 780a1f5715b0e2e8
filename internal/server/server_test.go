package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/internal/probe"
	"github.com/bellhop-dev/bellhop/internal/server"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// fixture is a whole server with the probe's integration linked.
type fixture struct {
	t     *testing.T
	srv   *server.Server
	token string
	sink  chan probe.Outbound
	url   string // of the sink

	options server.Options
	stop    func()
}

func setup(t *testing.T, bots map[string]bot.Bot) *fixture {
	t.Helper()
	return setupWith(t, bots, func(*config.Config) {})
}

func setupWith(t *testing.T, bots map[string]bot.Bot, change func(*config.Config), linked ...integration.Integration) *fixture {
	t.Helper()
	f := &fixture{t: t, sink: make(chan probe.Outbound, 100)}
	sink := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var out probe.Outbound
		if err := json.NewDecoder(r.Body).Decode(&out); err != nil {
			t.Error(err)
		}
		f.sink <- out
	}))
	t.Cleanup(sink.Close)
	f.url = sink.URL
	cfg := config.Default()
	cfg.Listen, cfg.Data, cfg.AllowPrivate = "127.0.0.1:0", t.TempDir(), true
	cfg.DeliveryTimeout, cfg.DeliveryAttempts, cfg.WebhookTimeout, cfg.ShutdownGrace = 200*time.Millisecond, 1, 300*time.Millisecond, time.Second
	change(&cfg)
	f.options = server.Options{
		Config: cfg, Version: "test", Bots: bots, Integrations: append(linked, probe.Integration()),
	}
	f.start()
	t.Cleanup(func() { f.stop() })
	return f
}

// start opens and runs the server, again after stop.
func (f *fixture) start() {
	f.t.Helper()
	srv, err := server.Open(f.t.Context(), f.options)
	if err != nil {
		f.t.Fatal(err)
	}
	f.srv = srv
	if f.token, err = srv.AccountToken(f.t.Context(), f.token, "test"); err != nil {
		f.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- srv.Run(ctx) }()
	f.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			f.t.Errorf("Run = %v", err)
		}
	})
}

// install makes a bot with the probe; it returns the bot and the webhook.
func (f *fixture) install(in platform.CreateBotInput) (botID, webhook string) {
	f.t.Helper()
	c := f.srv.Client()
	made, err := c.CreateBot(f.t.Context(), &in)
	if err != nil {
		f.t.Fatal(err)
	}
	put, err := c.PutInstallation(f.t.Context(), &platform.PutInstallationInput{
		BotID: made.Bot.ID, Alias: "probe", Integration: "probe@latest", Configuration: json.RawMessage(`{"sink":"` + f.url + `"}`),
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return made.Bot.ID, put.Installation.WebhookURL
}

// call sends a request as it is and returns the status and the body.
func (f *fixture) call(method, path, body string, header map[string]string) (int, []byte) {
	f.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = f.srv.URL() + path
	}
	r, err := http.NewRequest(method, path, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+f.token)
	for key, value := range header {
		r.Header.Set(key, value)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return res.StatusCode, data
}

// refused asks for an error of the wire's shape.
func (f *fixture) refused(status int, body []byte, code int, typ platform.ErrorType, parts ...string) {
	f.t.Helper()
	var e platform.Error
	if err := json.Unmarshal(body, &e); err != nil || e.ID == "" {
		f.t.Errorf("%d %s is not an error of the wire's shape", status, body)
		return
	}
	if status != code || e.Code != code || e.Type != typ {
		f.t.Errorf("got %d %s, want %d %s", status, body, code, typ)
	}
	for _, part := range parts {
		if !strings.Contains(e.Message, part) {
			f.t.Errorf("the message %q does not say %q", e.Message, part)
		}
	}
}

func TestBadInputIsRefusedClearly(t *testing.T) {
	t.Parallel()
	f := setup(t, map[string]bot.Bot{probe.Name: probe.Bot(false)})
	id, webhook := f.install(platform.CreateBotInput{Name: "one", Builtin: probe.Name})
	other, _ := f.install(platform.CreateBotInput{Name: "two", Builtin: probe.Name})
	made, err := f.srv.Client().With(platform.Caller{BotID: other}).CreateUser(t.Context(), &platform.CreateUserInput{})
	if err != nil {
		t.Fatal(err)
	}
	asBot := map[string]string{"x-bot-id": id}
	big := `{"text":"` + strings.Repeat("x", 2<<20) + `"}`
	for name, tt := range map[string]struct {
		method, path, body string
		header             map[string]string
		code               int
		typ                platform.ErrorType
		says               string
	}{
		"malformed JSON":    {"POST", "/v1/chat/users", `{"tags":`, asBot, 400, platform.TypeInvalidPayload, "body"},
		"wrong type":        {"POST", "/v1/chat/users", `{"tags":{},"name":7}`, asBot, 400, platform.TypeInvalidPayload, "name"},
		"undeclared tag":    {"POST", "/v1/chat/users", `{"tags":{"color":"red"}}`, asBot, 400, platform.TypeInvalidPayload, "color"},
		"unknown id":        {"GET", "/v1/chat/users/user_x", "", asBot, 404, platform.TypeResourceNotFound, "user_x"},
		"foreign id":        {"GET", "/v1/chat/users/" + made.User.ID, "", asBot, 404, platform.TypeResourceNotFound, made.User.ID},
		"reference missing": {"POST", "/v1/chat/messages", `{"conversationId":"conv_x","userId":"` + id + `","type":"text","payload":{"text":"a"},"tags":{}}`, asBot, 400, platform.TypeReferenceNotFound, "conversationId"},
		"oversize body":     {"POST", "/v1/chat/users", big, asBot, 413, platform.TypePayloadTooLarge, "bytes"},
		"unknown action":    {"POST", "/v1/chat/actions", `{"type":"probe:fly","input":{}}`, asBot, 404, platform.TypeResourceNotFound, "fly"},
		"unknown event":     {"POST", "/v1/chat/events", `{"type":"nope","payload":{}}`, asBot, 400, platform.TypeInvalidPayload, "nope"},
		"undeclared state":  {"GET", "/v1/chat/states/bot/" + id + "/nope", "", asBot, 400, platform.TypeInvalidPayload, "nope"},
		"unknown route":     {"GET", "/v1/chat/nothing", "", asBot, 405, platform.TypeMethodNotFound, "/v1/chat/nothing"},
		"wrong method":      {"PATCH", "/v1/chat/users", "{}", asBot, 405, platform.TypeMethodNotFound, "PATCH"},
		"no bot":            {"GET", "/v1/chat/users", "", nil, 400, platform.TypeInvalidPayload, "x-bot-id"},
		"bad page size":     {"GET", "/v1/chat/users?pageSize=ten", "", asBot, 400, platform.TypeInvalidQuery, "pageSize"},
		"bad page token":    {"GET", "/v1/chat/users?nextToken=zzz", "", asBot, 400, platform.TypeInvalidQuery, "nextToken"},
		"wrong token":       {"GET", "/v1/chat/users", "", map[string]string{"Authorization": "Bearer bp_pat_wrong", "x-bot-id": id}, 401, platform.TypeUnauthorized, "token"},
		"no token":          {"GET", "/v1/chat/users", "", map[string]string{"Authorization": "", "x-bot-id": id}, 401, platform.TypeUnauthorized, "token"},
		"unknown webhook":   {"POST", "/webhooks/none", "{}", nil, 404, platform.TypeResourceNotFound, "no webhook at this address"},
		"bad configuration": {"PUT", "/v1/bellhop/bots/" + id + "/installations/probe", `{"configuration":{"sink":5}}`, nil, 400, platform.TypeInvalidDataFormat, "configuration.sink"},
		"bad alias":         {"PUT", "/v1/bellhop/bots/" + id + "/installations/9%20x", `{"integration":"probe@latest"}`, nil, 400, platform.TypeInvalidIdentifier, "alias"},
		"state of a bot":    {"GET", "/v1/chat/states/integration/" + id + "/x", "", asBot, 400, platform.TypeInvalidPayload, "integration"},
		"bad schema":        {"POST", "/v1/admin/integrations", `{"name":"a","version":"1.0.0","events":{"e":{"schema":{"type":"strange"}}}}`, nil, 400, platform.TypeInvalidJSONSchema, "events.e"},
	} {
		t.Run(name, func(t *testing.T) {
			g := *f
			g.t = t
			status, body := g.call(tt.method, tt.path, tt.body, tt.header)
			g.refused(status, body, tt.code, tt.typ, tt.says)
		})
	}
	if status, body := f.call("POST", webhook, `{"conversation":"c","user":"u","id":"1","text":"still here"}`, nil); status != 200 {
		t.Errorf("after all that the webhook answers %d %s", status, body)
	}
	if out := <-f.sink; out.Text != "still here" {
		t.Errorf("the sink got %+v", out)
	}
}

func TestTokensActForTheirOwnOnly(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	one, _ := f.install(platform.CreateBotInput{Name: "one"})
	two, _ := f.install(platform.CreateBotInput{Name: "two"})
	out, err := f.srv.Client().CreateToken(t.Context(), &platform.CreateTokenInput{Kind: platform.TokenBot, BotID: one})
	if err != nil {
		t.Fatal(err)
	}
	as := func(bot string) map[string]string {
		return map[string]string{"Authorization": "Bearer " + out.Value, "x-bot-id": bot}
	}
	if status, body := f.call("GET", "/v1/chat/users", "", as(one)); status != 200 {
		t.Errorf("its own bot: %d %s", status, body)
	}
	status, body := f.call("GET", "/v1/chat/users", "", as(two))
	f.refused(status, body, 403, platform.TypeForbidden)
	status, body = f.call("GET", "/v1/admin/bots", "", as(one))
	f.refused(status, body, 403, platform.TypeForbidden, "listBots")
	if _, err := f.srv.Client().DeleteToken(t.Context(), &platform.DeleteTokenInput{ID: out.Token.ID}); err != nil {
		t.Fatal(err)
	}
	status, body = f.call("GET", "/v1/chat/users", "", as(one))
	f.refused(status, body, 401, platform.TypeUnauthorized)
}

// TestBadHandlersBecomeDeadLetters has bots that panic, hang, answer rubbish
// and refuse; the server goes on and says why.
func TestBadHandlersBecomeDeadLetters(t *testing.T) {
	t.Parallel()
	code := func(h wire.HandlerFunc) bot.Bot {
		return bot.Bot{New: func(bot.Env) (wire.Handler, error) { return h, nil }}
	}
	f := setup(t, map[string]bot.Bot{
		"panics": code(func(context.Context, *wire.Request) (*wire.Response, error) { panic("opensesame") }),
		"hangs": code(func(context.Context, *wire.Request) (*wire.Response, error) {
			select {} // and does not look at its context
		}),
		"refuses": code(func(context.Context, *wire.Request) (*wire.Response, error) {
			return &wire.Response{Status: 400, Body: []byte(`{"message":"I do not like it"}`)}, nil
		}),
	})
	rubbish := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(500)
		_, _ = w.Write(bytes.Repeat([]byte{0xff, 0, '<'}, 5000))
	}))
	t.Cleanup(rubbish.Close)
	for name, tt := range map[string]struct {
		in   platform.CreateBotInput
		says string
	}{
		"panics":      {platform.CreateBotInput{Builtin: "panics"}, "panicked"},
		"hangs":       {platform.CreateBotInput{Builtin: "hangs"}, "no answer within"},
		"refuses":     {platform.CreateBotInput{Builtin: "refuses"}, "I do not like it"},
		"rubbish":     {platform.CreateBotInput{URL: rubbish.URL}, "status 500"},
		"nobody home": {platform.CreateBotInput{URL: "http://127.0.0.1:1"}, "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			g := *f
			g.t = t
			id, webhook := g.install(tt.in)
			if status, body := g.call("POST", webhook, `{"conversation":"c","user":"u","id":"1","text":"x"}`, nil); status != 200 {
				t.Fatalf("the webhook answers %d %s", status, body)
			}
			d := g.dead(id)
			if !strings.Contains(d.LastError, tt.says) || strings.Contains(d.LastError, "opensesame") || len(d.LastError) > 1000 {
				t.Errorf("the dead letter says %.200q, want %q", d.LastError, tt.says)
			}
		})
	}
}

// dead waits for the bot's dead letter.
func (f *fixture) dead(botID string) platform.Delivery {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), 20*time.Second)
	defer cancel()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for {
		out, err := f.srv.Client().ListDeliveries(ctx, &platform.ListDeliveriesInput{BotID: botID, State: "dead"})
		if err != nil {
			f.t.Fatal(err)
		}
		if len(out.Deliveries) > 0 {
			return out.Deliveries[0]
		}
		<-ticker.C
	}
}
