package alert

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// Dispatcher is what makes the attempts.
type Dispatcher interface {
	// Notify reports a delivery that was committed. It does not block.
	Notify(d store.Delivery)
	// Failing returns the targets whose last attempts all failed, with the time
	// of the first of those, and the targets of Watch that have taken an attempt
	// since the last call.
	Failing() (since map[string]time.Time, recovered []string)
	// Watch has Failing report once when a target takes an attempt again.
	Watch(target string)
}

// Speaker reports a failure in the conversation, within a transaction.
type Speaker interface {
	// Say sends a text as the bot. A conversation that takes no texts gets none.
	Say(ctx context.Context, tx *store.Tx, bot *catalog.Bot, conversationID, text string) error
	// Signal notifies the integration that asks for it of a message that the bot
	// does not get, or not now: the outcome is one of DeliveryFailedBody.
	Signal(ctx context.Context, tx *store.Tx, bot *catalog.Bot, d *store.Delivery, outcome string) error
}

// Config configures a Watcher. All but the times are required.
type Config struct {
	Store      store.Store
	Catalog    *catalog.Catalog
	Dispatcher Dispatcher
	Speaker    Speaker
	Logger     *slog.Logger
	IDs        *platform.IDs

	Every  time.Duration // between two looks; 0 means 2 s
	Window time.Duration // dead letters of a target within it are one alert; 0 means a minute
}

// Watcher reports what failed. One Run per database.
type Watcher struct {
	cfg  Config
	down map[string]*downTarget // reported as down
}

// downTarget is a target that was reported as down.
type downTarget struct {
	botID  string
	cursor string // messages to a bot up to this delivery were looked at
}

// New returns a Watcher; it does nothing before Run.
func New(cfg Config) *Watcher {
	if cfg.Every == 0 {
		cfg.Every = 2 * time.Second
	}
	if cfg.Window == 0 {
		cfg.Window = time.Minute
	}
	return &Watcher{cfg: cfg}
}

// Run reports failures until ctx is done.
func (w *Watcher) Run(ctx context.Context) error {
	ticker := time.NewTicker(w.cfg.Every)
	defer ticker.Stop()
	for {
		if err := w.look(ctx); err != nil && ctx.Err() == nil {
			w.cfg.Logger.Error("failures not reported", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

func (w *Watcher) look(ctx context.Context) error {
	if w.down == nil {
		if err := w.restore(ctx); err != nil {
			return err
		}
	}
	return errors.Join(w.failures(ctx), w.targets(ctx), w.incidents(ctx), w.waiting(ctx))
}

// restore reads the outages of before a restart.
func (w *Watcher) restore(ctx context.Context) error {
	var outages []store.Outage
	err := w.cfg.Store.View(ctx, func(tx *store.Tx) (err error) {
		outages, err = tx.Outages(ctx)
		return err
	})
	if err != nil {
		return err
	}
	w.down = map[string]*downTarget{}
	for _, o := range outages {
		w.cfg.Dispatcher.Watch(o.Target)
		if o.DownAt != nil {
			w.down[o.Target] = &downTarget{botID: o.BotID}
		}
	}
	return nil
}

// targets reports the targets that have failed for too long, and those that are
// up again.
func (w *Watcher) targets(ctx context.Context) error {
	failing, recovered := w.cfg.Dispatcher.Failing()
	var faults []error
	for _, target := range recovered {
		if err := w.up(ctx, target); err != nil {
			w.cfg.Dispatcher.Watch(target) // again at its next attempt
			faults = append(faults, err)
		}
	}
	for target, since := range failing {
		if w.down[target] == nil {
			faults = append(faults, w.checkDown(ctx, target, since))
		}
	}
	return errors.Join(faults...)
}

func (w *Watcher) up(ctx context.Context, target string) error {
	data, _, err := w.describe(ctx, target)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	err = w.cfg.Store.Update(ctx, func(tx *store.Tx) error {
		o, err := tx.EndOutage(ctx, target)
		if err != nil || o.DownAt == nil || data.BotID == "" {
			return err
		}
		since := platform.At(o.Since)
		data.Since = &since
		return w.emit(ctx, tx, platform.AlertTargetUp, data)
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	delete(w.down, target)
	return nil
}

func (w *Watcher) checkDown(ctx context.Context, target string, since time.Time) error {
	data, downAfter, err := w.describe(ctx, target)
	if errors.Is(err, store.ErrNotFound) || err == nil && time.Since(since) < downAfter {
		return nil
	} else if err != nil {
		return err
	}
	at := platform.At(store.Millis(since))
	data.Since = &at
	err = w.cfg.Store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.BeginOutage(ctx, store.Outage{Target: target, BotID: data.BotID, Since: store.Millis(since)}); err != nil {
			return err
		}
		if err := tx.MarkDown(ctx, target); err != nil {
			return err
		}
		return w.emit(ctx, tx, platform.AlertTargetDown, data)
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) { // else it was reported before
		return err
	}
	w.cfg.Dispatcher.Watch(target)
	w.down[target] = &downTarget{botID: data.BotID}
	w.cfg.Logger.Warn("target is down", "target", target, "bot_id", data.BotID, "since", since)
	return nil
}

// describe names a target for an alert and returns after how long it is
// reported as down. store.ErrNotFound when it does not exist, or is an endpoint.
func (w *Watcher) describe(ctx context.Context, target string) (data platform.AlertData, downAfter time.Duration, err error) {
	kind, id, _ := strings.Cut(target, ":")
	data.Target = kind
	switch kind {
	case store.TargetBot:
		b, err := w.cfg.Catalog.Bot(ctx, id)
		if err != nil {
			return data, 0, err
		}
		data.BotID = id
		return data, time.Duration(b.Effective.Failure.DownAfter), nil
	case store.TargetInstallation:
		in, err := w.cfg.Catalog.Installation(ctx, id)
		if err != nil {
			return data, 0, err
		}
		data.BotID, data.InstallationID, data.Alias = in.BotID, id, in.Alias
		return data, time.Duration(in.Effective.Failure.DownAfter), nil
	}
	return data, 0, store.ErrNotFound
}

// incidents reports the dead letters whose time has come.
func (w *Watcher) incidents(ctx context.Context) error {
	var due []store.Incident
	err := w.cfg.Store.View(ctx, func(tx *store.Tx) (err error) {
		due, err = tx.DueIncidents(ctx, tx.Now(), 100)
		return err
	})
	if err != nil {
		return err
	}
	for _, i := range due {
		data, _, err := w.describe(ctx, i.Target)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		data.BotID = i.BotID // also when the installation was removed
		err = w.cfg.Store.Update(ctx, func(tx *store.Tx) error {
			last, err := tx.TakeIncident(ctx, i.Target)
			if err != nil {
				return err
			}
			from, to := platform.At(last.FirstAt), platform.At(last.LastAt)
			data.Count, data.DeliveryIDs, data.FirstAt, data.LastAt = last.Number, last.Sample, &from, &to
			return w.emit(ctx, tx, platform.AlertDeliveryDead, data)
		})
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return nil
}
