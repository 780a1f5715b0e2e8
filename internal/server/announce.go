package server

import (
	"context"
	"errors"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// started writes the line with which a server begins its log.
func (s *Server) started(ctx context.Context) {
	facts := []any{
		"version", s.version, "address", s.listener.Addr().String(), "url", s.URL(), "database", s.kind, "data", s.cfg.Data,
	}
	var bots int64
	err := s.store.View(ctx, func(tx *store.Tx) (err error) {
		bots, err = tx.CountBots(ctx)
		return err
	})
	if err == nil {
		facts = append(facts, "bots", bots)
	}
	s.logger.Info("server started", facts...)
}

// stopped writes the last line, with the reason: a signal, a request, or the error that ended it.
func (s *Server) stopped(ctx context.Context, began time.Time, err error) {
	up := time.Since(began).Round(time.Millisecond)
	if errors.Is(err, ErrTaken) {
		s.logger.Error("server stopped serving", "reason", store.FaultOwnership, "error", err, "up", up)
		return
	}
	if err != nil {
		s.logger.Error("server stopped", "reason", "failed", "error", err, "up", up)
		return
	}
	s.logger.Info("server stopped", "reason", reasonOf(ctx), "up", up)
}

// reasonOf is why a context has ended, such as a signal's name.
func reasonOf(ctx context.Context) string {
	switch cause := context.Cause(ctx); {
	case cause == nil:
		return "a part of the server failed"
	case errors.Is(cause, context.Canceled):
		return "asked to"
	default:
		return cause.Error()
	}
}
