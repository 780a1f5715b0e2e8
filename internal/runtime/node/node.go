package node

import (
	"context"
	_ "embed"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/bellhop-dev/bellhop/wire"
)

//go:embed host.cjs
var hostScript string

// Config configures a Supervisor. Load, Token and Log are needed.
type Config struct {
	// Node is the path or the name of the program; "" is node on the PATH.
	Node string
	// User is what processes run as when the server is root: a user id, and
	// maybe a group id after a colon. "" is 65534, nobody.
	User string
	// Preload is a CommonJS script of the operator, which each process runs
	// before its code, as confined as that. "" is none.
	Preload string
	// Processes is how many of them one deployment may have; 0 means 1.
	Processes int
	// Calls is how many calls one process is given at a time; 0 means 64. Queue
	// is how many more may wait for one deployment; 0 means 1024.
	Calls, Queue int
	// Memory is the largest JavaScript heap, in MiB; 0 means 256. A process as
	// a whole may have Overhead MiB more; 0 means 256.
	Memory, Overhead int
	// CPU is how much of one processor a process may take over time, in percent;
	// 0 means 100. It may save CPUBurst to take at once; 0 means 2 s.
	CPU      int
	CPUBurst time.Duration
	// Files is how many files and sockets a process may have open; 0 means 1024.
	Files int
	// Idle is how long a deployment stays up without a call; 0 means 5 min.
	Idle time.Duration
	// Age is how long a deployment's processes, and with them their tokens, are
	// used before others take their place; 0 means 24 h.
	Age time.Duration
	// Hang is how long a process may leave its event loop blocked while it has
	// calls; 0 means 15 s. Start is how long it may take to load; 0 means 30 s.
	Hang, Start time.Duration
	// MaxAnswer is the largest answer in bytes; 0 means 10 MiB.
	MaxAnswer int64
	Logger    *slog.Logger // nil discards

	// APIURL and PublicURL return where code calls the platform, and where the
	// outside reaches it.
	APIURL, PublicURL func() string
	// Load returns the code of a deployment; store.ErrNotFound when it is gone.
	Load func(ctx context.Context, ref Ref) (*Code, error)
	// Token makes a token for one process, which revoke ends.
	Token func(ref Ref) (value string, revoke func())
	// Log takes a line that code printed or that is told about it. It must not
	// block.
	Log func(owner string, line Line)
}

// Ref names a deployment.
type Ref struct {
	Owner       string // id of the integration version or the bot
	Deployment  string // later ones sort behind earlier ones
	Integration bool   // or else it is a bot's
	WorkspaceID string
}

// Code is what a process runs.
type Code struct {
	Source  string
	Secrets map[string]string // declared ones without a value are empty
}

// Supervisor runs deployments. It is safe for concurrent use.
type Supervisor struct {
	cfg Config

	probing sync.Mutex
	probed  *program // nil: not yet found

	mu     sync.Mutex
	pools  map[string]*pool // by owner
	closed bool
	idle   *time.Ticker
	stop   chan struct{}
	ending sync.WaitGroup // of pools that are retired
}

// New returns a Supervisor, which starts nothing by itself. It must be closed.
func New(cfg Config) *Supervisor {
	set(&cfg.Node, "node")
	set(&cfg.User, "65534")
	set(&cfg.Processes, 1)
	set(&cfg.Calls, 64)
	set(&cfg.Queue, 1024)
	set(&cfg.Memory, 256)
	set(&cfg.Overhead, 256)
	set(&cfg.CPU, 100)
	set(&cfg.CPUBurst, 2*time.Second)
	set(&cfg.Files, 1024)
	set(&cfg.Idle, 5*time.Minute)
	set(&cfg.Age, 24*time.Hour)
	set(&cfg.Hang, 15*time.Second)
	set(&cfg.Start, 30*time.Second)
	set(&cfg.MaxAnswer, 10<<20)
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Supervisor{cfg: cfg, pools: map[string]*pool{}, idle: time.NewTicker(max(min(cfg.Idle, cfg.Age)/4, 10*time.Millisecond)), stop: make(chan struct{})}
	s.ending.Go(s.retireOld)
	return s
}

// set gives a field without a value its default.
func set[T comparable](field *T, value T) {
	var none T
	if *field == none {
		*field = value
	}
}

// Handler returns the handler of a deployment; it may be made for each call.
func (s *Supervisor) Handler(ref Ref) wire.Handler {
	return wire.HandlerFunc(func(ctx context.Context, req *wire.Request) (*wire.Response, error) {
		for {
			p, err := s.pool(ref)
			if err != nil {
				return nil, err
			}
			resp, err := p.handle(ctx, req)
			if !errors.Is(err, errRetired) {
				return resp, err
			}
		}
	})
}

var (
	errRetired = errors.New("the deployment is replaced")
	errClosed  = errors.New("the server is stopping")
)

// pool returns the pool of a deployment or of a later one of the same owner.
func (s *Supervisor) pool(ref Ref) (*pool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errClosed
	}
	p := s.pools[ref.Owner]
	if p != nil && p.ref.Deployment >= ref.Deployment {
		return p, nil
	}
	if p != nil {
		s.retire(p)
	}
	p = newPool(s, ref)
	s.pools[ref.Owner] = p
	return p, nil
}

// retire takes a pool away: its calls go on, new ones go elsewhere, and it ends
// when there are none.
func (s *Supervisor) retire(p *pool) {
	delete(s.pools, p.ref.Owner)
	p.retire()
	s.ending.Go(p.wait)
}

// Changed says that the code or the secrets of an owner are others, or gone:
// what runs is stopped as soon as its calls are answered.
func (s *Supervisor) Changed(owner string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.pools[owner]; p != nil {
		s.retire(p)
	}
}

func (s *Supervisor) retireOld() {
	for {
		select {
		case <-s.stop:
			return
		case now := <-s.idle.C:
			s.mu.Lock()
			for _, p := range s.pools {
				if p.idleSince(now) > s.cfg.Idle || now.Sub(p.made) > s.cfg.Age {
					s.retire(p)
				}
			}
			s.mu.Unlock()
		}
	}
}

// Close stops everything: calls that run get until ctx is done.
func (s *Supervisor) Close(ctx context.Context) error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	all := make([]*pool, 0, len(s.pools))
	for _, p := range s.pools {
		all = append(all, p)
		s.retire(p)
	}
	close(s.stop)
	s.idle.Stop()
	s.mu.Unlock()
	done := make(chan struct{})
	go func() {
		s.ending.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
		for _, p := range all {
			p.kill(errClosed)
		}
		<-done
	}
	return nil
}
