package server

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/bellhop-dev/bellhop/internal/runtime/node"
	"github.com/bellhop-dev/bellhop/internal/store"
)

const (
	keepLogs   = 7 * 24 * time.Hour
	keepLines  = 10_000 // of one integration or bot
	maxPending = 5_000  // lines that are not written yet; more are dropped
	flushEvery = 250 * time.Millisecond
)

// codeLog writes what uploaded code prints to the database, many lines at a
// time. It is safe for concurrent use.
type codeLog struct {
	store  store.Store
	logger *slog.Logger

	mu      sync.Mutex
	pending []store.LogLine
	dropped int
	written map[string]int // by owner, since its log was cut
}

func newCodeLog(s store.Store, logger *slog.Logger) *codeLog {
	return &codeLog{store: s, logger: logger, written: map[string]int{}}
}

// add takes a line and does not block.
func (l *codeLog) add(owner string, line node.Line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.pending) >= maxPending {
		l.dropped++
		return
	}
	l.pending = append(l.pending, store.LogLine{
		Owner: owner, At: line.At, Level: line.Level, Message: line.Message,
		BotID: line.BotID, ConversationID: line.ConversationID, UserID: line.UserID,
	})
}

func (l *codeLog) run(ctx context.Context) error {
	ticker := time.NewTicker(flushEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			l.flush(ctx)
		}
	}
}

// flush writes what is pending; lines that cannot be written are lost, and that
// is told.
func (l *codeLog) flush(ctx context.Context) {
	l.mu.Lock()
	lines, dropped := l.pending, l.dropped
	l.pending, l.dropped = nil, 0
	var cut []string
	for _, line := range lines {
		if l.written[line.Owner]++; l.written[line.Owner] >= keepLines/10 {
			cut = append(cut, line.Owner)
			delete(l.written, line.Owner)
		}
	}
	l.mu.Unlock()
	if dropped > 0 {
		l.logger.Warn("lines of code not kept: it prints more than can be written", "lines", dropped)
	}
	if len(lines) == 0 {
		return
	}
	err := l.store.Update(ctx, func(tx *store.Tx) error {
		for _, line := range lines {
			if err := tx.AddLog(ctx, line); err != nil {
				return err
			}
		}
		for _, owner := range cut {
			if err := tx.CutLog(ctx, owner, keepLines); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		l.logger.Warn("lines of code not kept", "lines", len(lines), "error", err)
	}
}

// prune removes lines from before a time.
func (l *codeLog) prune(ctx context.Context, before time.Time) {
	if err := l.store.Update(ctx, func(tx *store.Tx) error { return tx.PruneLogs(ctx, before) }); err != nil {
		l.logger.Warn("old lines of code not removed", "error", err)
	}
}
