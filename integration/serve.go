package integration

import (
	"context"
	"log/slog"
	"net"
	"time"

	"github.com/bellhop-dev/bellhop/internal/serve"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// ServeConfig says how to serve. Each zero field is read from the environment
// or has the default that it names.
type ServeConfig struct {
	// Addr is where to listen; empty means port $PORT, or 8072, of every
	// interface.
	Addr string
	// Listener, when set, is used in place of Addr and closed at the end.
	Listener net.Listener
	// APIURL is the platform's address; empty means $BP_API_URL.
	APIURL string
	// Token is sent with calls to the platform; empty means $BP_TOKEN.
	Token string
	// SigningSecret, when set here or in $BELLHOP_SIGNING_SECRET, refuses calls
	// that the platform did not sign.
	SigningSecret string
	// Secrets are the definition's secrets; those that are missing are read
	// from $SECRET_<NAME>.
	Secrets map[string]string
	// Transport is used in place of APIURL.
	Transport platform.Transport
	// Logger is where to log; nil discards.
	Logger *slog.Logger
	// Getenv reads the environment; nil means os.Getenv.
	Getenv func(string) string
	// Ready, when set, is called once with the address when calls are taken.
	Ready func(net.Addr)
	// LeaseAfter is how long a handler of a delivery may hold its connection.
	// Then the platform is told that the handler goes on without it, under a
	// lease that is renewed until the handler returns. 0 means 20 s; a negative
	// time holds the connection for as long as it takes.
	LeaseAfter time.Duration
}

// Serve runs the integration as an HTTP service until ctx ends, then lets
// running calls finish, for up to 20 s, and returns nil. The context of a
// handler ends when its turn was cancelled, and when the service stops. A missing secret that is not optional,
// and a missing address of the platform, are errors at once.
func Serve(ctx context.Context, i Integration, cfg ServeConfig) error {
	return serve.Settings(cfg).Serve(ctx, i.code())
}

// Main is the whole main function of a program that serves the integration with
// what the environment says, until an interrupt. With the argument definition
// the program prints what the integration declares, as JSON; help tells the
// rest. Main does not return.
func Main(i Integration) { i.code().Main() }

func (i Integration) code() serve.Code {
	return serve.Code{
		Subject: "integration", Name: i.Definition.Name, Secrets: serve.Secrets(i.Definition.Secrets),
		New:        func(env serve.Env) (wire.Handler, error) { return i.New(Env(env)) },
		Definition: func() (any, error) { return i.Definition.Wire() },
	}
}
