package server_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// busyFor is longer than any test: what waits for it comes only because the
// target was mended.
const busyFor = "86000"

// busy says whether a call is one that broken code asks to come back with.
func busy(operation string) bool {
	return operation == wire.OpMessageCreated || operation == wire.OpEventReceived
}

// served is code at an address, broken or not.
func served(t *testing.T, broken bool) string {
	t.Helper()
	code := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if broken && busy(r.Header.Get(wire.HeaderOperation)) {
			w.Header().Set("Retry-After", busyFor)
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(code.Close)
	return code.URL
}

// settingUp is vendorCode that cannot send anything until it is mended or has
// a key that is good.
type settingUp struct {
	*vendorCode
	mended atomic.Bool
}

// Handle asks to come back until it is set up.
func (s *settingUp) Handle(ctx context.Context, req *wire.Request) (*wire.Response, error) {
	if busy(req.Operation) && !s.mended.Load() && !strings.Contains(string(req.Configuration), "good") {
		return &wire.Response{Status: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {busyFor}}}, nil
	}
	return s.vendorCode.Handle(ctx, req)
}

// reaches waits until the bot has a delivery in a state, after so many attempts.
func (l *life) reaches(state platform.DeliveryState, attempts int) {
	l.t.Helper()
	late := time.After(30 * time.Second)
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for {
		out, err := l.srv.Client().ListDeliveries(l.t.Context(), &platform.ListDeliveriesInput{BotID: l.bot})
		if err != nil {
			l.t.Fatal(err)
		}
		for _, d := range out.Deliveries {
			if busy(d.Operation) && d.State == state && d.Attempts == attempts {
				return
			}
		}
		select {
		case <-ticker.C:
		case <-late:
			l.t.Fatalf("nothing is %s after %d attempts: %+v", state, attempts, out.Deliveries)
		}
	}
}

// What waits for a target is attempted as soon as the target has other code,
// another address or configuration, or is enabled, however long it was to wait.
func TestMendedTargetIsToldAtOnce(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, engine func(*config.Config)) {
		code := &settingUp{vendorCode: newVendorCode()}
		acme := code.version("acme", "1.0.0")
		acme.New = func(integration.Env) (wire.Handler, error) { return code, nil }
		f := setupWith(t, nil, func(cfg *config.Config) {
			engine(cfg)
			cfg.DeliveryAttempts = 10
		}, acme)
		var err error
		c, ctx := f.srv.Client(), t.Context()
		must := func(what error) {
			t.Helper()
			if what != nil {
				t.Fatal(what)
			}
		}
		newBot := func(in platform.CreateBotInput) *life {
			made, err := c.CreateBot(ctx, &in)
			must(err)
			return &life{fixture: f, code: code.vendorCode, bot: made.Bot.ID}
		}

		// Configured anew.
		l := newBot(platform.CreateBotInput{})
		in := l.put("acme", withKey("abc"))
		l.say(l.conversation(in, "c"), "one")
		l.reaches(platform.DeliveryPending, 1)
		l.put("acme", platform.PutInstallationInput{Configuration: json.RawMessage(`{"key":"good"}`)})
		l.reaches(platform.DeliveryDelivered, 2)

		// Disabled, mended and enabled.
		l = newBot(platform.CreateBotInput{})
		in = l.put("acme", withKey("abc"))
		l.say(l.conversation(in, "c"), "two")
		l.reaches(platform.DeliveryPending, 1)
		yes, no := true, false
		l.put("acme", platform.PutInstallationInput{Enabled: &no})
		code.mended.Store(true)
		l.put("acme", platform.PutInstallationInput{Enabled: &yes})
		l.reaches(platform.DeliveryDelivered, 2)

		// A bot at another address.
		l = newBot(platform.CreateBotInput{URL: served(t, true), BotDefinition: platform.BotDefinition{
			Events: map[string]platform.EventDefinition{"anything": {Schema: json.RawMessage(`{"type":"object"}`)}},
		}})
		_, err = c.With(platform.Caller{BotID: l.bot}).CreateEvent(ctx, &platform.CreateEventInput{Type: "anything", Payload: json.RawMessage("{}")})
		must(err)
		l.reaches(platform.DeliveryPending, 1)
		_, err = c.UpdateBot(ctx, &platform.UpdateBotInput{ID: l.bot, URL: platform.Set(served(t, false))})
		must(err)
		l.reaches(platform.DeliveryDelivered, 2)

		// An integration at another address.
		def, err := acme.Definition.Wire()
		must(err)
		def.Name, def.URL = "relay", served(t, true)
		made, err := c.CreateIntegration(ctx, &platform.CreateIntegrationInput{IntegrationUpload: platform.IntegrationUpload{IntegrationDefinition: def}})
		must(err)
		l = newBot(platform.CreateBotInput{})
		in = l.put("relay", platform.PutInstallationInput{Integration: "relay@1.0.0", Configuration: json.RawMessage(`{"key":"abc"}`)})
		l.say(l.conversation(in, "c"), "three")
		l.reaches(platform.DeliveryPending, 1)
		def.URL = served(t, false)
		_, err = c.UpdateIntegration(ctx, &platform.UpdateIntegrationInput{ID: made.Integration.ID, IntegrationUpload: platform.IntegrationUpload{IntegrationDefinition: def}})
		must(err)
		l.reaches(platform.DeliveryDelivered, 2)
	})
}
