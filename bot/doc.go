// Package bot is the SDK for writing a bot in Go.
//
// A bot sees one model of users, conversations, messages and events, whatever
// the external systems are. Its author declares what the bot has of its own in
// a Definition, registers typed handlers and hooks on a Mux, and gets a
// wire.Handler that runs the same in the server's process, or as a service of
// its own with Serve.
package bot

import (
	"log/slog"
	"net/http"

	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// Bot is one bot: what it declares and how to make its code.
type Bot struct {
	Definition Definition
	// New makes the handler, usually of a Mux. It is called once for each
	// place where the code runs.
	New func(Env) (wire.Handler, error)
}

// New returns the bot that d declares and whose handlers and hooks handle
// registers. handle runs once for each place where the code runs, which
// Mux.Env tells about.
func New(d Definition, handle func(*Mux)) Bot {
	return Bot{Definition: d, New: func(env Env) (wire.Handler, error) {
		m := NewMux(d, env)
		handle(m)
		return m.Handler()
	}}
}

// Env is what a bot gets from the place where it runs. The zero value is
// usable in tests: it logs nothing and refuses calls to the platform.
type Env struct {
	// Transport carries calls to the platform; nil refuses them.
	Transport platform.Transport
	// Token is sent with the calls; in process it is empty.
	Token string
	// Secrets are the values of the definition's secrets.
	Secrets map[string]string
	// Logger is where the bot logs; nil discards.
	Logger *slog.Logger
	// HTTPClient calls other services; nil means a client with a timeout of 30
	// seconds.
	HTTPClient *http.Client
	// Fetcher reads addresses that people give. It follows no redirects, has no
	// timeout of its own, and refuses private addresses unless the server
	// allows them; nil means one that always does.
	Fetcher *http.Client
}

// DefinitionError is everything that is wrong with a definition and its
// handlers.
type DefinitionError = platform.DefinitionError
