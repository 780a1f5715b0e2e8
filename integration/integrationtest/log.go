package integrationtest

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
)

// Log keeps what is logged during a test, at every level. It is safe for
// concurrent use.
type Log struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{} // closed at the next line; nil when nobody waits
}

// NewLog returns an empty log. The test fails at its end when the log holds one
// of the secrets by then.
func NewLog(t testing.TB, secrets ...string) *Log {
	t.Helper()
	l := &Log{}
	t.Cleanup(func() {
		for _, secret := range secrets {
			if text := l.String(); strings.Contains(text, secret) {
				t.Errorf("the log holds the secret %q: %s", secret, text)
			}
		}
	})
	return l
}

// Logger returns a logger that writes to l.
func (l *Log) Logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// Write adds to the log.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
	return l.text.Write(p)
}

// String returns all that was logged.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Wait waits until the log holds the text, and reports whether it came before
// ctx ended.
func (l *Log) Wait(ctx context.Context, text string) bool {
	for {
		changed, ok := l.holds(text)
		if ok {
			return true
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
}

// holds reports whether the text was logged; changed is closed at the next
// line.
func (l *Log) holds(text string) (changed <-chan struct{}, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.changed == nil {
		l.changed = make(chan struct{})
	}
	return l.changed, bytes.Contains(l.text.Bytes(), []byte(text))
}
