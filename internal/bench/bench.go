// Package bench measures the message flow of a server, webhook in, bot, reply
// out to an HTTP sink, beside a floor measured in the same run: a bare program
// with the same HTTP hops and the same number of grouped durable commits, and
// nothing else.
package bench

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bellhop-dev/bellhop/internal/probe"
)

// Config says what to measure.
type Config struct {
	Duration      time.Duration // of each measurement; 0 means 5 s
	Warmup        time.Duration // before each; 0 means 1 s
	Conversations int           // that write at the same time, each waiting for its answer; 0 means 64
	Dir           string        // where the databases are made and removed; "" means the system's
	Database      string        // of PostgreSQL, to be measured in place of SQLite; what is written stays in it
	Only          string        // measure only what has this in its name; "" means everything
	Bundle        string        // folder with integration.cjs and bot.cjs of conformance/bench.mjs; "" leaves uploaded code out
	Node          string        // the program that runs them; "" means node
}

// Result is one measurement.
type Result struct {
	Name       string  `json:"name"`
	Floor      bool    `json:"floor"`
	RoundTrips int     `json:"roundTrips"`
	PerSecond  float64 `json:"perSecond"`
	// CPU is that of the whole process, load included, and of its children, for
	// each round trip; PerCPUSecond is how many a second of it makes.
	CPU          time.Duration `json:"cpuPerRoundTripNs"`
	PerCPUSecond float64       `json:"perCpuSecond"`
	// Memory is what is resident at the end: of this process, load included,
	// and of the processes in which uploaded code runs. 0 where that is unknown.
	Memory     int64         `json:"memoryBytes,omitempty"`
	CodeMemory int64         `json:"codeMemoryBytes,omitempty"`
	P50        time.Duration `json:"p50Ns"`
	P95        time.Duration `json:"p95Ns"`
	P99        time.Duration `json:"p99Ns"`
	// Ratio is PerSecond over that of the floor; 0 for floors.
	Ratio float64 `json:"ratio,omitempty"`
	// ColdStart is how long uploaded code that does not run takes to answer a
	// call; 0 for other code.
	ColdStart time.Duration `json:"coldStartNs,omitempty"`
}

// subject is what is measured: it takes a webhook and in the end posts to the
// sink.
type subject struct {
	name  string
	floor bool
	open  opener
}

// opener starts a subject with its database in dir. What it cannot do behind
// the webhook's back it says with fail, which ends the measurement.
type opener func(ctx context.Context, dir, sink string, fail func(error)) (*running, error)

// running is a subject that takes webhooks until it is done.
type running struct {
	webhook string
	done    func() error
	cold    func(context.Context) (time.Duration, error) // measures a cold start; nil when there is none
}

// Run measures floors and servers, with code in process, remote and uploaded,
// and hands each result to report as soon as it is there.
func Run(ctx context.Context, cfg Config, report func(Result)) ([]Result, error) {
	if cfg.Duration == 0 {
		cfg.Duration = 5 * time.Second
	}
	if cfg.Warmup == 0 {
		cfg.Warmup = time.Second
	}
	if cfg.Conversations == 0 {
		cfg.Conversations = 64
	}
	subjects := []subject{
		{"floor, in process", true, openFloor(false, cfg.Database)},
		{"bellhop, in process", false, openServer(inProcess{}, cfg)},
		{"floor, remote", true, openFloor(true, cfg.Database)},
		{"bellhop, remote", false, openServer(remote{}, cfg)},
	}
	if cfg.Bundle != "" {
		b, err := readBundle(cfg.Bundle)
		if err != nil {
			return nil, err
		}
		subjects = append(subjects, subject{"bellhop, bundle", false, openServer(b, cfg)})
	}
	var results []Result
	var floor float64
	for _, s := range subjects {
		if !strings.Contains(s.name, cfg.Only) {
			continue
		}
		r, err := measure(ctx, cfg, s)
		if err != nil {
			return results, fmt.Errorf("%s: %w", s.name, err)
		}
		if s.floor {
			floor = r.PerSecond
		} else if floor > 0 {
			r.Ratio = r.PerSecond / floor
		}
		results = append(results, r)
		report(r)
	}
	return results, nil
}

func measure(ctx context.Context, cfg Config, s subject) (r Result, err error) {
	dir, err := os.MkdirTemp(cfg.Dir, "bellhop-bench-")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(dir)
	sink := newSink()
	sinkURL, stopSink, err := listen(sink)
	if err != nil {
		return r, err
	}
	defer stopSink()
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	debug.FreeOSMemory() // of what was measured before
	on, err := s.open(ctx, filepath.Join(dir, "data"), sinkURL, fail)
	if err != nil {
		return r, err
	}
	defer func() {
		if e := on.done(); err == nil {
			err = e
		}
	}()
	if _, _, err := load(ctx, cfg, on.webhook, sink, cfg.Warmup); err != nil {
		return r, err
	}
	before := used()
	latencies, took, err := load(ctx, cfg, on.webhook, sink, cfg.Duration)
	if err != nil {
		return r, err
	}
	after := used()
	r = Result{
		Name: s.name, Floor: s.floor, RoundTrips: len(latencies), PerSecond: float64(len(latencies)) / took.Seconds(),
		Memory: after.own, CodeMemory: after.childrens,
	}
	if n := len(latencies); n > 0 {
		slices.Sort(latencies)
		r.CPU = (after.cpu - before.cpu) / time.Duration(n)
		r.PerCPUSecond = float64(n) / (after.cpu - before.cpu).Seconds()
		r.P50, r.P95, r.P99 = latencies[n/2], latencies[n*95/100], latencies[n*99/100]
	}
	if on.cold != nil {
		r.ColdStart, err = on.cold(ctx)
	}
	return r, err
}

// load writes in all conversations for a time and returns how long each answer
// took.
func load(ctx context.Context, cfg Config, webhook string, sink *sink, d time.Duration) ([]time.Duration, time.Duration, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	client := newClient(cfg.Conversations)
	defer client.CloseIdleConnections()
	var mu sync.Mutex
	var all []time.Duration
	var wg sync.WaitGroup
	start := time.Now()
	for i := range cfg.Conversations {
		wg.Go(func() {
			var mine []time.Duration
			conversation := fmt.Sprintf("c%d-%d", start.UnixNano(), i)
			for n := 0; ctx.Err() == nil && time.Since(start) < d; n++ {
				sent := time.Now()
				if err := exchange(ctx, client, webhook, sink, conversation, n); err != nil {
					cancel(err)
					return
				}
				mine = append(mine, time.Since(sent))
			}
			mu.Lock()
			all = append(all, mine...)
			mu.Unlock()
		})
	}
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, 0, err
	}
	return all, time.Since(start), nil
}

// answerTimeout is when an answer counts as lost, which ends the run.
const answerTimeout = 30 * time.Second

func exchange(ctx context.Context, client *http.Client, webhook string, sink *sink, conversation string, n int) error {
	id := fmt.Sprintf("%s-%d", conversation, n)
	body := fmt.Appendf(nil, `{"conversation":%q,"user":%q,"id":%q,"text":%q}`, conversation, conversation, id, id)
	arrived := sink.expect(id)
	if err := probe.Post(ctx, client, webhook, body); err != nil {
		return err
	}
	timer := time.NewTimer(answerTimeout)
	defer timer.Stop()
	select {
	case <-arrived:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return fmt.Errorf("no answer to %s within %s", id, answerTimeout)
	}
}
