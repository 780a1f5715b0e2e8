package integrationtest_test

import (
	"context"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
)

// recorder is a test that notes its faults and when it ends.
type recorder struct {
	testing.TB
	faults int
	end    func()
}

func (r *recorder) Helper()               {}
func (r *recorder) Cleanup(fn func())     { r.end = fn }
func (r *recorder) Errorf(string, ...any) { r.faults++ }

func TestLogFindsSecrets(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		said string
		want int
	}{
		"none": {"nothing to see", 0},
		"one":  {"the token s3cr3t", 1},
		"both": {"s3cr3t and pa55", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &recorder{TB: t}
			integrationtest.NewLog(r, "s3cr3t", "pa55").Logger().Debug("said", "what", c.said)
			if r.end(); r.faults != c.want {
				t.Errorf("%d faults, want %d", r.faults, c.want)
			}
		})
	}
}

func TestLogWait(t *testing.T) {
	t.Parallel()
	log := integrationtest.NewLog(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan bool)
	go func() { done <- log.Wait(ctx, "second") }()
	log.Logger().Info("first")
	log.Logger().Info("second")
	if !<-done || !strings.Contains(log.String(), "first") {
		t.Errorf("the log is %s", log)
	}
	cancel()
	if log.Wait(ctx, "third") {
		t.Error("Wait found what was not logged")
	}
}

func TestWordsOfGoldenFiles(t *testing.T) {
	t.Parallel()
	const user, conv = "user_01JG0000000000000000000001", "conv_01JG0000000000000000000002"
	if got, want := integrationtest.Named(user+" in "+conv+" by "+user), "user_1 in conv_2 by user_1"; got != want {
		t.Errorf("Named = %q, want %q", got, want)
	}
	long := strings.Repeat("x", 19)
	if got, want := integrationtest.Runs("a"+long+"b"+strings.Repeat(" ", 30)+long[1:]), "ax*19b"+strings.Repeat(" ", 30)+long[1:]; got != want {
		t.Errorf("Runs = %q, want %q", got, want)
	}
}
