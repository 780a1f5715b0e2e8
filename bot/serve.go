package bot

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"slices"

	"github.com/bellhop-dev/bellhop/internal/serve"
	"github.com/bellhop-dev/bellhop/platform"
)

// ServeConfig says how to serve; each zero field is read from the environment
// or has the default that is named.
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
}

// Serve runs the bot as an HTTP service until ctx ends, then lets
// running calls finish and returns nil. A missing secret that is not optional,
// and a missing address of the platform, are errors at once.
func Serve(ctx context.Context, b Bot, cfg ServeConfig) error {
	settings := serve.Settings{
		Addr: cfg.Addr, Listener: cfg.Listener, APIURL: cfg.APIURL, Token: cfg.Token, SigningSecret: cfg.SigningSecret,
		Secrets: cfg.Secrets, Transport: cfg.Transport, Logger: cfg.Logger, Getenv: cfg.Getenv, Ready: cfg.Ready,
	}
	for _, name := range slices.Sorted(maps.Keys(b.Definition.Secrets)) {
		settings.Declared = append(settings.Declared, serve.Secret{Name: name, Optional: b.Definition.Secrets[name].Optional})
	}
	place, err := settings.Resolve()
	if err != nil {
		return err
	}
	h, err := b.New(Env{Transport: place.Transport, Token: place.Token, Secrets: place.Secrets, Logger: place.Config.Logger})
	if err != nil {
		return fmt.Errorf("make the bot %q: %w", b.Definition.Name, err)
	}
	return serve.Run(ctx, h, place.Config)
}
