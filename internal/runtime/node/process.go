package node

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bellhop-dev/bellhop/wire"
)

// process is one running process that has loaded its code.
type process struct {
	sup    *Supervisor
	owner  string
	child  *child
	socket *os.File
	out    chan []byte // frames to write
	lines  *lines

	mu      sync.Mutex
	waiting map[uint32]chan reply
	next    uint32
	given   map[uint32]chan struct{} // calls that were given up and are not answered yet
	cause   error

	load   atomic.Int64 // calls that wait
	heard  atomic.Int64 // when it last gave a sign, Unix ns
	pinged atomic.Int64 // when it was asked for one; 0 is not

	ready chan struct{} // closed when the code is loaded
	ended chan struct{} // closed when the process is gone
	noted chan struct{} // closed when its pool knows
}

type reply struct {
	resp *wire.Response
	err  error
}

var (
	errStopped = errors.New("the code was stopped")
	errGarbled = errors.New("the code wrote something that is no answer to the server's socket")
)

const (
	endGrace = 2 * time.Second // for a process to end by itself
	// maxGiven is how many calls of a process may be given up at their
	// deadlines before it is replaced: each keeps what it holds.
	maxGiven = 256
	// outlastGrace is how long a delivery that was ended may take to return.
	outlastGrace = time.Minute
	loadID       = 0
)

// start starts a process and returns when it has loaded its code.
func (s *Supervisor) start(ref Ref) (*process, error) {
	ctx, cancel := context.WithTimeoutCause(context.Background(), s.cfg.Start, fmt.Errorf("it did not load within %s", s.cfg.Start))
	defer cancel()
	program, err := s.program(ctx)
	if err != nil {
		return nil, err
	}
	code, err := s.cfg.Load(ctx, ref)
	if err != nil {
		return nil, fmt.Errorf("load the code: %w", err)
	}
	token, revoke := s.cfg.Token(ref)
	hide := mask(append(slices.Collect(maps.Values(code.Secrets)), token)...)
	p := &process{
		sup: s, owner: ref.Owner, out: make(chan []byte, 16), lines: newLines(func(l Line) { s.cfg.Log(ref.Owner, l) }, hide),
		waiting: map[uint32]chan reply{}, given: map[uint32]chan struct{}{}, next: loadID + 1, ready: make(chan struct{}), ended: make(chan struct{}),
		noted: make(chan struct{}),
	}
	p.child, p.socket, err = program.run(s.environment(code, token), p.lines)
	if err != nil {
		revoke()
		return nil, fmt.Errorf("start node: %w", err)
	}
	p.heard.Store(time.Now().UnixNano())
	go p.write()
	go p.read()
	go func() {
		err := p.child.wait()
		revoke()
		p.finish(err)
	}()
	if preload := s.cfg.Preload; preload != "" {
		p.send(ctx, append(frame(kindPreload, loadID, len(preload)), preload...))
	}
	load := frame(kindLoad, loadID, len(code.Source))
	p.send(ctx, append(load, code.Source...))
	select {
	case <-p.ready:
	case <-p.ended:
		return nil, p.why()
	case <-ctx.Done():
		p.kill(context.Cause(ctx))
		<-p.ended
		return nil, p.why()
	}
	go p.watch()
	s.cfg.Logger.Info("code started", "owner", ref.Owner, "deployment", ref.Deployment, "pid", p.child.pid())
	return p, nil
}

// environment is all that a process gets.
func (s *Supervisor) environment(code *Code, token string) []string {
	env := []string{
		"BP_API_URL=" + s.cfg.APIURL(), "BP_TOKEN=" + token, "BP_WEBHOOK_URL=" + s.cfg.PublicURL(),
		"BP_LOG_FORMAT=json", "NODE_ENV=production",
	}
	for name, value := range code.Secrets {
		env = append(env, "SECRET_"+name+"="+value)
	}
	return env
}

// gone reports whether the process has ended.
func (p *process) gone() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// busy is how many calls the process has.
func (p *process) busy() int64 { return p.load.Load() }

// send hands a frame to the writer, unless the process or ctx ends first.
func (p *process) send(ctx context.Context, frame []byte) {
	select {
	case p.out <- frame:
	case <-p.ended:
	case <-ctx.Done():
	}
}

// call makes one call. When ctx ends first the process is left alone: it may
// have other calls, and watch sees whether it hangs.
func (p *process) call(ctx context.Context, req *wire.Request) (*wire.Response, error) {
	answer := make(chan reply, 1)
	p.mu.Lock()
	if p.next == loadID {
		p.next++
	}
	id := p.next
	p.next++
	p.waiting[id] = answer
	p.mu.Unlock()
	p.load.Add(1)
	defer p.load.Add(-1)
	b, err := callFrame(id, req)
	if err != nil {
		p.mu.Lock()
		delete(p.waiting, id)
		p.mu.Unlock()
		return nil, err
	}
	p.send(ctx, b)
	select {
	case r := <-answer:
		return r.resp, r.err
	case <-p.ended:
		select {
		case r := <-answer:
			return r.resp, r.err
		default:
			return nil, p.died()
		}
	case <-ctx.Done():
		ended := p.giveUp(id)
		if req.DeliveryID != "" {
			go p.outlast(ended)
		}
		return nil, &wire.RunningError{Err: fmt.Errorf("no answer in time: %w", context.Cause(ctx)), Ended: ended}
	}
}

// giveUp drops a call that nobody waits for. It returns what is closed when the
// code has answered it after all, or the process has ended.
func (p *process) giveUp(id uint32) <-chan struct{} {
	ended := make(chan struct{})
	p.mu.Lock()
	if _, waits := p.waiting[id]; waits && !p.gone() {
		delete(p.waiting, id)
		p.given[id] = ended
	} else { // it was answered, or the process has gone
		close(ended)
	}
	many := len(p.given) > maxGiven
	p.mu.Unlock()
	if many {
		p.kill(fmt.Errorf("it was replaced: %d of its calls were not answered in time and are still under way", maxGiven))
	}
	return ended
}

// outlast ends the process when a delivery that was given up does not end by
// itself: it may not be attempted again before that.
func (p *process) outlast(ended <-chan struct{}) {
	timer := time.NewTimer(outlastGrace)
	defer timer.Stop()
	select {
	case <-ended:
	case <-timer.C:
		p.kill(fmt.Errorf("it was replaced: a delivery that was ended had not returned %s later", outlastGrace))
	}
}

// write writes what is sent, many frames at once when there are many.
func (p *process) write() {
	w := bufio.NewWriterSize(p.socket, 64<<10)
	for {
		select {
		case <-p.ended:
			return
		case b := <-p.out:
			_, err := w.Write(b)
			if err == nil && len(p.out) == 0 {
				err = w.Flush()
			}
			if err != nil {
				return // it has gone, or soon will be
			}
		}
	}
}

func (p *process) read() {
	r := bufio.NewReaderSize(p.socket, 64<<10)
	for {
		kind, id, payload, err := readFrame(r, p.sup.cfg.MaxAnswer+(64<<10))
		if _, ok := errors.AsType[*tooLargeError](err); ok {
			p.kill(err)
			return
		} else if err != nil {
			return // it is about to end, and how it does tells why
		}
		p.heard.Store(time.Now().UnixNano())
		p.pinged.Store(0)
		switch kind {
		case kindPong:
		case kindReady:
			p.mu.Lock()
			select {
			case <-p.ready:
			default:
				close(p.ready)
			}
			p.mu.Unlock()
		case kindAnswer:
			p.take(id, payload)
		default:
			p.kill(errGarbled)
			return
		}
	}
}

func (p *process) take(id uint32, payload []byte) {
	p.mu.Lock()
	answer := p.waiting[id]
	delete(p.waiting, id)
	if ended := p.given[id]; ended != nil {
		delete(p.given, id)
		close(ended)
	}
	p.mu.Unlock()
	if answer == nil {
		return
	}
	resp, err := readAnswer(payload)
	if err == nil {
		maskError(resp, p.lines.hide)
	}
	answer <- reply{resp, err}
}

// watch kills the process when it hangs or is too large, and holds it back when
// it takes too much of the processor, until it ends.
func (p *process) watch() {
	cfg := &p.sup.cfg
	every := min(cfg.Hang/4, 250*time.Millisecond)
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	most := int64(cfg.Memory+cfg.Overhead) << 20
	cpu := newThrottle(cfg.CPU, cfg.CPUBurst, p.child.processorTime(), time.Now())
	starved := p.child.starved()
	var stopped, told time.Time
	for {
		select {
		case <-p.ended:
			return
		case now := <-ticker.C:
			if !stopped.IsZero() {
				p.child.resume()
				p.excuse(now.Sub(stopped))
				stopped = time.Time{}
				ticker.Reset(every)
			}
			if size := p.child.resident(); size > most {
				p.kill(fmt.Errorf("it was killed: it took %d MiB of memory, and %d are allowed", size>>20, most>>20))
				return
			}
			if d := p.child.starved(); d > starved {
				p.excuse(d - starved)
				starved = d
			}
			p.ask(now)
			if pause := cpu.spend(p.child.processorTime(), now); pause > 0 {
				p.child.stop()
				stopped = now
				ticker.Reset(min(pause, mostPause))
				if now.Sub(told) > tellEvery {
					told = now
					p.tell("warn", fmt.Sprintf("it is held back: it takes more than %d %% of a processor", cfg.CPU))
				}
			}
		}
	}
}

const (
	mostPause = time.Second // at a time, so that a process that is held back stays responsive
	tellEvery = time.Minute // that a process is held back
)

// excuse keeps a time in which the process could do nothing, because it was
// stopped or others had the processors, from counting as hanging.
func (p *process) excuse(d time.Duration) {
	if at := p.pinged.Load(); at != 0 {
		p.pinged.CompareAndSwap(at, at+int64(d))
	}
}

// tell adds a line of the server's own to the owner's log.
func (p *process) tell(level, text string) {
	p.sup.cfg.Log(p.owner, Line{At: time.Now(), Level: level, Message: "[bellhop] " + text})
}

// ask wants a sign of life from a process that has calls.
func (p *process) ask(now time.Time) {
	if at := p.pinged.Load(); at != 0 {
		if now.UnixNano()-at > int64(p.sup.cfg.Hang) {
			p.kill(fmt.Errorf("it was killed: it did nothing but block its event loop for %s", p.sup.cfg.Hang))
		}
		return
	}
	if p.busy() == 0 {
		return
	}
	p.pinged.Store(now.UnixNano())
	select {
	case p.out <- frame(kindPing, loadID, 0):
	default: // it reads nothing, which is no sign of life either
	}
}

// end lets the process end by itself for a while. Its calls are answered.
func (p *process) end() {
	p.blame(errStopped)
	_ = p.socket.Close() // the host takes that as the end
	timer := time.NewTimer(endGrace)
	defer timer.Stop()
	select {
	case <-p.ended:
	case <-timer.C:
		p.child.kill()
		<-p.ended
	}
}

// kill ends the process and all that it started.
func (p *process) kill(why error) {
	p.blame(why)
	p.child.kill()
}

// blame notes why the process ends, unless that is known.
func (p *process) blame(why error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cause == nil {
		p.cause = why
	}
}

// finish is called when the process is gone.
func (p *process) finish(exit error) {
	p.child.kill() // what it may have left behind
	p.lines.close()
	words := "it ended by itself"
	if exit != nil {
		words = "it ended: " + exit.Error()
	}
	if said := p.lines.last(); said != "" {
		words += ": " + said
	}
	p.blame(errors.New(words))
	close(p.ended)
	p.mu.Lock()
	for id, ended := range p.given {
		delete(p.given, id)
		close(ended)
	}
	p.mu.Unlock()
	_ = p.socket.Close()
}

// DiedError is that of a call during which the process of its code ended by
// itself, or was killed for what it did. Another call may have been the cause.
type DiedError struct{ Err error }

// Error returns the cause's text.
func (e *DiedError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *DiedError) Unwrap() error { return e.Err }

// died is the error of a call that the end of the process cut short.
func (p *process) died() error {
	why := p.why()
	for _, ours := range []error{errStopped, errClosed, errRetired} {
		if errors.Is(why, ours) {
			return why
		}
	}
	return &DiedError{why}
}

// why is why the process ended.
func (p *process) why() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return fmt.Errorf("the code's process: %w", p.cause)
}
