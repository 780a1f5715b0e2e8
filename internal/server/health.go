package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// The paths of health checks. Livez reports whether the process responds, Readyz whether it can do its work; healthz is
// readyz under its older name.
const (
	livez   = "/livez"
	readyz  = "/readyz"
	healthz = "/healthz"
)

const (
	checkWithin = 6 * time.Second // the embedded database waits for 5 s for a lock
	checkFresh  = time.Second     // a result is given again for this long
)

// check is one thing that a server needs.
type check struct {
	name string
	run  func(ctx context.Context) error
}

// result is how a check went. Error is for the log; callers see Reason, which names no path, address or host.
type result struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Reason string `json:"reason,omitempty"`
	Millis int64  `json:"ms"`
	err    error
}

// health runs the checks, for all callers together at most once in checkFresh.
type health struct {
	s *Server

	mu   sync.Mutex
	at   time.Time
	last []result
	bad  string // what was logged last
}

func (h *health) checks() []check {
	return []check{
		{"writes", h.writes}, {"reads", h.reads}, {"ownership", h.ownership}, {"clock", h.clock}, {"deliveries", h.s.dispatcher.Check},
	}
}

// writes commits a row.
func (h *health) writes(ctx context.Context) error {
	return h.s.store.Update(ctx, func(tx *store.Tx) error {
		return tx.PutSetting(ctx, "checked_at", tx.Now().Format(time.RFC3339))
	})
}

// reads reads it.
func (h *health) reads(ctx context.Context) error {
	return h.s.store.View(ctx, func(tx *store.Tx) error {
		_, err := tx.Setting(ctx, "checked_at")
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	})
}

// ownership fails while another server may own the database, and when the embedded one's file is no longer at its path.
func (h *health) ownership(context.Context) error {
	if !h.s.owner.Owned() {
		return &store.Fault{Name: store.FaultOwnership, Err: errTerm}
	}
	if moved, ok := h.s.database.(interface{ Moved() error }); ok {
		return moved.Moved()
	}
	return nil
}

// earliest is when this was written: a clock before it was never set.
var earliest = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// clock fails when the clock was never set: ids would sort wrong, and signatures and certificates be out of date.
func (h *health) clock(context.Context) error {
	if now := time.Now(); now.Before(earliest) {
		return fmt.Errorf("the clock of the machine is not set: it is %s", now.UTC().Format(time.RFC3339))
	}
	return nil
}

// results returns the results of all checks.
func (h *health) results(ctx context.Context) []result {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.at.IsZero() && time.Since(h.at) < checkFresh {
		return h.last
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkWithin)
	defer cancel()
	var list []result
	for _, c := range h.checks() {
		began := time.Now()
		r := result{Name: c.name, err: c.run(ctx)}
		r.OK, r.Reason, r.Millis = r.err == nil, reason(r.err), time.Since(began).Milliseconds()
		list = append(list, r)
	}
	h.at, h.last = time.Now(), list
	h.log(list)
	return list
}

// reason is what a stranger may know of a failed check.
func reason(err error) string {
	if err == nil {
		return ""
	}
	if name := store.FaultName(err); name != "" {
		return name
	}
	return "failed"
}

// log writes a line when the outcome has changed.
func (h *health) log(list []result) {
	var bad []string
	for _, r := range list {
		if !r.OK {
			bad = append(bad, r.Name+": "+r.Reason)
		}
	}
	text := strings.Join(bad, ", ")
	if text == h.bad {
		return
	}
	h.bad = text
	if text == "" {
		h.s.logger.Info("ready again")
		return
	}
	for _, r := range list {
		if !r.OK {
			h.s.logger.Error("not ready", "check", r.Name, "reason", r.Reason, "error", r.err)
		}
	}
}

// serveHealth answers a health check; false is another path.
func (s *Server) serveHealth(w http.ResponseWriter, r *http.Request) bool {
	var list []result
	switch r.URL.Path {
	case livez:
		list = []result{{Name: "process", OK: true}}
	case readyz, healthz:
		list = s.health.results(r.Context())
	default:
		return false
	}
	writeHealth(w, r, list)
	return true
}

// writeHealth answers with the results of checks.
func writeHealth(w http.ResponseWriter, r *http.Request, list []result) {
	status, word := http.StatusOK, "ok"
	for _, c := range list {
		if !c.OK {
			status, word = http.StatusServiceUnavailable, "unavailable"
			w.Header().Set("Retry-After", "1")
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	if r.URL.Query().Has("verbose") {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{"status": word, "checks": list}) // the caller may have gone
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, word)
	for _, c := range list {
		if !c.OK {
			_, _ = fmt.Fprintf(w, "%s: %s\n", c.Name, c.Reason)
		}
	}
}
