package crash

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/crash/journal"
	"github.com/bellhop-dev/bellhop/internal/store/postgres/pgtest"
)

// envFaults is how many faults are done; the default is few enough for each
// run of the tests.
const (
	envFaults     = "BELLHOP_CRASH_FAULTS"
	defaultFaults = 8
	drainWithin   = 4 * time.Minute
)

var cluster pgtest.Cluster

// Servers and bots are killed, requests and answers are lost, turns run long
// under leases and fail after they had an effect, in each mode of concurrency.
// What is proved stands in package journal.
func TestNothingAcknowledgedIsLostOrReordered(t *testing.T) {
	t.Parallel()
	faults := defaultFaults
	if text := os.Getenv(envFaults); text != "" {
		var err error
		if faults, err = strconv.Atoi(text); err != nil {
			t.Fatalf("%s: %v", envFaults, err)
		}
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		torture(t, "", faults)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		torture(t, cluster.URL(t), faults)
	})
}

func torture(t *testing.T, database string, faults int) {
	t.Helper()
	w := newWorld(t, database)
	stop := w.load()
	done := map[string]int{}
	for range faults {
		<-time.After(50*time.Millisecond + rand.N(250*time.Millisecond))
		kind := w.fault()
		done[kind]++
	}
	stop()
	if !w.drained(drainWithin) {
		t.Error("after a while some deliveries are still pending")
	}
	w.list()
	report := check(t, w.dir)
	for _, fault := range report.Faults {
		t.Error(fault)
	}
	lost := 0
	for _, p := range w.proxies {
		lost += p.Lost()
	}
	t.Logf("%d faults %v, %d requests and answers lost: %d messages acknowledged, %d turns (%d repeats), %d answers, delivered %d times",
		faults, done, lost, report.Acked, report.Turns, report.Repeats, report.Answers, report.Sent)
}

// check builds and runs the checker, a program of its own.
func check(t *testing.T, dir string) *journal.Report {
	t.Helper()
	program := filepath.Join(t.TempDir(), "checker")
	if out, err := exec.Command("go", "build", "-o", program, "./checker").CombinedOutput(); err != nil {
		t.Fatalf("build the checker: %v\n%s", err, out)
	}
	out, err := exec.Command(program, filepath.Join(dir, clientJournal), filepath.Join(dir, botJournal)).Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || exit.ExitCode() != 1) {
		t.Fatalf("run the checker: %v", err)
	}
	report := new(journal.Report)
	if err := json.Unmarshal(out, report); err != nil {
		t.Fatalf("read the checker's report: %v", err)
	}
	return report
}
