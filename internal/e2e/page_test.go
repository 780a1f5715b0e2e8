package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/bot/samplebot"
	"github.com/bellhop-dev/bellhop/integrations/chat"
	"github.com/bellhop-dev/bellhop/integrations/standard"
	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/internal/requiretest"
	"github.com/bellhop-dev/bellhop/internal/server"
	"github.com/bellhop-dev/bellhop/platform"
)

// page starts a server with the sample bot and returns its chat page.
func page(t *testing.T) string {
	t.Helper()
	cfg := config.Default()
	cfg.Listen, cfg.Data, cfg.ShutdownGrace = "127.0.0.1:0", t.TempDir(), time.Second
	srv, err := server.Open(t.Context(), server.Options{
		Config: cfg, Integrations: standard.All(), Bots: map[string]bot.Bot{samplebot.Name: samplebot.New()},
		Pages: map[string]http.Handler{"/chat": chat.Page(chat.PageConfig{})},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- srv.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Run = %v", err)
		}
	})
	made, err := srv.Client().CreateBot(t.Context(), &platform.CreateBotInput{Name: "sample", Builtin: samplebot.Name})
	if err != nil {
		t.Fatal(err)
	}
	put, err := srv.Client().PutInstallation(t.Context(), &platform.PutInstallationInput{BotID: made.Bot.ID, Alias: "chat", Integration: "chat@latest"})
	if err != nil {
		t.Fatal(err)
	}
	return srv.URL() + "/chat/" + put.Installation.WebhookID
}

// tab is a tab of a browser of its own.
type tab struct {
	t   *testing.T
	ctx context.Context
}

func browser(t *testing.T) tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(requiretest.Tool(t, "chromium")), chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1000, 800),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	allocated, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancelTab := chromedp.NewContext(allocated)
	t.Cleanup(cancelTab)
	return tab{t, ctx}
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

func TestChatPage(t *testing.T) {
	t.Parallel()
	b := browser(t)
	do(b, "open", chromedp.Navigate(page(t)))
	b.says("Online")
	b.write("hello")
	b.says("I am the sample bot")
	do(b, "choose", chromedp.Click(`.options button`))
	const picture = `[...document.images].some(i => i.complete && i.naturalWidth > 0)`
	b.until(picture)
	do(b, "reload", chromedp.Reload())
	b.says("I am the sample bot")
	b.until(picture)
	b.write("I am Ada")
	b.says("Nice to meet you, Ada")
	b.until(`document.querySelector("#fault").hidden`)
	if name := os.Getenv("BELLHOP_SCREENSHOT"); name != "" {
		if err := os.WriteFile(name, do(b, "screenshot", chromedp.CaptureScreenshot()), 0o644); err != nil {
			t.Error(err)
		}
	}
}
