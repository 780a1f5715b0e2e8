package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/bellhop-dev/bellhop/internal/reply"
	"github.com/bellhop-dev/bellhop/internal/store"
)

// regainEvery is the pause between attempts to own the database again; an attempt itself waits for some seconds.
const regainEvery = time.Second

// Run opens a server, calls ready with it, and runs it until ctx is done. When another server takes over its database it
// answers with 503 until it owns the database again, and then opens anew: nothing that was read before stays in memory.
func Run(ctx context.Context, o Options, ready func(*Server) error) error {
	s, err := Open(ctx, o)
	if err != nil {
		return err
	}
	if err := ready(s); err != nil {
		return errors.Join(err, s.Close())
	}
	for {
		if err := s.Run(ctx); !errors.Is(err, ErrTaken) || ctx.Err() != nil {
			return err
		}
		o.Config.Listen = s.listener.Addr().String()
		if s, err = regain(ctx, o, s.logger); err != nil || s == nil {
			return err
		}
	}
}

// regain opens a server as soon as it can own its database, or returns nil when ctx is done. It returns the errors that
// do not pass by themselves, such as tables that a newer program has changed.
func regain(ctx context.Context, o Options, logger *slog.Logger) (*Server, error) {
	wait := &standby{address: o.Config.Listen}
	if err := wait.start(); err != nil {
		return nil, err
	}
	defer wait.stop()
	o.listen = wait.handOver
	logger.Warn("standing by until the database can be owned again", "address", wait.address)
	last := ""
	for {
		s, err := Open(ctx, o)
		switch {
		case err == nil:
			return s, nil
		case ctx.Err() != nil:
			logger.Info("server stopped", "reason", reasonOf(ctx))
			return nil, nil
		case !errors.Is(err, store.ErrBusy) && !errors.Is(err, store.ErrFull):
			return nil, err
		case err.Error() != last:
			last = err.Error()
			logger.Warn("database not owned yet", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(regainEvery):
		}
	}
}

// standby answers at the server's address while another server owns the database.
type standby struct {
	address string
	http    *http.Server
}

func (s *standby) start() error {
	listener, err := net.Listen("tcp", s.address)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	s.http = &http.Server{Handler: http.HandlerFunc(answerStandby), ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10}
	go func() { _ = s.http.Serve(listener) }() // until stop
	return nil
}

func (s *standby) stop() { _ = s.http.Close() } // an answer is one write

// handOver ends the standby and listens at its address.
func (s *standby) handOver() (net.Listener, error) {
	s.stop()
	return net.Listen("tcp", s.address)
}

func answerStandby(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case livez:
		writeHealth(w, r, []result{{Name: "process", OK: true}})
	case readyz, healthz:
		writeHealth(w, r, []result{{Name: "ownership", Reason: store.FaultOwnership}})
	default:
		reply.Error(w, reply.AsError(&store.Fault{Name: store.FaultOwnership, Err: ErrTaken}))
	}
}

// listener listens where the server is to answer.
func (o *Options) listener() (net.Listener, error) {
	listen := o.listen
	if listen == nil {
		listen = func() (net.Listener, error) { return net.Listen("tcp", o.Config.Listen) }
	}
	l, err := listen()
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return l, nil
}
