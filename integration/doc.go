// Package integration is the SDK for writing an integration in Go.
//
// An author declares everything in a Definition, registers typed handlers on a
// Mux, and gets a wire.Handler that runs the same in the server's process, or
// as a service of its own with Serve. What is not defined is refused by name:
// a handler for something undefined, or a message type or action without a
// handler, is an error when the handler is made, with all faults at once.
package integration

import (
	"log/slog"
	"net/http"

	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// Integration is one integration: what it declares and how to make its code.
type Integration struct {
	Definition Definition
	// New makes the handler, usually of a Mux. It is called once for each
	// place where the code runs, and serves all installations there.
	New func(Env) (wire.Handler, error)
	// MaxWebhook is the largest body of a webhook in bytes; larger ones are
	// refused before they are read. 0 leaves it to the server's bound, which
	// holds in any case.
	MaxWebhook int64
}

// New returns the integration that d declares and whose handlers handle
// registers. handle runs once for each place where the code runs, which
// Mux.Env tells about.
func New(d Definition, handle func(*Mux)) Integration {
	return Integration{Definition: d, New: func(env Env) (wire.Handler, error) {
		m := NewMux(d, env)
		handle(m)
		return m.Handler()
	}}
}

// Env is what an integration gets from the place where it runs. The zero value
// is usable in tests: it logs nothing and refuses calls to the platform.
type Env struct {
	// Transport carries calls to the platform; nil refuses them.
	Transport platform.Transport
	// Token is sent with the calls; in process it is empty.
	Token string
	// Secrets are the values of the definition's secrets.
	Secrets map[string]string
	// Logger is where the integration logs; nil discards.
	Logger *slog.Logger
	// HTTPClient calls the external system; nil means a client with a timeout
	// of 30 seconds.
	HTTPClient *http.Client
	// Fetcher reads addresses that bots and people give. It follows no
	// redirects, has no timeout of its own, and refuses private addresses
	// unless the server allows them; nil means one that always does.
	Fetcher *http.Client
}

// DefinitionError is everything that is wrong with a definition and its
// handlers.
type DefinitionError = platform.DefinitionError
