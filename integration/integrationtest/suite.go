package integrationtest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// Config says what Run tests.
type Config struct {
	// Handler is the integration's code.
	Handler wire.Handler
	// Definition is what the code was made of.
	Definition platform.IntegrationDefinition
	// Configuration goes with every call; nil means {}.
	Configuration []byte
	// Cases are calls of the author's own with the answers they must get.
	Cases []Case
}

// Case is one call and its answer.
type Case struct {
	Name    string
	Request wire.Request
	Status  int // 0 means 200
	// Body, when set, must be the answer: as JSON for the same value.
	Body string
	// Check, when set, looks at the answer.
	Check func(t *testing.T, resp *wire.Response)
}

// Run checks that the code keeps to the contract: twice, called in the process
// and over a real HTTP connection with signed calls. The calls are made in
// parallel; Run returns when all are answered.
func Run(t *testing.T, cfg Config) {
	t.Helper()
	t.Run("contract", func(t *testing.T) {
		t.Run("in process", func(t *testing.T) {
			t.Parallel()
			run(t, &cfg, cfg.Handler)
		})
		t.Run("remote", func(t *testing.T) {
			t.Parallel()
			run(t, &cfg, Remote(t, cfg.Handler))
		})
	})
}

// Remote serves h on a loopback address until the test ends, and returns a
// handler that calls it there.
func Remote(t *testing.T, h wire.Handler) wire.Handler {
	t.Helper()
	const secret = "c2lnbmluZy1zZWNyZXQ"
	server := httptest.NewServer(wire.HTTPHandler(h, wire.ServerConfig{Secret: secret}))
	t.Cleanup(server.Close)
	return &wire.Remote{URL: server.URL, Secret: secret, Client: server.Client()}
}

func run(t *testing.T, cfg *Config, h wire.Handler) {
	for _, c := range append(contract(&cfg.Definition), cfg.Cases...) {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			c.run(t, cfg, h)
		})
	}
	t.Run("concurrent calls", func(t *testing.T) {
		t.Parallel()
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				c := Case{Request: wire.Request{Operation: wire.OpPing}}
				c.run(t, cfg, h)
			})
		}
		wg.Wait()
	})
}

// run makes the call as an installation that every case shares.
func (c *Case) run(t *testing.T, cfg *Config, h wire.Handler) {
	t.Helper()
	req := c.Request
	for _, f := range []struct {
		field *string
		value string
	}{
		{&req.BotID, "bot_01JG0000000000000000000001"}, {&req.BotUserID, "bot_01JG0000000000000000000001"},
		{&req.IntegrationID, "intver_01JG0000000000000000000002"}, {&req.IntegrationAlias, "suite"},
		{&req.WebhookID, "11111111-2222-3333-4444-555555555555"}, {&req.Type, req.Operation},
	} {
		if *f.field == "" {
			*f.field = f.value
		}
	}
	if req.Configuration == nil {
		req.Configuration = cfg.Configuration
	}
	resp, err := h.Handle(t.Context(), &req)
	if err != nil {
		t.Errorf("Handle(%s): %v", req.Operation, err)
		return
	}
	got, want := resp.Status, c.Status
	if got == 0 {
		got = http.StatusOK
	}
	if want == 0 {
		want = http.StatusOK
	}
	if got != want {
		t.Errorf("Handle(%s): status %d, want %d; body %s", req.Operation, got, want, resp.Body)
		return
	}
	if c.Body != "" && !sameJSON(resp.Body, []byte(c.Body)) {
		t.Errorf("Handle(%s): body %s, want %s", req.Operation, resp.Body, c.Body)
	}
	if c.Check != nil {
		c.Check(t, resp)
	}
}

func sameJSON(a, b []byte) bool {
	if string(a) == string(b) {
		return true
	}
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	ra, errA := json.Marshal(x)
	rb, errB := json.Marshal(y)
	return errA == nil && errB == nil && string(ra) == string(rb)
}
