package bench_test

import (
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/bench"
)

func TestEveryMeasurementMakesRoundTrips(t *testing.T) {
	t.Parallel()
	results, err := bench.Run(t.Context(), bench.Config{
		Duration: 100 * time.Millisecond, Warmup: 10 * time.Millisecond, Conversations: 4, Dir: t.TempDir(),
	}, func(r bench.Result) { t.Logf("%+v", r) })
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != 4 {
		t.Fatalf("Run gave %d results, want 4", len(results))
	}
	for _, r := range results {
		if r.RoundTrips == 0 || r.P99 < r.P50 || r.Floor == (r.Ratio > 0) {
			t.Errorf("result %+v makes no sense", r)
		}
	}
}
