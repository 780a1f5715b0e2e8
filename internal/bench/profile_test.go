package bench_test

import (
	"os"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/bench"
)

// BenchmarkRun measures as the command does, so that it can be profiled;
// $BENCH_ONLY and $BENCH_DATABASE are Config.Only and Config.Database.
func BenchmarkRun(b *testing.B) {
	for b.Loop() {
		results, err := bench.Run(b.Context(), bench.Config{
			Duration: 3 * time.Second, Dir: b.TempDir(), Only: os.Getenv("BENCH_ONLY"), Database: os.Getenv("BENCH_DATABASE"),
		}, func(bench.Result) {})
		if err != nil {
			b.Fatal(err)
		}
		for _, r := range results {
			b.Logf("%-22s %7.0f/s  ratio %.2f  cpu %v", r.Name, r.PerSecond, r.Ratio, r.CPU)
		}
	}
}
