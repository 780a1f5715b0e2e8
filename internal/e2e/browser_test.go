package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/bot/samplebot"
	"github.com/bellhop-dev/bellhop/integrations/chat"
	"github.com/bellhop-dev/bellhop/integrations/standard"
	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/internal/requiretest"
	"github.com/bellhop-dev/bellhop/internal/server"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// host runs servers over one data folder, one at a time.
type host struct {
	t    *testing.T
	cfg  config.Config
	page string // address of the chat page
	bot  string // id of the bot
	// Clients of the server that runs: of the account, and one that acts as
	// the bot.
	account, as *platform.Client
	stop        func()
}

// serve starts a server with a bot and its chat.
func serve(t *testing.T, botName string) *host {
	t.Helper()
	return serveChat(t, botName, nil)
}

// serveChat is serve with a configuration of the chat.
func serveChat(t *testing.T, botName string, configuration *chat.Configuration) *host {
	t.Helper()
	h := &host{t: t, cfg: config.Default()}
	h.cfg.Listen, h.cfg.Data, h.cfg.ShutdownGrace = "127.0.0.1:0", t.TempDir(), time.Second
	srv := h.start()
	made, err := srv.Client().CreateBot(t.Context(), &platform.CreateBotInput{Name: botName, Builtin: botName})
	if err != nil {
		t.Fatal(err)
	}
	in := &platform.PutInstallationInput{BotID: made.Bot.ID, Alias: "chat", Integration: "chat@latest"}
	if configuration != nil {
		if in.Configuration, err = json.Marshal(configuration); err != nil {
			t.Fatal(err)
		}
	}
	put, err := srv.Client().PutInstallation(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if put.Installation.Status != platform.Registered {
		t.Fatalf("the chat is %s: %s", put.Installation.Status, put.Installation.StatusReason)
	}
	h.page, h.bot = srv.URL()+"/chat/"+put.Installation.WebhookID, made.Bot.ID
	h.as = h.account.With(platform.Caller{BotID: h.bot})
	u, err := url.Parse(srv.URL())
	if err != nil {
		t.Fatal(err)
	}
	h.cfg.Listen = u.Host // of the next server
	t.Cleanup(func() { h.stop() })
	return h
}

func (h *host) start() *server.Server {
	h.t.Helper()
	srv, err := server.Open(h.t.Context(), server.Options{
		Config: h.cfg, Integrations: standard.All(),
		Bots:  map[string]bot.Bot{samplebot.Name: samplebot.New(), "mirror": mirror()},
		Pages: chatPage(),
	})
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- srv.Run(ctx) }()
	h.account = srv.Client()
	h.as = h.account.With(platform.Caller{BotID: h.bot})
	h.stop = func() {
		h.stop = func() {}
		cancel()
		if err := <-ended; err != nil {
			h.t.Errorf("Run = %v", err)
		}
	}
	return srv
}

// mirror is a bot that says what it is told to: the JSON of a payload.
func mirror() bot.Bot {
	def := bot.Definition{Title: "Mirror"}
	return bot.Bot{Definition: def, New: func(env bot.Env) (wire.Handler, error) {
		m := bot.NewMux(def, env)
		m.OnMessage(bot.Any, func(ctx context.Context, c *bot.MessageCall) error {
			var p struct{ Type string }
			if json.Unmarshal([]byte(c.Text()), &p) != nil {
				p.Type = "text"
				text, _ := json.Marshal("heard: " + c.Text()) // a string
				_, err := c.Reply(ctx, raw{p.Type, json.RawMessage(`{"text":` + string(text) + `}`)})
				return err
			}
			var members map[string]json.RawMessage
			if err := json.Unmarshal([]byte(c.Text()), &members); err != nil {
				return err
			}
			delete(members, "type")
			payload, err := json.Marshal(members)
			if err != nil {
				return err
			}
			_, err = c.Reply(ctx, raw{p.Type, payload})
			return err
		})
		return m.Handler()
	}}
}

// raw is a payload of any type.
type raw struct {
	typ string
	json.RawMessage
}

// Type returns the message type.
func (r raw) Type() string { return r.typ }

// tab is a tab of a browser of its own.
type tab struct {
	t   *testing.T
	ctx context.Context
}

// browser opens a page and waits until it is connected.
func browser(t *testing.T, page string) tab {
	t.Helper()
	b := open(t, page)
	b.says("Online")
	return b
}

// open opens a page in a browser of its own.
func open(t *testing.T, page string) tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(requiretest.Tool(t, "chromium")), chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1000, 800),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	allocated, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancelTab := chromedp.NewContext(allocated)
	t.Cleanup(cancelTab)
	b := tab{t, ctx}
	do(b, "open", chromedp.Navigate(page))
	return b
}

// do runs an action; what names it when it fails.
func do[T any](b tab, what string, action chromedp.Action[T]) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, action)
	if err != nil {
		text, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string]("document.body.innerText")) // only words the failure
		b.t.Fatalf("%s: %v; the page says %q", what, err, text)
	}
	return v
}

// until waits for a JavaScript expression to be true.
func (b tab) until(expression string) {
	b.t.Helper()
	do(b, expression, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(20*time.Second)))
}

func (b tab) says(text string) {
	b.t.Helper()
	quoted, _ := json.Marshal(text) // a string
	b.until(fmt.Sprintf("document.body.innerText.includes(%s)", quoted))
}

func (b tab) write(text string) {
	b.t.Helper()
	do(b, "write "+text, chromedp.SendKeys("#text", text+"\r"))
}

// eval returns the value of a JavaScript expression.
func eval[T any](b tab, expression string) T {
	b.t.Helper()
	return do(b, expression, chromedp.Evaluate[T](expression))
}

// keep saves pictures of the page at two widths and in two schemes where
// BELLHOP_SCREENSHOTS names a folder.
func (b tab) keep(name string) {
	b.t.Helper()
	dir := os.Getenv("BELLHOP_SCREENSHOTS")
	if dir == "" {
		return
	}
	for _, v := range []struct {
		scheme        string
		width, height int64
	}{{"light", 1000, 800}, {"dark", 1000, 800}, {"light", 375, 720}, {"dark", 375, 720}} {
		do(b, "resize", chromedp.EmulateViewport(v.width, v.height))
		b.scheme(v.scheme)
		file := filepath.Join(dir, fmt.Sprintf("%s-%s-%d.png", name, v.scheme, v.width))
		if err := os.WriteFile(file, do(b, "screenshot", chromedp.CaptureScreenshot()), 0o644); err != nil {
			b.t.Error(err)
		}
	}
}

// scheme has the page shown in a colour scheme, light or dark.
func (b tab) scheme(name string) {
	b.t.Helper()
	do(b, "scheme", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}}
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, media)
		return err
	}))
}

// chatPage is the page of the chat integration.
func chatPage() map[string]func(http.Handler) http.Handler {
	return map[string]func(http.Handler) http.Handler{"/chat": func(webhooks http.Handler) http.Handler {
		return chat.Page(chat.PageConfig{Webhooks: webhooks})
	}}
}
