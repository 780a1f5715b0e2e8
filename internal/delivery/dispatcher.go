package delivery

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/bellhop-dev/bellhop/internal/clock"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
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
	// Concurrency says how the turns of a delivery's lane follow each other; it
	// is asked of messages to bots only. nil means in order, one by one.
	Concurrency func(ctx context.Context, d *store.Delivery) platform.Concurrency
	// Limit says how long one attempt of a delivery may take, a lease included;
	// nil means AttemptTimeout for all.
	Limit func(ctx context.Context, d *store.Delivery) time.Duration
	// Schedule says how long and how often a delivery is attempted; nil means the
	// defaults of Schedule for all.
	Schedule func(ctx context.Context, d *store.Delivery) Schedule
	// Now is the wall clock; nil means the system's. Waits in memory do not follow
	// it.
	Now func() time.Time

	Workers        int           // attempts at a time in all; default 256
	TargetWorkers  int           // attempts at a time to one target; default 64
	MaxLanes       int           // lanes held in memory; default 50,000
	MaxBytes       int           // of bodies held in memory for lanes that wait for their turn; default 64 MiB
	AttemptTimeout time.Duration // default 60 s
	BreakAfter     int           // failures in a row that open a target's circuit; default 10
	RestFor        time.Duration // until the first probe, doubled up to a minute; default 1 s
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
	if c.Limit == nil {
		c.Limit = func(context.Context, *store.Delivery) time.Duration { return c.AttemptTimeout }
	}
	if c.Schedule == nil {
		c.Schedule = func(context.Context, *store.Delivery) Schedule { return Schedule{} }
	}
	number := func(p *int, n int) {
		if *p == 0 {
			*p = n
		}
	}
	number(&c.Workers, 256)
	number(&c.TargetWorkers, 64)
	number(&c.MaxLanes, 50_000)
	number(&c.MaxBytes, 64<<20)
	number(&c.BreakAfter, 10)
	span := func(p *time.Duration, d time.Duration) {
		if *p == 0 {
			*p = d
		}
	}
	span(&c.AttemptTimeout, time.Minute)
	span(&c.RestFor, time.Second)
	span(&c.Grace, 10*time.Second)
}

// Dispatcher carries deliveries out. It is safe for concurrent use.
type Dispatcher struct {
	cfg    Config
	clock  *clock.Clock
	flying inFlight

	mu        sync.Mutex
	ctx       context.Context // of attempts; nil until Run and after it stopped
	lanes     map[string]*lane
	targets   map[string]*target
	turn      []*target // targets with lanes that could run, in the order of their turns
	largest   *target   // the target that had the most lanes when it was looked for last
	running   int
	asleep    int             // lanes that wait for a time
	bytes     int             // of the bodies of lanes that wait for their turn
	watched   map[string]bool // targets of Watch
	recovered []string        // those that have taken an attempt since
	serial    uint64
	started   bool      // the store was read once
	unread    bool      // the store is to be read
	overflow  bool      // lanes that are due are only in the store
	dueAt     time.Time // when others are that are only in the store; zero is never
	reading   reading
	leaseEnds map[string]leaseEnd // by delivery
	refill    chan struct{}
	wg        sync.WaitGroup
}

// New returns a Dispatcher; nothing is attempted before Run.
func New(cfg Config) *Dispatcher {
	cfg.defaults()
	return &Dispatcher{
		cfg:       cfg,
		clock:     clock.New(cfg.Now),
		lanes:     map[string]*lane{},
		targets:   map[string]*target{},
		refill:    make(chan struct{}, 1),
		leaseEnds: map[string]leaseEnd{},
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
	d.unread, d.started = true, false
	d.pump()
	d.mu.Unlock()
	d.keepLeases(ctx)
	d.wake()
	d.refills(ctx)

	d.mu.Lock()
	d.ctx = nil
	for _, l := range d.lanes {
		d.rouse(l)
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

// Notify says that a delivery was committed, replayed or discarded. One with
// Head may be attempted at once as it was handed over; otherwise its lane is
// read from the store when its turn comes. It does not block.
func (d *Dispatcher) Notify(row store.Delivery) {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.lanes[row.Lane]
	switch {
	case l == nil:
		t := d.target(keyOf(&row))
		if d.parked(t) || !d.room(t.key, true) {
			d.leave(t, 0)
			d.wake()
			d.drop(t)
			return
		}
		d.add(&row)
	case l.busy:
		l.dirty = true
		d.overtake(l, &row)
		l.stale = l.stale || row.State != store.DeliveryPending
		if row.Head && row.State == store.DeliveryPending && row.ID != l.working {
			l.handed = &row
		}
	case row.Head || row.State != store.DeliveryPending || row.Mode != "":
		l.eager = row.Mode != ""
		// What the lane holds is not its head any more.
		d.keep(l, nil)
		d.rouse(l)
		d.offer(l)
	}
	d.pump()
}

// target returns the target with a key, until drop.
func (d *Dispatcher) target(key string) *target {
	t := d.targets[key]
	if t == nil {
		t = &target{key: key}
		d.targets[key] = t
	}
	return t
}

// drop forgets a target about which there is nothing to know.
func (d *Dispatcher) drop(t *target) {
	if t.lanes == 0 && t.failures == 0 && !t.open() && !t.overflow {
		delete(d.targets, t.key)
	}
}

// add takes a lane into memory.
func (d *Dispatcher) add(row *store.Delivery) {
	t := d.target(keyOf(row))
	d.serial++
	l := &lane{name: row.Lane, target: t, serial: d.serial, eager: row.Mode != ""}
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
		if wait, asked := d.wait(l, &l.queue[0]); wait > 0 && !l.eager {
			d.sleep(l, wait, asked, headKey(&l.queue[0]))
			return
		}
	}
	d.offer(l)
}

// sleep offers a lane after a while, for what key names; asked says that the
// target asked for the wait. What the lane holds is read again then.
func (d *Dispatcher) sleep(l *lane, wait time.Duration, asked bool, key string) {
	l.queue, l.until, l.asked, l.slept = nil, time.Now().Add(wait), asked, key
	d.asleep++
	var timer *time.Timer
	timer = time.AfterFunc(wait, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if l.timer == timer {
			l.ripe = l.slept
			d.rouse(l)
			d.offer(l)
			d.pump()
		}
	})
	l.timer = timer
}

// rouse ends a lane's sleep, if it sleeps.
func (d *Dispatcher) rouse(l *lane) {
	if l.timer != nil {
		l.timer.Stop()
		l.timer = nil
		d.asleep--
	}
}

// offer puts a lane into its target's queue.
func (d *Dispatcher) offer(l *lane) {
	if l.offered || l.busy {
		return
	}
	l.offered = true
	d.keep(l, l.queue)
	l.target.waiting = append(l.target.waiting, l)
	d.enter(l.target)
}

// keep sets what a lane holds while it waits for its turn: nothing, to be read
// when the turn comes, where the bodies of all that wait are too large.
func (d *Dispatcher) keep(l *lane, rows []store.Delivery) {
	d.bytes -= l.bytes
	l.queue, l.bytes = rows, 0
	for i := range rows {
		l.bytes += len(rows[i].Body)
	}
	if d.bytes+l.bytes > d.cfg.MaxBytes {
		l.queue, l.bytes = nil, 0
	}
	d.bytes += l.bytes
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
		l.offered, l.busy, l.eager, l.working, l.seq, l.newer, l.newerSeq = false, true, false, "", 0, "", 0
		t.known = true
		if l.probing = t.open(); l.probing {
			d.watchProbe(l)
		}
		if len(l.queue) > 0 {
			l.working = l.queue[0].ID
		}
		d.bytes -= l.bytes
		l.bytes = 0
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
	l.target.running--
	d.running--
	d.returnLane(l, next, reload)
}

// returnLane places a lane again that a worker had, or forgets it.
func (d *Dispatcher) returnLane(l *lane, next []store.Delivery, reload bool) {
	l.busy = false
	if l.stale {
		next, reload, l.handed, l.stale = nil, true, nil, false
	}
	l.queue = next
	l.wakeHead()
	switch {
	case len(next) > 0:
		d.place(l)
	case reload:
		d.offer(l)
	case l.handed != nil:
		l.queue = []store.Delivery{*l.handed}
		d.place(l)
	case l.dirty, l.woken: // it may have been about to wait
		d.offer(l)
	default:
		d.forget(l)
	}
	l.handed, l.dirty, l.woken = nil, false, l.woken && reload // its head is not known yet
	d.enter(l.target)
	d.pump()
}

func (d *Dispatcher) forget(l *lane) {
	delete(d.lanes, l.name)
	if d.reading.emptied != nil {
		d.reading.emptied[l.name] = true
	}
	t := l.target
	t.lanes--
	d.drop(t)
	switch {
	case t.overflow && t.lanes == 0: // nothing is left in memory to probe it with
		t.overflow, d.unread = false, true
		d.wake()
	case d.overflow && len(d.lanes) <= d.cfg.MaxLanes/2:
		d.overflow, d.unread = false, true
		d.wake()
	}
}
