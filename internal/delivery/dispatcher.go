package delivery

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// Deliverer makes one attempt. nil means that the target has taken it;
// Dead(err) gives up; RetryAfter(d, err) waits d; any other error backs off.
// It honours the context's deadline and is safe for concurrent use.
type Deliverer interface {
	Deliver(ctx context.Context, d *store.Delivery) error
}

// Config configures a Dispatcher. Store and Deliverer are needed; other zero
// fields take the defaults in their comments.
type Config struct {
	Store     store.Store
	Deliverer Deliverer
	Logger    *slog.Logger // default: discard

	// Hold says whether a dead letter blocks its lane; nil means never.
	Hold func(ctx context.Context, d *store.Delivery) bool
	// Pause says why a delivery must not be attempted for now, such as that its
	// target is switched off, or nil. What waits is no attempt, takes no memory,
	// and is read again at Resume. A nil Pause never says so.
	Pause func(ctx context.Context, d *store.Delivery) error

	Workers        int           // attempts at a time in all; default 256
	TargetWorkers  int           // attempts at a time to one target; default 64
	MaxLanes       int           // lanes held in memory; default 50,000
	MaxAttempts    int           // default 12
	AttemptTimeout time.Duration // default 60 s
	BackoffBase    time.Duration // default 500 ms
	BackoffLimit   time.Duration // default 10 min
	BreakAfter     int           // failures in a row that rest a target; default 10
	RestFor        time.Duration // first rest, doubled up to a minute; default 1 s
	Grace          time.Duration // for running attempts at shut-down; default 10 s
}

func (c *Config) defaults() {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Hold == nil {
		c.Hold = func(context.Context, *store.Delivery) bool { return false }
	}
	if c.Pause == nil {
		c.Pause = func(context.Context, *store.Delivery) error { return nil }
	}
	number := func(p *int, n int) {
		if *p == 0 {
			*p = n
		}
	}
	number(&c.Workers, 256)
	number(&c.TargetWorkers, 64)
	number(&c.MaxLanes, 50_000)
	number(&c.MaxAttempts, 12)
	number(&c.BreakAfter, 10)
	span := func(p *time.Duration, d time.Duration) {
		if *p == 0 {
			*p = d
		}
	}
	span(&c.AttemptTimeout, time.Minute)
	span(&c.BackoffBase, 500*time.Millisecond)
	span(&c.BackoffLimit, 10*time.Minute)
	span(&c.RestFor, time.Second)
	span(&c.Grace, 10*time.Second)
}

// Dispatcher carries deliveries out. It is safe for concurrent use.
type Dispatcher struct {
	cfg  Config
	late error // why an attempt ends that takes too long

	mu       sync.Mutex
	ctx      context.Context // of attempts; nil until Run and after it stopped
	lanes    map[string]*lane
	targets  map[string]*target
	turn     []*target // targets with lanes that could run, in the order of their turns
	running  int
	overflow bool            // some lanes are only in the store
	emptied  map[string]bool // lanes that were forgotten while the store is read; nil when it is not
	refill   chan struct{}
	wg       sync.WaitGroup
}

// New returns a Dispatcher; nothing is attempted before Run.
func New(cfg Config) *Dispatcher {
	cfg.defaults()
	return &Dispatcher{
		cfg:     cfg,
		late:    fmt.Errorf("no answer within %s", cfg.AttemptTimeout),
		lanes:   map[string]*lane{},
		targets: map[string]*target{},
		refill:  make(chan struct{}, 1),
	}
}

// Run attempts deliveries until ctx is done. It first reads what the store
// has pending. At the end running attempts may take Config.Grace; then they
// are cancelled and will be made again by the next Run.
func (d *Dispatcher) Run(ctx context.Context) error {
	attempts, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	d.mu.Lock()
	d.ctx = attempts
	d.overflow = true // the store has not been read yet
	d.pump()
	d.mu.Unlock()
	d.wake()

	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-d.refill:
			if err := d.read(ctx); err != nil && ctx.Err() == nil {
				d.cfg.Logger.Error("pending deliveries not read", "error", err)
				d.again(ctx)
			}
		}
	}

	d.mu.Lock()
	d.ctx = nil
	for _, l := range d.lanes {
		l.stopTimer()
	}
	for _, t := range d.targets {
		t.stopTimer()
	}
	d.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		d.wg.Wait()
		close(ended)
	}()
	grace := time.NewTimer(d.cfg.Grace)
	defer grace.Stop()
	select {
	case <-ended:
	case <-grace.C:
		cancel()
		<-ended
	}
	return nil
}

// again asks for another reading a little later.
func (d *Dispatcher) again(ctx context.Context) {
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
		d.wake()
	}
}

func (d *Dispatcher) wake() {
	select {
	case d.refill <- struct{}{}:
	default: // a reading is asked for already
	}
}

// read takes pending lanes from the store, as many as memory may hold.
func (d *Dispatcher) read(ctx context.Context) error {
	d.mu.Lock()
	wanted := d.overflow
	d.overflow = false
	d.mu.Unlock()
	if !wanted {
		return nil
	}
	for after := ""; ; {
		const page = 500
		d.mu.Lock()
		d.emptied = map[string]bool{}
		d.mu.Unlock()
		var heads []store.Delivery
		err := d.cfg.Store.View(ctx, func(tx *store.Tx) (err error) {
			heads, err = tx.PendingLanes(ctx, page, after)
			return err
		})
		if err != nil {
			d.mu.Lock()
			d.overflow, d.emptied = true, nil
			d.mu.Unlock()
			return err
		}
		ready := d.ready(ctx, heads)
		full := false
		d.mu.Lock()
		for _, head := range ready {
			if d.lanes[head.Lane] != nil {
				continue // it is being worked on; its end reads what follows
			}
			if full = len(d.lanes) >= d.cfg.MaxLanes; full {
				d.overflow = true
				break
			}
			head.Head = !d.emptied[head.Lane] // else it may be done: the lane is looked at again
			d.add(&head)
		}
		d.emptied = nil
		d.pump()
		d.mu.Unlock()
		if full || len(heads) < page {
			return nil
		}
		after = heads[len(heads)-1].Lane
	}
}

// ready are the heads of lanes that need not wait.
func (d *Dispatcher) ready(ctx context.Context, heads []store.Delivery) []store.Delivery {
	list := make([]store.Delivery, 0, len(heads))
	for _, head := range heads {
		if d.cfg.Pause(ctx, &head) == nil {
			list = append(list, head)
		}
	}
	return list
}

// Resume says that what Config.Pause held back may be attempted. It does not
// block.
func (d *Dispatcher) Resume() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, l := range d.lanes {
		if l.busy {
			l.dirty = true // it may be about to wait
		}
	}
	d.overflow = true
	d.wake()
}

// Notify says that a delivery was committed, replayed or discarded. One with
// Head may be attempted at once as it was handed over; otherwise its lane is
// read from the store when its turn comes. It does not block.
func (d *Dispatcher) Notify(row store.Delivery) {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.lanes[row.Lane]
	switch {
	case l == nil && len(d.lanes) >= d.cfg.MaxLanes:
		d.overflow = true
		return
	case l == nil:
		d.add(&row)
	case l.busy:
		l.dirty = true
		if row.Head && row.State == store.DeliveryPending {
			l.handed = &row
		}
	case row.Head || row.State != store.DeliveryPending:
		// What the lane holds is not its head any more.
		l.queue = nil
		l.stopTimer()
		d.offer(l)
	}
	d.pump()
}

// add takes a lane into memory.
func (d *Dispatcher) add(row *store.Delivery) {
	key := row.Target + ":" + row.BotID
	if row.Target == store.TargetInstallation {
		key = row.Target + ":" + row.InstallationID
	}
	t := d.targets[key]
	if t == nil {
		t = &target{key: key}
		d.targets[key] = t
	}
	l := &lane{name: row.Lane, target: t}
	t.lanes++
	d.lanes[row.Lane] = l
	if row.Head && row.State == store.DeliveryPending {
		l.queue = []store.Delivery{*row}
	}
	d.place(l)
}

// place offers a lane now, or when its head's time has come.
func (d *Dispatcher) place(l *lane) {
	if len(l.queue) > 0 {
		if wait := time.Until(l.queue[0].NextAt); wait > 0 {
			d.sleep(l, wait)
			return
		}
	}
	d.offer(l)
}

// sleep offers a lane after a while.
func (d *Dispatcher) sleep(l *lane, wait time.Duration) {
	var timer *time.Timer
	timer = time.AfterFunc(wait, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if l.timer == timer {
			l.timer = nil
			d.offer(l)
			d.pump()
		}
	})
	l.timer = timer
}

// offer puts a lane into its target's queue.
func (d *Dispatcher) offer(l *lane) {
	if l.offered || l.busy {
		return
	}
	l.offered = true
	l.target.waiting = append(l.target.waiting, l)
	d.enter(l.target)
}

// enter gives a target a turn if it has lanes and none yet.
func (d *Dispatcher) enter(t *target) {
	if !t.inTurn && len(t.waiting) > 0 {
		t.inTurn = true
		d.turn = append(d.turn, t)
	}
}

// pump starts what may run, target by target.
func (d *Dispatcher) pump() {
	for d.ctx != nil && d.running < d.cfg.Workers && len(d.turn) > 0 {
		t := d.turn[0]
		d.turn[0] = nil
		d.turn = d.turn[1:]
		t.inTurn = false
		if len(t.waiting) == 0 || t.running >= t.limit(d.cfg.TargetWorkers) {
			continue // it comes back when an attempt ends or its rest does
		}
		l := t.waiting[0]
		t.waiting[0] = nil
		t.waiting = t.waiting[1:]
		d.enter(t)
		l.offered, l.busy = false, true
		t.running++
		d.running++
		d.wg.Add(1)
		go d.work(d.ctx, l)
	}
}

// release ends a lane's turn: it is placed again, or forgotten when empty.
func (d *Dispatcher) release(l *lane, next []store.Delivery, reload bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	l.busy = false
	l.target.running--
	d.running--
	l.queue = next
	switch {
	case len(next) > 0:
		d.place(l)
	case reload:
		d.offer(l)
	case l.handed != nil:
		l.queue = []store.Delivery{*l.handed}
		d.place(l)
	case l.dirty:
		d.offer(l)
	default:
		d.forget(l)
	}
	l.handed, l.dirty = nil, false
	d.enter(l.target)
	d.pump()
}

func (d *Dispatcher) forget(l *lane) {
	delete(d.lanes, l.name)
	if d.emptied != nil {
		d.emptied[l.name] = true
	}
	l.target.lanes--
	if l.target.lanes == 0 && l.target.failures == 0 {
		delete(d.targets, l.target.key)
	}
	if d.overflow && len(d.lanes) <= d.cfg.MaxLanes/2 {
		d.wake()
	}
}
