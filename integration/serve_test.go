package integration_test

import (
	"context"
	"net"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/internal/handlertest"
	"github.com/bellhop-dev/bellhop/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestServeTakesSignedCallsAndStops(t *testing.T) {
	t.Parallel()
	const secret = "c2lnbmluZy1zZWNyZXQ"
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ready, done := make(chan net.Addr, 1), make(chan error, 1)
	env := map[string]string{"SECRET_API_KEY": "k", "BELLHOP_SIGNING_SECRET": secret}
	go func() {
		done <- integration.Serve(ctx, handlertest.Integration(), integration.ServeConfig{
			Listener: l, Transport: integrationtest.NewPlatform(), Getenv: func(name string) string { return env[name] },
			Ready: func(a net.Addr) { ready <- a },
		})
	}()
	url := "http://" + (<-ready).String()
	req := handlertest.Action("well")
	req.BotID = "bot_1"
	for key, want := range map[string]int{secret: 200, "": 401} {
		resp, err := (&wire.Remote{URL: url, Secret: key}).Handle(t.Context(), &req)
		if err != nil || resp.Status != want {
			t.Errorf("with the secret %q: %+v, %v, want %d", key, resp, err, want)
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Errorf("Serve = %v after its context ended", err)
	}
}

func TestServeNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	err := integration.Serve(t.Context(), handlertest.Integration(), integration.ServeConfig{Getenv: func(string) string { return "" }})
	if err == nil || !strings.Contains(err.Error(), "SECRET_API_KEY") || !strings.Contains(err.Error(), "BP_API_URL") {
		t.Errorf("Serve = %v, want both missing settings", err)
	}
}
