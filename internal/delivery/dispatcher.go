package delivery

import (
	"context"
	"log/slog"
	"sync"
	"time"

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

	Workers        int           // attempts at a time in all; default 256
	TargetWorkers  int           // attempts at a time to one target; default 64
	MaxLanes       int           // lanes held in memory; default 50,000
	MaxBytes       int           // of bodies held in memory for lanes that wait for their turn; default 64 MiB
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
	if c.Limit == nil {
		c.Limit = func(context.Context, *store.Delivery) time.Duration { return c.AttemptTimeout }
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
	cfg    Config
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
	overflow  bool            // some lanes are only in the store
	sweep     bool            // the next reading goes through all of them
	reading   reading
	refill    chan struct{}
	wg        sync.WaitGroup
}

// reading is what happens while a page of pending lanes is read.
type reading struct {
	emptied map[string]bool // lanes that were forgotten; nil when nothing is read
	woken   bool            // times in the store have changed
}

// New returns a Dispatcher; nothing is attempted before Run.
func New(cfg Config) *Dispatcher {
	cfg.defaults()
	return &Dispatcher{
		cfg:     cfg,
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
	d.overflow, d.sweep = true, true // the store has not been read yet
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

// Lanes that are only in the store are looked through this often, or so
// seldom that it takes a twentieth of the time.
const (
	sweepEvery = 5 * time.Second
	sweepShare = 20
)

// refills reads pending lanes when there may be room for them, until ctx is
// done.
func (d *Dispatcher) refills(ctx context.Context) {
	sweep := time.NewTimer(sweepEvery)
	defer sweep.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
			return
		case <-sweep.C:
			d.mu.Lock()
			d.sweep = true
			d.mu.Unlock()
		case <-d.refill:
		}
		start, wait := time.Now(), sweepEvery
		if err := d.read(ctx); err != nil && ctx.Err() == nil {
			d.cfg.Logger.Error("pending deliveries not read", "error", err)
			wait = time.Second
		}
		sweep.Reset(max(wait, sweepShare*time.Since(start)))
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
	wanted, all := d.overflow, d.sweep
	d.overflow, d.sweep, d.largest = false, false, nil
	d.mu.Unlock()
	if !wanted {
		return nil
	}
	for after := ""; ; {
		const page = 500
		d.mu.Lock()
		d.reading = reading{emptied: map[string]bool{}}
		d.mu.Unlock()
		var heads []store.Delivery
		err := d.cfg.Store.View(ctx, func(tx *store.Tx) (err error) {
			heads, err = tx.PendingLanes(ctx, page, after)
			return err
		})
		if err != nil {
			d.mu.Lock()
			d.overflow, d.sweep = true, all
			d.reading = reading{}
			d.mu.Unlock()
			return err
		}
		full := d.take(d.ready(ctx, heads))
		if full && !all || len(heads) < page {
			return nil
		}
		after = heads[len(heads)-1].Lane
	}
}

// take takes lanes into memory, given by their heads, and reports whether there
// was no room for some.
func (d *Dispatcher) take(heads []store.Delivery) (full bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	for _, head := range heads {
		switch {
		case d.lanes[head.Lane] != nil: // it is being worked on; its end reads what follows
		case !d.room(keyOf(&head), !head.NextAt.After(now)):
			full = true
		default:
			// What may be done, or due by now, is looked at again.
			head.Head = !d.reading.woken && !d.reading.emptied[head.Lane]
			d.add(&head)
		}
	}
	d.overflow = d.overflow || full
	d.reading = reading{}
	d.pump()
	return full
}

// ready are the heads of lanes that need not wait.
func (d *Dispatcher) ready(ctx context.Context, heads []store.Delivery) []store.Delivery {
	list := make([]store.Delivery, 0, len(heads))
	for _, head := range heads {
		if d.cfg.Pause(ctx, &head) == nil {
			head.Mode = d.mode(ctx, &head).Mode
			list = append(list, head)
		}
	}
	return list
}

// Notify says that a delivery was committed, replayed or discarded. One with
// Head may be attempted at once as it was handed over; otherwise its lane is
// read from the store when its turn comes. It does not block.
func (d *Dispatcher) Notify(row store.Delivery) {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.lanes[row.Lane]
	switch {
	case l == nil && !d.room(keyOf(&row), true):
		d.overflow = true
		return
	case l == nil:
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

// add takes a lane into memory.
func (d *Dispatcher) add(row *store.Delivery) {
	key := keyOf(row)
	t := d.targets[key]
	if t == nil {
		t = &target{key: key}
		d.targets[key] = t
	}
	l := &lane{name: row.Lane, target: t, eager: row.Mode != ""}
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
		if wait := time.Until(l.queue[0].NextAt); wait > 0 && !l.eager {
			d.sleep(l, wait)
			return
		}
	}
	d.offer(l)
}

// sleep offers a lane after a while. What it holds is read again then.
func (d *Dispatcher) sleep(l *lane, wait time.Duration) {
	l.queue = nil
	d.asleep++
	var timer *time.Timer
	timer = time.AfterFunc(wait, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if l.timer == timer {
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
	l.target.lanes--
	if l.target.lanes == 0 && l.target.failures == 0 {
		delete(d.targets, l.target.key)
	}
	if d.overflow && len(d.lanes) <= d.cfg.MaxLanes/2 {
		d.wake()
	}
}
