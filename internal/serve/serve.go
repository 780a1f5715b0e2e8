// Package serve runs the code of an integration or a bot as an HTTP service,
// the same way for both.
package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/bellhop-dev/bellhop/wire"
)

// Config says where and how to serve.
type Config struct {
	Addr     string       // ignored with a Listener
	Listener net.Listener // nil listens on Addr
	Secret   string       // signing secret; empty takes unsigned calls
	Logger   *slog.Logger
	Ready    func(net.Addr) // called once when calls are taken; may be nil
	// Drain is called at the end, when no call runs any more, and waits for what
	// the calls have left running, until its context ends; may be nil.
	Drain func(context.Context)
}

// grace is how long running calls may take after the context ended.
const grace = 20 * time.Second

// maxHeader holds a configuration of the greatest size as base64.
const maxHeader = 64 << 10

// Run serves h until ctx ends, then lets running calls finish and returns nil.
func Run(ctx context.Context, h wire.Handler, cfg Config) error {
	l := cfg.Listener
	if l == nil {
		var err error
		if l, err = (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Addr); err != nil {
			return fmt.Errorf("listen: %w", err)
		}
	}
	server := &http.Server{
		Handler:           wire.HTTPHandler(h, wire.ServerConfig{Secret: cfg.Secret}),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    maxHeader,
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
		ErrorLog:          slog.NewLogLogger(cfg.Logger.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1) // one send, never blocked
	go func() { failed <- server.Serve(l) }()
	cfg.Logger.InfoContext(ctx, "serving", slog.String("addr", l.Addr().String()))
	if cfg.Ready != nil {
		cfg.Ready(l.Addr())
	}
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	err := server.Shutdown(stop)
	if err != nil {
		err = errors.Join(fmt.Errorf("stop serving: %w", err), server.Close())
	}
	<-failed
	if cfg.Drain != nil {
		cfg.Drain(stop)
	}
	return err
}
