package reply

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// Log writes the line by which an operator finds the cause of an error that was answered, under its id: at error for a
// fault of the server, at warn for 503 and 507, which ask the caller to come back, and at debug for what the caller can
// correct. what is the line's message; facts are added to it. Each answered error is logged once.
func Log(ctx context.Context, logger *slog.Logger, what string, e *platform.Error, facts ...any) {
	level := slog.LevelDebug
	switch {
	case e.Code == http.StatusServiceUnavailable, e.Code == http.StatusInsufficientStorage:
		level = slog.LevelWarn
	case e.Code >= http.StatusInternalServerError:
		level = slog.LevelError
	}
	if !logger.Enabled(ctx, level) {
		return
	}
	facts = append(facts, "error_id", e.ID, "status", e.Code, "error", e.Message)
	if fault := store.FaultName(e.Err); fault != "" {
		facts = append(facts, "fault", fault)
	}
	if e.Err != nil {
		facts = append(facts, "cause", e.Err)
	}
	logger.Log(ctx, level, what, facts...)
}
