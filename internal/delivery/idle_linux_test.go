package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/delivery"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/store/sqlite"
)

// processorTime is how much of the processors the process has used.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkBacklogAtRest measures what a server with a backlog costs while its
// bot is away: the share of one processor, over twenty seconds per round, after
// ten seconds in which the backlog was read.
func BenchmarkBacklogAtRest(b *testing.B) {
	const backlog = 200_000
	for _, lanes := range []int{200_000, 1000, 1} {
		b.Run(fmt.Sprintf("lanes=%d", lanes), func(b *testing.B) {
			s, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "b.db"), sqlite.Config{})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			fillBacklog(b, s, backlog, lanes)
			d := delivery.New(delivery.Config{Store: s, Deliverer: &target{fn: func(context.Context, *store.Delivery) error {
				return errors.New("connection refused")
			}}})
			ctx, cancel := context.WithCancel(b.Context())
			ended := make(chan error, 1)
			go func() { ended <- d.Run(ctx) }()
			<-time.After(10 * time.Second)
			var used time.Duration
			rounds := 0
			for b.Loop() {
				before := processorTime(b)
				<-time.After(20 * time.Second)
				used += processorTime(b) - before
				rounds++
			}
			b.ReportMetric(100*used.Seconds()/float64(20*rounds), "%cpu")
			cancel()
			if err := <-ended; err != nil {
				b.Error(err)
			}
		})
	}
}

func fillBacklog(b *testing.B, s store.Store, n, lanes int) {
	b.Helper()
	body := []byte(`{"x":"` + strings.Repeat("x", 500) + `"}`)
	for start := 0; start < n; start += 5000 {
		err := s.Update(b.Context(), func(tx *store.Tx) error {
			for i := start; i < start+5000; i++ {
				err := tx.Enqueue(b.Context(), &store.Delivery{
					ID: fmt.Sprintf("d%06d", i), Lane: fmt.Sprintf("bot:dead:%d", i%lanes), Target: store.TargetBot, BotID: "dead", Body: body,
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
