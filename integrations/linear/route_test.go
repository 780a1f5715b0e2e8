package linear_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integrations/linear"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// Making the integration's code compiles many schemas. The tests share it, as
// the installations of a server do: a call's context says whose it is.

const (
	apiURL = "https://api.linear.test"
	appURL = "https://linear.test"
)

// nodes are the integration's code in several processes.
var nodes = sync.OnceValues(func() (all [4]wire.Handler, err error) {
	for i := range all {
		all[i], err = linear.NewWith(linear.Options{APIURL: apiURL, AppURL: appURL, Patience: time.Millisecond}).New(integration.Env{
			Transport: routed{}, HTTPClient: &http.Client{Transport: routed{}}, Logger: slog.New(logged{}),
		})
		if err != nil {
			break
		}
	}
	return all, err
})

type benchKey struct{}

func benchOf(ctx context.Context) *bench {
	b, _ := ctx.Value(benchKey{}).(*bench)
	return b
}

// routed takes calls to the platform and to the vendor of the test.
type routed struct{}

func (routed) Do(ctx context.Context, call *platform.Call) error {
	b := benchOf(ctx)
	if b == nil {
		return errors.New("a call that lost its context")
	}
	return b.transport.Do(ctx, call)
}

func (routed) RoundTrip(req *http.Request) (*http.Response, error) {
	b := benchOf(req.Context())
	if b == nil || "https://"+req.URL.Host != apiURL || req.URL.Scheme != "https" {
		return nil, errors.New("a call to " + req.URL.Host)
	}
	if b.fake == nil || b.offline {
		return nil, errors.New("offline")
	}
	to, err := url.Parse(b.fake.URL)
	if err != nil {
		return nil, err
	}
	sent := req.Clone(req.Context())
	sent.URL.Scheme, sent.URL.Host, sent.Host = to.Scheme, to.Host, ""
	return b.fake.Client().Transport.RoundTrip(sent)
}

// logged writes to the log of the test.
type logged struct{ attrs []slog.Attr }

func (logged) Enabled(context.Context, slog.Level) bool { return true }

func (l logged) Handle(ctx context.Context, r slog.Record) error {
	b := benchOf(ctx)
	if b == nil {
		return nil
	}
	return b.log.Logger().Handler().WithAttrs(l.attrs).Handle(ctx, r)
}

func (l logged) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logged{append(l.attrs[:len(l.attrs):len(l.attrs)], attrs...)}
}

func (l logged) WithGroup(string) slog.Handler { return l }
