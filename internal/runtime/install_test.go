package runtime_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/runtime"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

func refused(t *testing.T, what string, err error, typ platform.ErrorType, text string) {
	t.Helper()
	e, ok := errors.AsType[*platform.Error](err)
	if !ok || e.Type != typ || !strings.Contains(e.Message, text) {
		t.Errorf("%s: %v, want %s with %q", what, err, typ, text)
	}
}

func TestInstall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &code{register: func(_ context.Context, call *integration.Call) error {
			if !strings.HasPrefix(call.WebhookURL, "https://bellhop.test/webhooks/") || call.Alias != "code" {
				return integration.RuntimeError("called with " + call.WebhookURL + " for " + call.Alias)
			}
			return nil
		}}
		r := setup(t, c)
		first := put(t, r, platform.PutInstallationInput{Configuration: json.RawMessage(`{"key":"a"}`)})
		if first.Status != store.StatusRegistered || !first.Enabled || len(first.WebhookID) != 36 {
			t.Errorf("installed: %+v", first.Installation)
		}
		again := put(t, r, platform.PutInstallationInput{})
		if again.ID != first.ID || string(again.Configuration) != `{"key":"a"}` || c.count("register") != 1 {
			t.Errorf("put without a change: %+v after %d registers", again.Installation, c.count("register"))
		}
		changed := put(t, r, platform.PutInstallationInput{Configuration: json.RawMessage(`{"key":"b"}`)})
		if changed.WebhookID != first.WebhookID || string(changed.Configuration) != `{"key":"b"}` || c.count("register") != 2 {
			t.Errorf("configured: %+v after %d registers", changed.Installation, c.count("register"))
		}
	})
}

func TestBadInstallationsAreRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &code{}
		r := setup(t, c)
		for what, test := range map[string]struct {
			change func(*platform.PutInstallationInput)
			typ    platform.ErrorType
			text   string
		}{
			"alias":          {func(in *platform.PutInstallationInput) { in.Alias = "7 up" }, platform.TypeInvalidIdentifier, `"7 up" is not an alias`},
			"bot":            {func(in *platform.PutInstallationInput) { in.BotID = "bot_2" }, platform.TypeResourceNotFound, "bot_2"},
			"integration":    {func(in *platform.PutInstallationInput) { in.Integration = "other@1.0.0" }, platform.TypeReferenceNotFound, "other@1.0.0"},
			"no integration": {func(in *platform.PutInstallationInput) { in.Integration = "" }, platform.TypeInvalidPayload, "needed the first time"},
			"configuration": {func(in *platform.PutInstallationInput) { in.Configuration = json.RawMessage(`{"key":7}`) },
				platform.TypeInvalidDataFormat, "configuration.key"},
			"type of configuration": {func(in *platform.PutInstallationInput) { in.ConfigurationType = platform.Set("manual") },
				platform.TypeInvalidPayload, `"manual" is not one of code@1.0.0`},
			"size": {func(in *platform.PutInstallationInput) {
				in.Configuration = json.RawMessage(`{"key":"` + strings.Repeat("x", 20<<10) + `"}`)
			}, platform.TypePayloadTooLarge, "at most 20480"},
			"dead letters": {func(in *platform.PutInstallationInput) { in.OnDeadLetter = "burn" }, platform.TypeInvalidPayload, "free or hold"},
		} {
			in := platform.PutInstallationInput{BotID: botID, Alias: "code", Integration: "code@1.0.0"}
			test.change(&in)
			_, err := r.PutInstallation(context.Background(), &in)
			refused(t, what, err, test.typ, test.text)
		}
		if n := c.count("register"); n != 0 {
			t.Errorf("%d registers of what was refused", n)
		}
		if err := r.DeleteInstallation(context.Background(), botID, "code", false); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("something was installed all the same: %v", err)
		}
	})
}

func TestUnregisterThatFailsKeepsTheInstallation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		c := &code{unregister: func(context.Context, *integration.Call) error {
			return integration.RuntimeError("the hook is still there")
		}}
		r := setup(t, c)
		put(t, r, platform.PutInstallationInput{})
		refused(t, "remove", r.DeleteInstallation(ctx, botID, "code", false), platform.TypeRuntime, "code could not unregister: the hook is still there")
		if err := r.DeleteInstallation(ctx, botID, "nonesuch", true); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("remove another alias: %v", err)
		}
		c.unregister = func(context.Context, *integration.Call) error { return errors.New("no line to the vendor") }
		refused(t, "remove again", r.DeleteInstallation(ctx, botID, "code", false), platform.TypeRuntime, "could not unregister")
		if err := r.DeleteInstallation(ctx, botID, "code", true); err != nil {
			t.Errorf("remove by force: %v", err)
		}
		if n := c.count("unregister"); n != 3 {
			t.Errorf("%d unregisters, want 3", n)
		}
		if err := r.DeleteInstallation(ctx, botID, "code", true); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("it is still there: %v", err)
		}
	})
}

// Two aliases of one integration are two installations.
func TestAliases(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &code{}
		r := setup(t, c)
		put(t, r, platform.PutInstallationInput{Configuration: json.RawMessage(`{"key":"a"}`)})
		other, err := r.PutInstallation(context.Background(), &platform.PutInstallationInput{
			BotID: botID, Alias: "other", Integration: "code@1.0.0", Configuration: json.RawMessage(`{"key":"b"}`),
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.DeleteInstallation(context.Background(), botID, "code", false); err != nil {
			t.Fatal(err)
		}
		again := put(t, r, platform.PutInstallationInput{})
		if again.WebhookID == other.WebhookID || string(again.Configuration) == `{"key":"a"}` {
			t.Errorf("installed anew, it has what was removed, or the other's: %+v", again.Installation)
		}
		req := r.Request(other, wire.OpPing, wire.OpPing)
		if req.IntegrationAlias != "other" || string(req.Configuration) != `{"key":"b"}` || req.WebhookURL != "https://bellhop.test/webhooks/"+other.WebhookID {
			t.Errorf("a call of the other goes out as %+v", req)
		}
	})
}

// scripted is linked code whose every answer to an action is what fn says,
// past the checks of the SDK.
func scripted(fn func(context.Context) (*wire.Response, error)) integration.Integration {
	object := integration.RawSchema(`{"type":"object","required":["n"],"properties":{"n":{"type":"integer"}}}`)
	d := integration.Definition{
		Name: "code", Version: "1.0.0", MaxExecutionTime: 5 * time.Second,
		Actions: map[string]integration.ActionDefinition{"go": {Input: object, Output: object}},
	}
	return integration.Integration{Definition: d, New: func(integration.Env) (wire.Handler, error) {
		return wire.HandlerFunc(func(ctx context.Context, req *wire.Request) (*wire.Response, error) {
			if req.Operation != wire.OpActionTriggered {
				return &wire.Response{}, nil
			}
			return fn(ctx)
		}), nil
	}}
}

func callGo(ctx context.Context, r *runtime.Runtime, in *catalog.Installation) (*platform.ActionAnswer, error) {
	return r.CallAction(ctx, runtime.ActionCall{Installation: in, Type: "go", Input: json.RawMessage(`{"n":1}`)})
}

func TestActionAnswers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		resp   wire.Response
		output string // empty wants an error of the type
		typ    platform.ErrorType
		text   string
	}{
		"good":                     {resp: wire.Response{Body: []byte(`{"output":{"n":2},"more":1}`)}, output: `{"n":2}`},
		"output that does not fit": {wire.Response{Body: []byte(`{"output":{"n":"two"}}`)}, "", platform.TypeRuntime, "action go answered what its definition does not allow: output.n"},
		"no output":                {wire.Response{Body: []byte(`{}`)}, "", platform.TypeRuntime, "output.n"},
		"rubbish":                  {wire.Response{Body: []byte(`<html>`)}, "", platform.TypeRuntime, "not JSON"},
		"refusal":                  {wire.Response{Status: 400, Body: []byte(`{"type":"Runtime","message":"no such account"}`)}, "", platform.TypeRuntime, "no such account"},
		"fault":                    {wire.Response{Status: 500, Body: []byte(`oops`)}, "", platform.TypeRuntime, "status 500: oops"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := setupWith(t, scripted(func(context.Context) (*wire.Response, error) { return &test.resp, nil }))
				answer, err := callGo(context.Background(), r, put(t, r, platform.PutInstallationInput{}))
				if test.output == "" {
					refused(t, name, err, test.typ, test.text)
				} else if err != nil || string(answer.Output) != test.output {
					t.Errorf("output %+v, %v, want %s", answer, err, test.output)
				}
			})
		})
	}
}

func TestActionAsksToWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := setupWith(t, scripted(func(context.Context) (*wire.Response, error) {
			return &wire.Response{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"7"}}, Body: []byte(`{"message":"slow down"}`)}, nil
		}))
		_, err := callGo(context.Background(), r, put(t, r, platform.PutInstallationInput{}))
		refused(t, "429", err, platform.TypeRateLimited, "slow down")
		if e, ok := errors.AsType[*platform.Error](err); ok && e.RetryAfter != 7*time.Second {
			t.Errorf("retry after %s, want 7 s", e.RetryAfter)
		}
	})
}

func TestActionTimesOut(t *testing.T) {
	t.Parallel()
	for name, ignores := range map[string]bool{"code that looks at the context": false, "code that does not": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				wake := make(chan struct{})
				r := setupWith(t, scripted(func(ctx context.Context) (*wire.Response, error) {
					if ignores {
						<-wake
						return &wire.Response{Body: []byte(`{"output":{"n":2}}`)}, nil
					}
					<-ctx.Done()
					return nil, ctx.Err()
				}))
				in := put(t, r, platform.PutInstallationInput{})
				start := time.Now()
				_, err := callGo(context.Background(), r, in)
				refused(t, "call", err, platform.TypeOperationTimeout, "action go did not answer within 5s")
				if took := time.Since(start); took != 5*time.Second {
					t.Errorf("it took %s, want the 5 s of the definition", took)
				}
				ctx, cancel := context.WithTimeout(context.Background(), time.Second)
				defer cancel()
				_, err = callGo(ctx, r, in)
				if _, told := errors.AsType[*platform.Error](err); told || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("the caller's own deadline: %v, want it as it is: the code is not to blame", err)
				}
				close(wake)
				synctest.Wait()
			})
		})
	}
}
