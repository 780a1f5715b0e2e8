package server_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/internal/store/postgres/pgtest"
	"github.com/bellhop-dev/bellhop/platform"
)

// logbook keeps what a server logs.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write keeps a line.
func (l *logbook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// logged is a server whose log is kept, down to debug.
func logged(t *testing.T, change func(*config.Config)) (*fixture, *logbook) {
	t.Helper()
	f := setupWith(t, nil, change)
	f.stop()
	log := &logbook{}
	f.options.Logger = slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	f.start()
	return f, log
}

// Each error that is answered is found in the log by its id, with its cause.
func TestAnsweredErrorsAreInTheLog(t *testing.T) {
	t.Parallel()
	f, log := logged(t, func(*config.Config) {})
	token := map[string]string{"Authorization": "Bearer " + f.token}
	for _, tt := range []struct {
		method, path, body string
		header             map[string]string
	}{
		{"GET", "/v1/admin/bots/nope", "", token},
		{"GET", "/v1/admin/bots/nope", "", nil},
		{"GET", "/v1/admin/bots", "", map[string]string{"Authorization": "Bearer bp_pat_wrong"}},
		{"POST", "/v1/admin/bots", "{", token},
		{"GET", "/v1/nothing", "", token},
		{"GET", "/nothing", "", nil},
		{"POST", "/webhooks/nope", "{}", nil},
		{"GET", "/files/nope", "", nil},
		{"GET", "/v1/chat/users/nope", "", token},
	} {
		status, body := f.call(tt.method, tt.path, tt.body, tt.header)
		var e platform.Error
		if err := json.Unmarshal(body, &e); err != nil || e.ID == "" {
			t.Errorf("%s %s = %d %s, want an error with an id", tt.method, tt.path, status, body)
			continue
		}
		if n := strings.Count(log.String(), `"error_id":"`+e.ID+`"`); n != 1 {
			t.Errorf("%s %s: the id of %s is in %d lines of the log, want 1", tt.method, tt.path, e.Message, n)
		}
	}
}

type checks struct {
	Status string
	Checks []struct {
		Name, Reason string
		OK           bool
	}
}

// health asks for a health check until it has the status.
func (f *fixture) health(path string, status int) (c checks) {
	f.t.Helper()
	for f.t.Context().Err() == nil {
		got, body := f.call("GET", path+"?verbose", "", nil)
		if got != status {
			continue
		}
		if err := json.Unmarshal(body, &c); err != nil {
			f.t.Fatalf("%s: %v\n%s", path, err, body)
		}
		return c
	}
	return c
}

// failed returns the failed checks with their reasons.
func (c checks) failed() string {
	var list []string
	for _, k := range c.Checks {
		if !k.OK {
			list = append(list, k.Name+"="+k.Reason)
		}
	}
	return strings.Join(list, " ")
}

func TestHealthNamesWhatFails(t *testing.T) {
	t.Parallel()
	f, log := logged(t, func(*config.Config) {})
	c := f.health("/readyz", http.StatusOK)
	var names []string
	for _, k := range c.Checks {
		names = append(names, k.Name)
	}
	if got := strings.Join(names, " "); c.Status != "ok" || got != "writes reads ownership clock deliveries" {
		t.Errorf("/readyz = %s with checks %s", c.Status, got)
	}
	if status, body := f.call("GET", "/healthz", "", nil); status != 200 || string(body) != "ok\n" {
		t.Errorf("/healthz = %d %q, want ok", status, body)
	}
	path := filepath.Join(f.options.Config.Data, "bellhop.db")
	if err := os.Rename(path, path+".moved"); err != nil {
		t.Fatal(err)
	}
	if got := f.health("/readyz", http.StatusServiceUnavailable).failed(); got != "ownership=failed" {
		t.Errorf("/readyz of a server whose database was moved away fails at %q, want ownership", got)
	}
	f.health("/livez", http.StatusOK)
	if status, body := f.call("GET", "/healthz", "", nil); status != http.StatusServiceUnavailable || !strings.Contains(string(body), "ownership") {
		t.Errorf("/healthz = %d %q, want 503 and the check", status, body)
	}
	if !strings.Contains(log.String(), "moved or removed while the server runs") {
		t.Error("the log does not tell why the server is not ready")
	}
	if err := os.Rename(path+".moved", path); err != nil {
		t.Fatal(err)
	}
	f.health("/readyz", http.StatusOK)
}

// While PostgreSQL is away every operation asks to come back, the cause is in
// the log by its name, and everything works again afterwards.
func TestPostgreSQLAwayIsSurvived(t *testing.T) {
	t.Parallel()
	var own pgtest.Cluster
	url := own.URL(t)
	t.Cleanup(own.Stop)
	f, log := logged(t, func(c *config.Config) { c.Database = url })
	token := map[string]string{"Authorization": "Bearer " + f.token}
	bot, _ := f.install(platform.CreateBotInput{Name: "b", URL: f.url})
	token["X-Bot-Id"] = bot
	own.Halt(t)
	for _, tt := range [][2]string{
		{"GET", "/v1/admin/bots"}, {"POST", "/v1/admin/bots"}, {"GET", "/v1/bellhop/deliveries"}, {"GET", "/v1/chat/messages"},
		{"POST", "/v1/chat/users"}, {"POST", "/webhooks/nope"}, {"GET", "/v1/tables"}, {"GET", "/v1/files"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), tt[0], f.srv.URL()+tt[1], strings.NewReader(`{"tags":{},"name":"x"}`))
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range token {
			r.Header.Set(name, value)
		}
		w, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		var e platform.Error
		err = json.NewDecoder(w.Body).Decode(&e)
		_ = w.Body.Close()
		if w.StatusCode != http.StatusServiceUnavailable || w.Header.Get("Retry-After") == "" {
			t.Errorf("%s %s = %d %s (%v), want 503 with Retry-After", tt[0], tt[1], w.StatusCode, e.Message, err)
			continue
		}
		line := lineOf(log.String(), e.ID)
		if !strings.Contains(line, `"fault":"database_`) {
			t.Errorf("%s %s: the log has %q, want the fault by its name", tt[0], tt[1], line)
		}
	}
	if got := f.health("/readyz", http.StatusServiceUnavailable).failed(); !strings.Contains(got, "writes=database_") {
		t.Errorf("/readyz fails at %q, want writes with the name of the fault", got)
	}
	own.Start(t)
	f.health("/readyz", http.StatusOK)
	if status, body := f.call("GET", "/v1/chat/messages", "", token); status != 200 {
		t.Errorf("after PostgreSQL is back an operation = %d %s", status, body)
	}
}

func lineOf(log, part string) string {
	for line := range strings.Lines(log) {
		if strings.Contains(line, part) {
			return line
		}
	}
	return ""
}
