package runtime_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/runtime"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/store/sqlite"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

const botID = "bot_1"

// code is an integration whose register and listen are scripted.
type code struct {
	mu       sync.Mutex
	notes    []string
	register func(context.Context, *integration.Call) error
	listen   func(context.Context, *integration.Call) error

	unregister func(context.Context, *integration.Call) error
}

func (c *code) note(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.notes = append(c.notes, text)
}

// count returns how often text was noted.
func (c *code) count(text string) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, note := range c.notes {
		if note == text {
			n++
		}
	}
	return n
}

func (c *code) integration() integration.Integration {
	d := integration.Definition{
		Name: "code", Version: "1.0.0",
		Configuration: &integration.Configuration{Schema: integration.RawSchema(
			`{"type":"object","properties":{"key":{"type":"string"}},"additionalProperties":false}`)},
	}
	return integration.Integration{Definition: d, New: func(env integration.Env) (wire.Handler, error) {
		m := integration.NewMux(d, env)
		m.OnRegister(func(ctx context.Context, call *integration.Call) error {
			c.note("register")
			if c.register == nil {
				return nil
			}
			return c.register(ctx, call)
		})
		m.OnUnregister(func(ctx context.Context, call *integration.Call) error {
			c.note("unregister")
			if c.unregister == nil {
				return nil
			}
			return c.unregister(ctx, call)
		})
		if c.listen != nil {
			m.OnListen(c.listen)
		}
		return m.Handler()
	}}
}

// setup runs a runtime with the code linked and one bot; call it in a bubble.
func setup(t *testing.T, c *code) *runtime.Runtime {
	t.Helper()
	return setupWith(t, c.integration())
}

// setupWith is setup with any code.
func setupWith(t *testing.T, linked integration.Integration) *runtime.Runtime {
	t.Helper()
	r, stop := start(t, linked, open(t))
	t.Cleanup(stop)
	return r
}

// open opens a database with one bot.
func open(t *testing.T) store.Store {
	t.Helper()
	ctx := context.Background()
	db, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "b.db"), sqlite.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := db.Update(ctx, func(tx *store.Tx) error { return tx.CreateBot(ctx, store.Bot{ID: botID, WorkspaceID: "wkspace_1"}) }); err != nil {
		t.Fatal(err)
	}
	return db
}

// start runs a runtime with code linked until stop is called.
func start(t *testing.T, linked integration.Integration, db store.Store) (r *runtime.Runtime, stop func()) {
	t.Helper()
	ctx := context.Background()
	r, err := runtime.New(runtime.Config{
		Store: db, Catalog: catalog.New(db, slog.New(slog.DiscardHandler)), Integrations: []integration.Integration{linked},
		WebhookURL: func(id string) string { return "https://bellhop.test/webhooks/" + id },
		FindIntegration: func(ctx context.Context, name, version string) (row *store.Integration, err error) {
			err = db.View(ctx, func(tx *store.Tx) error {
				row, err = tx.IntegrationByName(ctx, name, "1.0.0")
				return err
			})
			return row, err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.SyncBuiltins(ctx, "wkspace_1"); err != nil {
		t.Fatal(err)
	}
	running, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { _ = r.Run(running) })
	synctest.Wait() // it has looked for what is left from before
	return r, func() {
		cancel()
		wg.Wait()
	}
}

func put(t *testing.T, r *runtime.Runtime, in platform.PutInstallationInput) *catalog.Installation {
	t.Helper()
	in.BotID, in.Alias, in.Integration = botID, "code", "code@latest"
	got, err := r.PutInstallation(context.Background(), &in)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// pass lets fake time go by.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func TestRegisterIsRetried(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &code{}
		c.register = func(context.Context, *integration.Call) error {
			if c.count("register") < 4 {
				return errors.New("the vendor is down")
			}
			return nil
		}
		r := setup(t, c)
		if in := put(t, r, platform.PutInstallationInput{}); in.Status != store.StatusRegistrationPending || in.StatusReason == "" {
			t.Errorf("after a failed register: %s %q", in.Status, in.StatusReason)
		}
		pass(3 * time.Second)
		if n := c.count("register"); n != 2 {
			t.Errorf("after 3 s: %d registers, want 2", n)
		}
		pass(time.Minute)
		if n := c.count("register"); n != 4 {
			t.Errorf("after a minute: %d registers, want 4: it is not to be called once it succeeded", n)
		}
		if in := put(t, r, platform.PutInstallationInput{}); in.Status != store.StatusRegistered {
			t.Errorf("status %s", in.Status)
		}
	})
}

func TestRegisterRefusedIsFinal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &code{register: func(context.Context, *integration.Call) error { return integration.RuntimeError("the key is wrong") }}
		in := put(t, setup(t, c), platform.PutInstallationInput{})
		if in.Status != store.StatusRegistrationFailed || in.StatusReason != "the key is wrong" {
			t.Errorf("status %s %q", in.Status, in.StatusReason)
		}
		pass(time.Hour)
		if n := c.count("register"); n != 1 {
			t.Errorf("%d registers, want 1", n)
		}
	})
}

// What is listed as pending while somebody registers it is not registered
// twice.
func TestRegisterWaitsForTheOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &code{}
		slow := make(chan struct{})
		c.register = func(context.Context, *integration.Call) error {
			switch c.count("register") {
			case 1:
				return errors.New("the vendor is down")
			case 2:
				<-slow // while the retry comes due
			}
			return nil
		}
		r := setup(t, c)
		put(t, r, platform.PutInstallationInput{})
		done := make(chan struct{})
		go func() {
			defer close(done)
			put(t, r, platform.PutInstallationInput{Configuration: json.RawMessage(`{"key":"b"}`)})
		}()
		synctest.Wait()
		pass(10 * time.Second)
		close(slow)
		<-done
		pass(time.Hour)
		if n := c.count("register"); n != 2 {
			t.Errorf("%d registers, want 2: the retry saw that it is done", n)
		}
	})
}

func TestRegisterOnSchedule(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &code{}
		r := setup(t, c)
		in := put(t, r, platform.PutInstallationInput{})
		ctx := context.Background()
		if err := r.ConfigureIntegration(ctx, in, &platform.ConfigureIntegrationInput{ScheduleRegisterCall: "often"}); !platform.IsType(err, platform.TypeInvalidPayload) {
			t.Errorf("interval often: %v", err)
		}
		if err := r.ConfigureIntegration(ctx, in, &platform.ConfigureIntegrationInput{ScheduleRegisterCall: "daily"}); err != nil {
			t.Fatal(err)
		}
		pass(23 * time.Hour)
		if n := c.count("register"); n != 1 {
			t.Errorf("after 23 hours: %d registers, want 1", n)
		}
		pass(2 * time.Hour)
		if n := c.count("register"); n != 2 {
			t.Errorf("after 25 hours: %d registers, want 2", n)
		}
		pass(24 * time.Hour)
		if n := c.count("register"); n != 3 {
			t.Errorf("after two days: %d registers, want 3", n)
		}
	})
}

func TestRegisterOnScheduleAfterRestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, db, ctx := &code{}, open(t), context.Background()
		r, stop := start(t, c.integration(), db)
		in := put(t, r, platform.PutInstallationInput{})
		if err := r.ConfigureIntegration(ctx, in, &platform.ConfigureIntegrationInput{ScheduleRegisterCall: "daily"}); err != nil {
			t.Fatal(err)
		}
		stop()
		pass(72 * time.Hour)
		if n := c.count("register"); n != 1 {
			t.Errorf("while it was stopped: %d registers, want 1", n)
		}
		_, stop = start(t, c.integration(), db)
		defer stop()
		if n := c.count("register"); n != 2 {
			t.Errorf("after it is back: %d registers, want 2: it was due", n)
		}
		pass(25 * time.Hour)
		if n := c.count("register"); n != 3 {
			t.Errorf("a day later: %d registers, want 3", n)
		}
	})
}

func TestIdentifierRegistersWhatFailed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &code{}
		c.register = func(context.Context, *integration.Call) error {
			if c.count("register") == 1 {
				return integration.RuntimeError("open the page to connect an account")
			}
			return nil
		}
		r := setup(t, c)
		in := put(t, r, platform.PutInstallationInput{})
		if err := r.ConfigureIntegration(context.Background(), in, &platform.ConfigureIntegrationInput{Identifier: platform.Set("team")}); err != nil {
			t.Fatal(err)
		}
		pass(10 * time.Second)
		if in := put(t, r, platform.PutInstallationInput{}); in.Status != store.StatusRegistered || in.Identifier != "team" || c.count("register") != 2 {
			t.Errorf("status %s, identifier %q, %d registers", in.Status, in.Identifier, c.count("register"))
		}
	})
}

func TestListen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &code{}
		c.listen = func(ctx context.Context, call *integration.Call) error {
			c.note("listen " + string(call.Configuration))
			if call.WebhookURL == "" || call.BotID != botID {
				t.Errorf("call %+v", call)
			}
			if c.count("listen {}") == 1 {
				return errors.New("the socket broke")
			}
			<-ctx.Done()
			c.note("stopped")
			return nil
		}
		r := setup(t, c)
		put(t, r, platform.PutInstallationInput{Configuration: json.RawMessage(`{}`)})
		synctest.Wait()
		expect := func(when string, counts map[string]int) {
			t.Helper()
			for note, want := range counts {
				if n := c.count(note); n != want {
					t.Errorf("%s: %q %d times, want %d", when, note, n, want)
				}
			}
		}
		expect("installed", map[string]int{"listen {}": 1})
		pass(10 * time.Second)
		expect("after the break", map[string]int{"listen {}": 2, "stopped": 0})
		put(t, r, platform.PutInstallationInput{Configuration: json.RawMessage(`{}`)})
		synctest.Wait()
		expect("put without a change", map[string]int{"listen {}": 2, "stopped": 0})
		put(t, r, platform.PutInstallationInput{Configuration: json.RawMessage(`{"key":"b"}`)})
		synctest.Wait()
		expect("configured anew", map[string]int{"listen {}": 2, "stopped": 1, `listen {"key":"b"}`: 1})
		off := false
		put(t, r, platform.PutInstallationInput{Enabled: &off})
		synctest.Wait()
		expect("disabled", map[string]int{"stopped": 2})
		on := true
		put(t, r, platform.PutInstallationInput{Enabled: &on})
		synctest.Wait()
		expect("enabled", map[string]int{`listen {"key":"b"}`: 2})
		if err := r.DeleteInstallation(context.Background(), botID, "code", false); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		expect("removed", map[string]int{"stopped": 3, "unregister": 1})
	})
}

func TestNothingToListen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &code{}
		c.listen = func(context.Context, *integration.Call) error {
			c.note("listen")
			return integration.ErrNothingToListen
		}
		put(t, setup(t, c), platform.PutInstallationInput{})
		pass(time.Hour)
		if n := c.count("listen"); n != 1 {
			t.Errorf("asked %d times, want 1", n)
		}
	})
}
