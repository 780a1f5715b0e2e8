package bench

import (
	"context"
	"strings"
	"testing"
	"time"
)

func TestAFloorThatLosesAnAnswerSaysSo(t *testing.T) {
	t.Parallel()
	for _, remote := range []bool{false, true} {
		deaf := func(ctx context.Context, dir, _ string, fail func(error)) (*running, error) {
			return openFloor(remote, "")(ctx, dir, "http://127.0.0.1:1", fail)
		}
		cfg := Config{Duration: time.Minute, Warmup: time.Minute, Conversations: 2, Dir: t.TempDir()}
		_, err := measure(t.Context(), cfg, subject{"deaf", true, deaf})
		if err == nil || !strings.Contains(err.Error(), "the floor lost an answer") {
			t.Errorf("measure of a floor (remote: %v) whose sink refuses = %v, want that it lost an answer", remote, err)
		}
	}
}
