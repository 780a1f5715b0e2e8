package crash

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/internal/crash/journal"
	"github.com/bellhop-dev/bellhop/internal/probe"
	"github.com/bellhop-dev/bellhop/internal/server"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/platform/platformhttp"
)

// The test runs itself again as the processes that are killed.
const (
	envRole     = "BELLHOP_CRASH_ROLE" // server or bot
	envDir      = "BELLHOP_CRASH_DIR"
	envDatabase = "BELLHOP_CRASH_DATABASE"
	envAPI      = "BELLHOP_CRASH_API"
	envToken    = "BELLHOP_CRASH_TOKEN"
	envBots     = "BELLHOP_CRASH_BOTS" // JSON: ids by mode
)

func TestMain(m *testing.M) {
	run := map[string]func(context.Context) error{"server": serveUntilKilled, "bot": botUntilKilled}[os.Getenv(envRole)]
	if run != nil {
		if err := run(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	code := m.Run()
	cluster.Stop()
	os.Exit(code)
}

// serveUntilKilled runs a server and prints its address and an account token.
func serveUntilKilled(ctx context.Context) error {
	dir := os.Getenv(envDir)
	cfg := config.Default()
	cfg.Listen, cfg.Data, cfg.Database, cfg.AllowPrivate = "127.0.0.1:0", dir, os.Getenv(envDatabase), true
	srv, err := server.Open(ctx, server.Options{
		Config: cfg, Version: "crash test", Integrations: []integration.Integration{probe.Integration()},
	})
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "token")
	known, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	token, err := srv.AccountToken(ctx, string(known), "crash test")
	if err != nil {
		return errors.Join(err, srv.Close())
	}
	if err := os.WriteFile(path, []byte(token), 0o600); err != nil {
		return errors.Join(err, srv.Close())
	}
	fmt.Println(srv.LocalURL(), token)
	return srv.Run(ctx)
}

// tortured is the bot that is killed. It answers for all modes.
type tortured struct {
	journal *journal.Writer
	modes   map[string]string // by the bot's id
}

// botUntilKilled serves the bot and prints its address.
func botUntilKilled(ctx context.Context) error {
	path := filepath.Join(os.Getenv(envDir), botJournal)
	before, err := journal.Read(path)
	if err != nil {
		return err
	}
	w, err := journal.Open(path)
	if err != nil {
		return err
	}
	var ids map[string]string
	if err := json.Unmarshal([]byte(os.Getenv(envBots)), &ids); err != nil {
		return err
	}
	t := &tortured{journal: w, modes: map[string]string{}}
	for mode, id := range ids {
		t.modes[id] = mode
	}
	transport, err := platformhttp.New(os.Getenv(envAPI), platformhttp.Config{Attempts: 40, Backoff: 5 * time.Millisecond})
	if err != nil {
		return err
	}
	if err := w.Write(journal.Record{Kind: journal.Started}); err != nil {
		return err
	}
	go giveBack(ctx, transport, ids, before)
	return bot.Serve(ctx, bot.New(bot.Definition{Name: "tortured"}, func(m *bot.Mux) { bot.Message(m, t.message) }), bot.ServeConfig{
		Addr: "127.0.0.1:0", Transport: transport, Token: os.Getenv(envToken), LeaseAfter: 40 * time.Millisecond,
		Getenv: func(string) string { return "" }, Ready: func(a net.Addr) { fmt.Println("http://" + a.String()) },
	})
}

// giveBack fails the attempts that the process before this one was killed at:
// the server would wait for the end of their leases.
func giveBack(ctx context.Context, transport platform.Transport, ids map[string]string, before []journal.Record) {
	open := map[string]journal.Record{}
	for _, r := range before {
		switch r.Kind {
		case journal.Started:
			clear(open)
		case journal.Began:
			open[r.Delivery] = r
		case journal.Ended:
			delete(open, r.Delivery)
		}
	}
	for _, r := range open {
		client := platform.NewClient(transport, platform.Caller{Token: os.Getenv(envToken), BotID: ids[r.Mode]})
		// It is refused when the attempt had no lease, or has ended.
		_, _ = client.FailDelivery(ctx, &platform.FailDeliveryInput{ID: r.Delivery, Attempt: r.Attempt, Reason: "the bot was killed"})
	}
}

// message is a turn. It takes a while, says other words each time, and fails
// now and then after it has said them.
func (t *tortured) message(ctx context.Context, call *bot.MessageCall, in message.Text) (err error) {
	r := journal.Record{Kind: journal.Began, Mode: t.modes[call.BotID], Delivery: call.DeliveryID, Attempt: call.Attempt}
	for _, m := range call.Skipped {
		var p message.Text
		if err := json.Unmarshal(m.Payload, &p); err != nil {
			return err
		}
		if err := add(&r, p.Text); err != nil {
			return err
		}
	}
	if err := add(&r, in.Text); err != nil {
		return err
	}
	if err := t.journal.Write(r); err != nil {
		return err
	}
	defer func() {
		r.Kind, r.Outcome = journal.Ended, journal.Done
		switch {
		case ctx.Err() != nil && err != nil:
			r.Outcome = journal.Cancelled
		case err != nil:
			r.Outcome = journal.Failed
		}
		err = errors.Join(err, t.journal.Write(r))
	}()
	select {
	case <-time.After(takes()):
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if _, err := call.Reply(ctx, message.Text{Text: fmt.Sprintf("%s in words no. %x", in.Text, rand.Uint64())}); err != nil {
		return err
	}
	if rand.IntN(12) == 0 {
		return errors.New("the model is busy")
	}
	return nil
}

// takes is how long a turn takes: mostly a moment, sometimes under a lease.
func takes() time.Duration {
	switch n := rand.IntN(100); {
	case n < 75:
		return rand.N(20 * time.Millisecond)
	case n < 97:
		return rand.N(200 * time.Millisecond)
	}
	return rand.N(1500 * time.Millisecond)
}

// add notes a message of the client: its text begins with the conversation and
// its number there.
func add(r *journal.Record, text string) error {
	conversation, n, err := parse(text)
	r.Conversation, r.Numbers = conversation, append(r.Numbers, n)
	return err
}

func parse(text string) (conversation string, n int, err error) {
	if _, err := fmt.Sscanf(strings.Join(strings.Fields(text), " "), "%s %d", &conversation, &n); err != nil {
		return "", 0, fmt.Errorf("the text %q is not one of the test's: %w", text, err)
	}
	return conversation, n, nil
}
