package serve

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/bellhop-dev/bellhop/internal/dialguard"
	"github.com/bellhop-dev/bellhop/platform"
)

// Env is what code gets from the place where it runs: what both SDKs call Env.
type Env struct {
	Transport  platform.Transport
	Token      string
	Secrets    map[string]string
	Logger     *slog.Logger
	HTTPClient *http.Client
	Fetcher    *http.Client
}

// WithDefaults returns e with what it documents for fields that are nil.
func (e Env) WithDefaults() Env {
	if e.Transport == nil {
		e.Transport = noTransport{}
	}
	if e.Logger == nil {
		e.Logger = slog.New(slog.DiscardHandler)
	}
	if e.HTTPClient == nil {
		e.HTTPClient = &http.Client{Timeout: 30 * time.Second}
	}
	if e.Fetcher == nil {
		e.Fetcher = dialguard.Client(false)
	}
	return e
}

// noTransport refuses every call to the platform.
type noTransport struct{}

var _ platform.Transport = noTransport{}

// Do fails and names the operation.
func (noTransport) Do(_ context.Context, call *platform.Call) error {
	return fmt.Errorf("%s: this code runs without a connection to the platform", call.Op.Name)
}
