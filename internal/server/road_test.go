package server_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// patient gives deliveries as many attempts as a server does by default.
func patient(cfg *config.Config) { cfg.DeliveryAttempts, cfg.DeliveryTimeout = 0, 10*time.Second }

// told waits for what code is told.
func told(t *testing.T, calls <-chan string) string {
	t.Helper()
	select {
	case call := <-calls:
		return call
	case <-time.After(time.Minute):
		t.Fatal("nothing more is delivered")
		return ""
	}
}

// What a proxy answers while a bot is deployed again is no verdict of the bot:
// its messages arrive afterwards, in order.
func TestProxyAnswersAreRetried(t *testing.T) {
	t.Parallel()
	for _, answers := range [][]int{{404, 401, 403}, {410, 425}, {405, 302, 502}} {
		t.Run(fmt.Sprint(answers), func(t *testing.T) {
			t.Parallel()
			proxyAnswers(t, answers)
		})
	}
}

func proxyAnswers(t *testing.T, answers []int) {
	f := setupWith(t, nil, patient)
	calls := make(chan string, 10)
	var n atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get(wire.HeaderOperation) != wire.OpEventReceived {
			return
		}
		if i := int(n.Add(1)) - 1; i < len(answers) {
			w.Header().Set("Location", "/login")
			w.WriteHeader(answers[i])
			_, _ = io.WriteString(w, "<html>somebody else")
			return
		}
		calls <- r.Header.Get(wire.HeaderDeliveryID)
	}))
	t.Cleanup(proxy.Close)
	id, webhook := f.install(platform.CreateBotInput{URL: proxy.URL})
	for _, message := range []string{"1", "2"} {
		if status, body := f.call("POST", webhook, `{"conversation":"c","user":"u","id":"`+message+`","text":"x"}`, nil); status != 200 {
			t.Fatalf("the webhook answers %d %s", status, body)
		}
	}
	first, second := told(t, calls), told(t, calls)
	list, err := f.srv.Client().ListDeliveries(t.Context(), &platform.ListDeliveriesInput{BotID: id})
	if err != nil {
		t.Fatal(err)
	}
	var sequence []int64
	for _, want := range []string{first, second} {
		i := slices.IndexFunc(list.Deliveries, func(d platform.Delivery) bool { return d.ID == want })
		if i < 0 {
			t.Fatalf("delivery %s is not listed", want)
		}
		sequence = append(sequence, list.Deliveries[i].Sequence)
	}
	if sequence[0] >= sequence[1] {
		t.Errorf("the deliveries arrive with the numbers %v, want them in order", sequence)
	}
}

// asker is a bot that calls an action for each message and returns its error.
func asker(call func(context.Context, *platform.Client) error, errs chan<- error) bot.Bot {
	return bot.Bot{New: func(env bot.Env) (wire.Handler, error) {
		mux := bot.NewMux(bot.Definition{Name: "asker"}, env)
		mux.OnMessage(bot.Any, func(ctx context.Context, c *bot.MessageCall) error {
			err := call(ctx, c.Client)
			errs <- err
			return err
		})
		return mux.Handler()
	}}
}

// A bot that returns the error of an action, a user or a conversation whose
// integration is away is called again until the integration is back.
func TestDependencyThatIsAwayIsNoVerdict(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(context.Context, *platform.Client) error{
		"action": func(ctx context.Context, c *platform.Client) error {
			_, err := c.CallAction(ctx, &platform.CallActionInput{Type: "desk:find"})
			return err
		},
		"user": func(ctx context.Context, c *platform.Client) error {
			_, err := c.CreateUser(ctx, &platform.CreateUserInput{IntegrationName: "desk", Tags: platform.Tags{"desk:id": "1"}})
			return err
		},
		"conversation": func(ctx context.Context, c *platform.Client) error {
			_, err := c.CreateConversation(ctx, &platform.CreateConversationInput{IntegrationName: "desk", Channel: "dm", Tags: platform.Tags{"desk:id": "1"}})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			errs := make(chan error, 100)
			f := setupWith(t, map[string]bot.Bot{"asker": asker(call, errs)}, patient)
			var back atomic.Bool
			away := sync.OnceFunc(func() { back.Store(true) })
			desk := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if operation := r.Header.Get(wire.HeaderOperation); operation != wire.OpRegister && !back.Load() {
					panic(http.ErrAbortHandler) // the connection breaks
				}
				_, _ = io.WriteString(w, "{}")
			}))
			t.Cleanup(desk.Close)
			id, webhook := f.install(platform.CreateBotInput{Builtin: "asker"})
			f.publish(desk.URL)
			if _, err := f.srv.Client().PutInstallation(t.Context(), &platform.PutInstallationInput{BotID: id, Alias: "desk", Integration: "desk@latest"}); err != nil {
				t.Fatal(err)
			}
			if status, body := f.call("POST", webhook, `{"conversation":"c","user":"u","id":"1","text":"x"}`, nil); status != 200 {
				t.Fatalf("the webhook answers %d %s", status, body)
			}
			for late := time.After(time.Minute); ; {
				select {
				case err := <-errs:
					if err == nil {
						return
					}
					if !errors.Is(err, platform.ErrUnavailable) {
						t.Fatalf("the bot gets %v, which does not match ErrUnavailable", err)
					}
					away()
				case <-late:
					t.Fatal("the bot is not called again")
				}
			}
		})
	}
}

// publish makes an integration whose code listens at an address.
func (f *fixture) publish(url string) {
	f.t.Helper()
	status, body := f.call("POST", "/v1/admin/integrations", `{"name":"desk","version":"1.0.0","url":"`+url+`",
		"actions":{"find":{"input":{"schema":{}},"output":{"schema":{}}}},
		"user":{"tags":{"id":{}},"creation":{"enabled":true,"requiredTags":[]}},
		"channels":{"dm":{"messages":{},"message":{"tags":{}},"conversation":{"tags":{"id":{}},"creation":{"enabled":true,"requiredTags":[]}}}}}`, nil)
	if status > 299 {
		f.t.Fatalf("publish: %d %s", status, body)
	}
}
