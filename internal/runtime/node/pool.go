package node

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/bellhop-dev/bellhop/wire"
)

// pool is the processes of one deployment.
type pool struct {
	sup   *Supervisor
	ref   Ref
	slots chan struct{} // full while as many calls run as there may
	made  time.Time

	mu        sync.Mutex
	processes []*process // those that take calls
	starting  *start     // the one that is about to; nil when none is
	running   int        // processes that have not ended, and starts
	calls     int        // begun and not ended
	used      time.Time  // when the last call ended
	retired   bool
	empty     chan struct{} // closed when retired and without calls
	ended     chan struct{} // closed when nothing runs any more after that
	failures  int           // in a row
	notBefore time.Time     // when the next start may be
	failed    error         // why the last process ended
}

// start is a process on its way.
type start struct {
	done chan struct{} // closed when it takes calls or failed
	err  error
}

func newPool(s *Supervisor, ref Ref) *pool {
	return &pool{
		sup: s, ref: ref, slots: make(chan struct{}, s.cfg.Calls*s.cfg.Processes), made: time.Now(), used: time.Now(),
		empty: make(chan struct{}), ended: make(chan struct{}),
	}
}

func (p *pool) handle(ctx context.Context, req *wire.Request) (*wire.Response, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("no turn in time: %w", context.Cause(ctx))
	}
	defer func() { <-p.slots }()
	proc, err := p.process(ctx)
	if err != nil {
		return nil, err
	}
	return proc.call(ctx, req)
}

func (p *pool) enter() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.retired {
		return errRetired
	}
	if p.calls >= cap(p.slots)+p.sup.cfg.Queue {
		return fmt.Errorf("%d calls wait for the code; no more are taken until some are answered", p.calls)
	}
	p.calls++
	return nil
}

func (p *pool) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls--
	p.used = time.Now()
	p.settle()
}

// settle closes what is waited for; p.mu is held.
func (p *pool) settle() {
	if !p.retired || p.calls > 0 {
		return
	}
	select {
	case <-p.empty:
	default:
		close(p.empty)
	}
	if p.running > 0 {
		return
	}
	select {
	case <-p.ended:
	default:
		close(p.ended)
	}
}

func (p *pool) retire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.retired = true
	p.settle()
}

// wait ends the processes of a retired pool when it has no calls, and returns
// when they are gone.
func (p *pool) wait() {
	<-p.empty
	p.mu.Lock()
	ending := p.processes
	p.mu.Unlock()
	for _, proc := range ending {
		proc.end()
	}
	<-p.ended
}

// kill ends the processes with their calls.
func (p *pool) kill(why error) {
	p.mu.Lock()
	ending := p.processes
	p.mu.Unlock()
	for _, proc := range ending {
		proc.kill(why)
	}
}

// idleSince is how long there has been no call.
func (p *pool) idleSince(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.calls > 0 {
		return 0
	}
	return now.Sub(p.used)
}

// process returns the process that has the least to do, and starts one more
// when all have something and there may be more.
func (p *pool) process(ctx context.Context) (*process, error) {
	for {
		p.mu.Lock()
		var free, gone *process
		for _, proc := range p.processes {
			if proc.gone() {
				gone = proc
			} else if free == nil || proc.busy() < free.busy() {
				free = proc
			}
		}
		if free == nil && gone != nil { // how it ended decides when the next one starts
			p.mu.Unlock()
			select {
			case <-gone.noted:
				continue
			case <-ctx.Done():
				return nil, fmt.Errorf("the code did not start in time: %w", context.Cause(ctx))
			}
		}
		if (free == nil || free.busy() > 0 && p.running < p.sup.cfg.Processes) && p.starting == nil {
			if wait := time.Until(p.notBefore); wait > 0 && free == nil {
				err := p.failed
				p.mu.Unlock()
				return nil, fmt.Errorf("the code does not run and is started again in %s: %w", wait.Round(time.Second/10), err)
			}
			p.starting = &start{done: make(chan struct{})}
			p.running++
			go p.start(p.starting)
		}
		s := p.starting
		p.mu.Unlock()
		if free != nil {
			return free, nil
		}
		select {
		case <-s.done:
			if s.err != nil {
				return nil, s.err
			}
		case <-ctx.Done():
			return nil, fmt.Errorf("the code did not start in time: %w", context.Cause(ctx))
		}
	}
}

// start starts a process and sees it to its end.
func (p *pool) start(s *start) {
	began := time.Now()
	proc, err := p.sup.start(p.ref)
	p.mu.Lock()
	p.starting = nil
	if err != nil {
		s.err = err
		p.fail(err, true)
		p.mu.Unlock()
		close(s.done)
		return
	}
	p.processes = append(p.processes, proc)
	retired := p.retired && p.calls == 0
	p.mu.Unlock()
	close(s.done)
	if retired {
		proc.end()
	}
	<-proc.ended
	defer close(proc.noted)
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, other := range p.processes {
		if other == proc {
			p.processes = append(p.processes[:i:i], p.processes[i+1:]...)
		}
	}
	if time.Since(began) > healthy {
		p.failures = 0
	}
	p.fail(proc.why(), false)
}

const (
	healthy    = time.Minute // a process that lasted so long was not at fault
	firstDelay = time.Second
	mostDelay  = time.Minute
)

// fail notes that a process ended, or that one did not start; p.mu is held.
// After the first crash the next process is started at once.
func (p *pool) fail(why error, atStart bool) {
	p.running--
	defer p.settle()
	if errors.Is(why, errStopped) || errors.Is(why, errClosed) {
		return
	}
	p.failures++
	p.failed = why
	delay := min(firstDelay<<min(p.failures-1, 10), mostDelay)
	if p.failures == 1 && !atStart {
		delay = 0
	}
	p.notBefore = time.Now().Add(delay)
	p.sup.cfg.Logger.Warn("code ended", "owner", p.ref.Owner, "deployment", p.ref.Deployment, "failures", p.failures, "restart_in", delay, "error", why)
	p.sup.cfg.Log(p.ref.Owner, Line{At: time.Now(), Level: "error", Message: "[bellhop] " + why.Error()})
}
