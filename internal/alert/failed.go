package alert

import (
	"context"
	"errors"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// batch is how many failures one transaction reports.
const batch = 100

// failures reports what failed since the last look.
func (w *Watcher) failures(ctx context.Context) error {
	for {
		list, err := w.readFailures(ctx)
		if err != nil || len(list) == 0 {
			return err
		}
		var watched []string
		err = w.cfg.Store.Update(ctx, func(tx *store.Tx) error {
			for i := range list {
				target, err := w.report(ctx, tx, &list[i])
				if err != nil && !errors.Is(err, store.ErrNotFound) {
					return err
				}
				if target != "" {
					watched = append(watched, target)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, target := range watched {
			w.cfg.Dispatcher.Watch(target)
		}
		if len(list) < batch {
			return nil
		}
	}
}

// failed is a failure with the rows that it is about, which may be gone.
type failed struct {
	store.Failure
	delivery     *store.Delivery
	bot          *catalog.Bot
	installation *catalog.Installation
}

func (w *Watcher) readFailures(ctx context.Context) (list []failed, err error) {
	err = w.cfg.Store.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.Failures(ctx, batch)
		if err != nil {
			return err
		}
		for _, row := range rows {
			f := failed{Failure: row}
			if row.Kind == store.FailedDelivery {
				if f.delivery, err = tx.Delivery(ctx, row.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
					return err
				}
			}
			list = append(list, f)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range list {
		f := &list[i]
		var err error
		switch {
		case f.Kind == store.FailedInstallation:
			f.installation, err = w.cfg.Catalog.Installation(ctx, f.ID)
		case f.delivery != nil:
			f.bot, err = w.cfg.Catalog.Bot(ctx, f.delivery.BotID)
			if err == nil && f.delivery.Target == store.TargetInstallation {
				f.installation, err = w.cfg.Catalog.Installation(ctx, f.delivery.InstallationID)
			}
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
	}
	return list, nil
}

// report reports one failure. It returns the target that is to be watched for
// its next success, "" for none.
func (w *Watcher) report(ctx context.Context, tx *store.Tx, f *failed) (target string, err error) {
	if err := tx.DeleteFailure(ctx, f.Failure); err != nil {
		return "", err
	}
	if f.Kind == store.FailedInstallation {
		in := f.installation
		if in == nil || in.StatusReason == "" {
			return "", nil
		}
		return "", w.emit(ctx, tx, platform.AlertInstallationFailed, platform.AlertData{
			BotID: in.BotID, InstallationID: in.ID, Alias: in.Alias, Status: in.Status, Reason: in.StatusReason,
		})
	}
	d := f.delivery
	if d == nil || f.bot == nil || d.State != store.DeliveryDead && d.State != store.DeliveryHeld {
		return "", nil // deleted, replayed or discarded meanwhile
	}
	target = store.TargetKey(store.TargetBot, d.BotID)
	if d.Target == store.TargetInstallation {
		target = store.TargetKey(d.Target, d.InstallationID)
	}
	if err := tx.BeginOutage(ctx, store.Outage{Target: target, BotID: d.BotID, Since: f.At}); err != nil {
		return "", err
	}
	if err := tx.CountDead(ctx, target, d.BotID, d.ID, w.cfg.Window); err != nil {
		return "", err
	}
	if !fromPerson(d) {
		return target, nil
	}
	return target, w.mention(ctx, tx, f.bot, d, target, platform.OutcomeDead)
}

// fromPerson reports whether a delivery brings a message to a bot.
func fromPerson(d *store.Delivery) bool {
	return d.Target == store.TargetBot && d.Operation == wire.OpEventReceived && d.Type == platform.EventMessageCreated &&
		d.MessageID != "" && d.ConversationID != ""
}

// mention reports in its conversation that the bot does not get a message.
func (w *Watcher) mention(ctx context.Context, tx *store.Tx, bot *catalog.Bot, d *store.Delivery, target, outcome string) error {
	if err := w.cfg.Speaker.Signal(ctx, tx, bot, d, outcome); err != nil {
		return err
	}
	text := bot.Effective.Failure.Message
	if text == "" {
		return nil
	}
	first, err := tx.NoteOutage(ctx, target, d.ConversationID)
	if err != nil || !first {
		return err
	}
	return w.cfg.Speaker.Say(ctx, tx, bot, d.ConversationID, text)
}

// waiting mentions an outage in the conversations whose messages wait for a bot
// that is down.
func (w *Watcher) waiting(ctx context.Context) error {
	var faults []error
	for target, t := range w.down {
		if target == store.TargetKey(store.TargetBot, t.botID) {
			faults = append(faults, w.mentionWaiting(ctx, target, t))
		}
	}
	return errors.Join(faults...)
}

func (w *Watcher) mentionWaiting(ctx context.Context, target string, t *downTarget) error {
	bot, err := w.cfg.Catalog.Bot(ctx, t.botID)
	if errors.Is(err, store.ErrNotFound) {
		delete(w.down, target)
		return nil
	} else if err != nil {
		return err
	}
	for {
		var list []store.Delivery
		err = w.cfg.Store.Update(ctx, func(tx *store.Tx) error {
			if list, err = tx.WaitingMessages(ctx, t.botID, t.cursor, batch); err != nil {
				return err
			}
			for i := range list {
				if err := w.mention(ctx, tx, bot, &list[i], target, platform.OutcomeWaiting); err != nil && !errors.Is(err, store.ErrNotFound) {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if len(list) > 0 {
			t.cursor = list[len(list)-1].ID
		}
		if len(list) < batch {
			return nil
		}
	}
}
