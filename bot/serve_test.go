package bot_test

import (
	"context"
	"net"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/bot/bottest"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// keeper is a bot that needs one of its two secrets. It tells what it hears and
// waits for finish.
func keeper(t *testing.T, heard chan<- string, finish <-chan struct{}) bot.Bot {
	return bot.New(bot.Definition{Name: "keeper", Secrets: map[string]bot.Secret{"KEY": {}, "SPARE": {Optional: true}}}, func(m *bot.Mux) {
		if _, ok := m.Env().Secrets["SPARE"]; ok || m.Env().HTTPClient == nil {
			t.Errorf("env %+v", m.Env())
		}
		bot.Message(m, func(_ context.Context, call *bot.MessageCall, in message.Text) error {
			heard <- call.Secrets["KEY"] + " " + in.Text
			<-finish
			return nil
		})
	})
}

func TestServeTakesSignedCallsAndLetsThemFinish(t *testing.T) {
	t.Parallel()
	const secret = "c2lnbmluZy1zZWNyZXQ"
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	heard, finish := make(chan string), make(chan struct{})
	ready, done, answered := make(chan net.Addr, 1), make(chan error, 1), make(chan error, 1)
	env := map[string]string{"SECRET_KEY": "k", "BELLHOP_SIGNING_SECRET": secret}
	go func() {
		done <- bot.Serve(ctx, keeper(t, heard, finish), bot.ServeConfig{
			Listener: l, Transport: integrationtest.NewPlatform(), Getenv: func(name string) string { return env[name] },
			Ready: func(a net.Addr) { ready <- a },
		})
	}()
	url := "http://" + (<-ready).String()
	unsigned := &bottest.Bot{Handler: &wire.Remote{URL: url}}
	if err := unsigned.Message(t.Context(), message.Text{Text: "x"}); err == nil {
		t.Error("an unsigned call was taken")
	}
	signed := &bottest.Bot{Handler: &wire.Remote{URL: url, Secret: secret}}
	go func() { answered <- signed.Message(t.Context(), message.Text{Text: "hello"}) }()
	if got := <-heard; got != "k hello" {
		t.Errorf("heard %q", got)
	}
	stop() // while the call runs
	close(finish)
	if err := <-answered; err != nil {
		t.Errorf("the call that was running: %v", err)
	}
	if err := <-done; err != nil {
		t.Errorf("Serve = %v after its context ended", err)
	}
}

func TestServeNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	err := bot.Serve(t.Context(), keeper(t, nil, nil), bot.ServeConfig{Getenv: func(string) string { return "" }})
	if err == nil || !strings.Contains(err.Error(), "SECRET_KEY") || !strings.Contains(err.Error(), "BP_API_URL") || strings.Contains(err.Error(), "SPARE") {
		t.Errorf("Serve = %v, want both missing settings and no optional one", err)
	}
}

func TestServeTellsFaultsOfTheBot(t *testing.T) {
	t.Parallel()
	broken := bot.New(bot.Definition{Name: "broken", Actions: map[string]bot.ActionDefinition{"go": {}}}, func(*bot.Mux) {})
	err := bot.Serve(t.Context(), broken, bot.ServeConfig{APIURL: "http://127.0.0.1:1", Token: "t", Getenv: func(string) string { return "" }})
	if err == nil || !strings.Contains(err.Error(), `make the bot "broken"`) || !strings.Contains(err.Error(), "actions.go") {
		t.Errorf("Serve = %v", err)
	}
}
