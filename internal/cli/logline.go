package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
)

// lineHandler writes records for a person at a terminal: the time of day, the
// level and the message, then the facts.
type lineHandler struct {
	mu    *sync.Mutex
	w     io.Writer
	line  *bytes.Buffer
	facts slog.Handler // writes into line
}

var _ slog.Handler = (*lineHandler)(nil)

func newLineHandler(w io.Writer, level slog.Level) *lineHandler {
	line := &bytes.Buffer{}
	return &lineHandler{mu: &sync.Mutex{}, w: w, line: line, facts: slog.NewTextHandler(line, &slog.HandlerOptions{
		Level: level,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey || a.Key == slog.MessageKey) {
				return slog.Attr{}
			}
			return a
		},
	})}
}

// Enabled compares levels.
func (h *lineHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.facts.Enabled(ctx, level)
}

// Handle writes one line.
func (h *lineHandler) Handle(ctx context.Context, r slog.Record) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.line.Reset()
	fmt.Fprintf(h.line, "%s %-5s %s  ", r.Time.Format("15:04:05.000"), r.Level, printable(r.Message))
	if err := h.facts.Handle(ctx, r); err != nil {
		return err
	}
	_, err := h.w.Write(h.line.Bytes())
	return err
}

// WithAttrs adds facts to each line.
func (h *lineHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	c := *h
	c.facts = h.facts.WithAttrs(attrs)
	return &c
}

// WithGroup puts a name before the facts that follow.
func (h *lineHandler) WithGroup(name string) slog.Handler {
	c := *h
	c.facts = h.facts.WithGroup(name)
	return &c
}
