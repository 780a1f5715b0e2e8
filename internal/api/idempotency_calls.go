package api

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// maxKeptOutput is the greatest size in bytes of an action's output that is kept for repeats of its call.
const maxKeptOutput = 1 << 20

// How often, and after which pause, the outcome of an action is written while the store is busy.
const (
	keepAttempts = 6
	keepPause    = 50 * time.Millisecond
)

// calls are the actions that are being carried out under an idempotency key. They do not end with the caller that asked
// for them first, who may have lost the connection: repeats of the call wait for the same outcome.
type calls struct {
	runner string // names this process in records of keys
	ctx    context.Context
	stop   context.CancelFunc
	wg     sync.WaitGroup

	mu      sync.Mutex
	running map[callKey]*runningCall
	closed  bool
}

type callKey struct{ botID, installationID, key string }

type runningCall struct {
	record *store.IdempotencyKey
	done   chan struct{} // closed once out and err are set
	out    *platform.CallActionOutput
	err    error
}

func (c *calls) init() {
	c.runner, c.running = rand.Text(), map[callKey]*runningCall{}
	c.ctx, c.stop = context.WithCancel(context.Background())
}

// carryOut does an action.
type carryOut func(context.Context) (*platform.CallActionOutput, error)

// callOnce carries out an action unless an earlier call with the key did, or does: then its output is that of this call
// too. An action that failed is not kept, so that a repeat carries it out again.
func (s *Service) callOnce(ctx context.Context, k *store.IdempotencyKey, do carryOut) (*platform.CallActionOutput, error) {
	for {
		r, first, err := s.join(ctx, k, do)
		if err != nil {
			return nil, err
		}
		select {
		case <-r.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if first {
			return r.out, r.err
		}
		if _, theirs := platform.AsKeyConflict(r.err); theirs {
			continue // the call that this one waited for was refused, which this one need not be
		}
		return r.repeat(k)
	}
}

// repeat is the outcome of the call for a call that waited for it.
func (r *runningCall) repeat(k *store.IdempotencyKey) (*platform.CallActionOutput, error) {
	if r.err != nil {
		return nil, r.err
	}
	record := *r.record
	record.Output = r.out.Output
	if err := sameCall(k, &record); err != nil {
		return nil, err
	}
	return &platform.CallActionOutput{Output: r.out.Output, Replayed: true}, nil
}

// join returns the running call of the key, which this call started when it is the first.
func (s *Service) join(ctx context.Context, k *store.IdempotencyKey, do carryOut) (r *runningCall, first bool, err error) {
	c := &s.calls
	c.mu.Lock()
	defer c.mu.Unlock()
	name := callKey{k.BotID, k.InstallationID, k.Key}
	if r := c.running[name]; r != nil {
		return r, false, nil
	}
	if c.closed {
		return nil, false, store.ErrClosed
	}
	r = &runningCall{record: k, done: make(chan struct{})}
	c.running[name] = r
	detached, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(c.ctx, cancel)
	c.wg.Go(func() {
		defer cancel()
		defer stop()
		defer func() {
			if p := recover(); p != nil {
				r.err = errors.New("the call of an action panicked")
				s.Logger.Error("operation panicked", "operation", k.Operation, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			}
			c.mu.Lock()
			delete(c.running, name)
			c.mu.Unlock()
			close(r.done)
		}()
		r.out, r.err = s.runCall(detached, k, do)
	})
	return r, true, nil
}

// runCall carries out the action of a key unless it was carried out before.
func (s *Service) runCall(ctx context.Context, k *store.IdempotencyKey, do carryOut) (*platform.CallActionOutput, error) {
	k.Runner = s.calls.runner
	prior, err := update(ctx, s, func(tx *store.Tx) (*store.IdempotencyKey, error) {
		prior, err := tx.ClaimKey(ctx, k)
		if err != nil || prior == nil {
			return nil, err
		}
		if err := sameCall(k, prior); err != nil || prior.Runner == "" {
			return prior, err
		}
		// One server owns the database, and this one does not carry the action out: whoever did was stopped, and nobody
		// knows how far it came. The code that is called gets the same call id.
		return nil, tx.TakeKey(ctx, prior, k.Runner)
	})
	switch {
	case err != nil:
		return nil, err
	case prior == nil:
	case prior.Output == nil:
		return nil, platform.Errorf(platform.TypeResourceGone, "idempotencyKey %q belongs to an earlier callAction, which was carried out; its output is not kept: it was over %d bytes, or erased",
			k.Key, maxKeptOutput)
	default:
		return &platform.CallActionOutput{Output: prior.Output, Replayed: true}, nil
	}
	out, err := do(ctx)
	if err != nil {
		s.keepOutcome(ctx, k, func(tx *store.Tx) error { return tx.ReleaseKey(ctx, k) })
		return nil, err
	}
	if len(out.Output) <= maxKeptOutput {
		k.Output = out.Output
	}
	s.keepOutcome(ctx, k, func(tx *store.Tx) error { return tx.FinishKey(ctx, k) })
	return out, nil
}

// keepOutcome writes how an action ended. When it cannot, a repeat carries the action out again, under the same call id.
func (s *Service) keepOutcome(ctx context.Context, k *store.IdempotencyKey, fn func(*store.Tx) error) {
	ctx = context.WithoutCancel(ctx) // the action is over: its outcome should not be lost
	pause := keepPause
	var err error
	for range keepAttempts {
		if err = s.Store.Update(ctx, fn); err == nil || errors.Is(err, store.ErrClosed) || errors.Is(err, store.ErrNotFound) {
			return
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-s.calls.ctx.Done():
			timer.Stop()
		}
		pause *= 2
	}
	s.Logger.Error("outcome of an action not written", "bot_id", k.BotID, "installation_id", k.InstallationID, "error", err)
}

// Settle lets no new calls of actions under idempotency keys in and waits for those that run, until ctx ends; then it
// cancels them and waits for their end.
func (s *Service) Settle(ctx context.Context) {
	c := &s.calls
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	release := context.AfterFunc(ctx, c.stop)
	defer release()
	c.wg.Wait()
	c.stop()
}
