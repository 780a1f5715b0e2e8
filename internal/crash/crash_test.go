package crash

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/probe"
	"github.com/bellhop-dev/bellhop/internal/store/postgres/pgtest"
)

const (
	kills         = 50
	conversations = 16
	drainWithin   = time.Minute
)

var cluster pgtest.Cluster

func TestNothingAcknowledgedIsLostOrReordered(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		torture(t, "")
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		torture(t, cluster.URL(t))
	})
}

// torture kills a server under load, starts it again, and in the end asks for
// everything that it acknowledged.
func torture(t *testing.T, database string) {
	t.Helper()
	book := newLedger()
	sink := httptest.NewServer(book)
	t.Cleanup(sink.Close)
	dir := t.TempDir()
	for i := range kills {
		p := start(t, dir, sink.URL, database)
		patience := time.Duration(0) // half of the servers die at any moment, the others at work
		if i%2 == 0 {
			patience = 5 * time.Second
		}
		load(t, book, p.webhook, patience, time.Duration(10+rand.N(120))*time.Millisecond, p.kill)
	}
	p := start(t, dir, sink.URL, database)
	defer p.kill()
	if !book.drained(drainWithin) {
		t.Error("some acknowledged messages were not delivered")
	}
	book.check(t)
}

// process is a server that can be killed.
type process struct {
	webhook string
	kill    func()
}

func start(t *testing.T, dir, sink, database string) process {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), envDir+"="+dir, envSink+"="+sink, envURL+"="+database)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		_ = cmd.Process.Kill()
		t.Fatalf("the server did not start: %v (%v)", err, cmd.Wait())
	}
	return process{strings.TrimSpace(line), func() {
		_ = cmd.Process.Kill() // SIGKILL
		_ = cmd.Wait()         // it was killed
	}}
}

// load writes in all conversations until the server is killed under it: after
// its life, which begins with the first acknowledgement or at the end of
// patience. A busy machine would else let no server live to see a message.
func load(t *testing.T, book *ledger, webhook string, patience, life time.Duration, kill func()) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	pool := &http.Transport{MaxIdleConnsPerHost: conversations}
	defer pool.CloseIdleConnections()
	client := &http.Client{Transport: pool}
	var wg sync.WaitGroup
	var once sync.Once
	works := make(chan struct{})
	for i := range conversations {
		wg.Go(func() {
			name := "c" + strconv.Itoa(i)
			for ctx.Err() == nil {
				// A message that was not acknowledged is sent again with the
				// same id, as vendors do.
				n := book.next(name)
				body := fmt.Appendf(nil, `{"conversation":%q,"user":%q,"id":"%s-%d","text":"%d"}`, name, name, name, n, n)
				if probe.Post(ctx, client, webhook, body) != nil {
					return // the server is dying
				}
				book.acknowledge(name, n)
				once.Do(func() { close(works) })
			}
		})
	}
	select {
	case <-works:
	case <-time.After(patience):
	}
	<-time.After(life)
	kill()
	stop()
	wg.Wait()
}

// ledger notes what was acknowledged and what the sink saw, in order.
type ledger struct {
	mu    sync.Mutex
	acked map[string]int // how many messages of a conversation
	seen  map[string][]probe.Outbound
	news  chan struct{}
}

func newLedger() *ledger {
	return &ledger{acked: map[string]int{}, seen: map[string][]probe.Outbound{}, news: make(chan struct{}, 1)}
}

func (l *ledger) next(conversation string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.acked[conversation]
}

func (l *ledger) acknowledge(conversation string, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acked[conversation] = n + 1
}

// ServeHTTP is the sink.
func (l *ledger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var out probe.Outbound
	if err := json.NewDecoder(r.Body).Decode(&out); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	l.mu.Lock()
	l.seen[out.Conversation] = append(l.seen[out.Conversation], out)
	l.mu.Unlock()
	select {
	case l.news <- struct{}{}:
	default: // drained looks anyway
	}
}

// drained waits until the last acknowledged message of each conversation was
// seen.
func (l *ledger) drained(within time.Duration) bool {
	timer := time.NewTimer(within)
	defer timer.Stop()
	for !l.complete() {
		select {
		case <-l.news:
		case <-timer.C:
			return false
		}
	}
	return true
}

func (l *ledger) complete() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for conversation, n := range l.acked {
		seen := l.seen[conversation]
		if n > 0 && (len(seen) == 0 || number(seen[len(seen)-1]) < n-1) {
			return false
		}
	}
	return true
}

func number(out probe.Outbound) int {
	n, err := strconv.Atoi(out.Text)
	if err != nil {
		return -1
	}
	return n
}

// check asks for each conversation that message follows message, and that a
// repeat comes at once and with the same delivery id.
func (l *ledger) check(t *testing.T) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	total, repeats := 0, 0
	for conversation, seen := range l.seen {
		last, lastID := -1, ""
		for _, out := range seen {
			n := number(out)
			switch {
			case n == last && out.DeliveryID == lastID:
				repeats++
			case n == last:
				t.Errorf("%s: message %d came twice, as deliveries %s and %s", conversation, n, lastID, out.DeliveryID)
			case n != last+1:
				t.Errorf("%s: message %d came after %d", conversation, n, last)
			}
			last, lastID = n, out.DeliveryID
		}
		if acked := l.acked[conversation]; last+1 < acked {
			t.Errorf("%s: %d messages were acknowledged, %d were delivered", conversation, acked, last+1)
		}
		total += last + 1
	}
	if total == 0 {
		t.Error("no message was delivered at all")
	}
	t.Logf("%d kills, %d messages, %d repeats", kills, total, repeats)
}
