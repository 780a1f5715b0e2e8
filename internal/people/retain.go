package people

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// retained is a kind of rows with the prefix of its ids and how long a bot keeps them; 0 is for ever.
type retained struct {
	kind, prefix string
	keep         func(platform.BotRetention) platform.Duration
}

func retainedKinds() []retained {
	return []retained{
		{store.MessageRows, platform.PrefixMessage, func(r platform.BotRetention) platform.Duration { return r.Messages }},
		{store.EventRows, platform.PrefixEvent, func(r platform.BotRetention) platform.Duration { return r.Events }},
		{store.DeliveryRows, platform.PrefixDelivery, func(r platform.BotRetention) platform.Duration { return r.Deliveries }},
		{store.FileRows, platform.PrefixFile, func(r platform.BotRetention) platform.Duration { return r.Files }},
	}
}

// Retain removes what is older than the retention of each bot in bots, and returns when it is done. Steps are small and
// leave the writer free for as long as they took. It is called again and again, one call at a time; each call reads only
// what has become too old since the one before.
func (k *Keeper) Retain(ctx context.Context, now time.Time, bots map[string]platform.BotRetention) error {
	for botID, keep := range bots {
		for _, r := range retainedKinds() {
			if age := time.Duration(r.keep(keep)); age > 0 {
				if err := k.retain(ctx, r, botID, now.Add(-age)); err != nil {
					return err
				}
			}
		}
		if age := time.Duration(keep.Logs); age > 0 {
			err := k.cfg.Store.Update(ctx, func(tx *store.Tx) error { return tx.PruneBotLogs(ctx, botID, now.Add(-age)) })
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// retain removes rows of a bot from before a time.
func (k *Keeper) retain(ctx context.Context, r retained, botID string, before time.Time) error {
	until := platform.FirstID(r.prefix, before)
	place := botID + " " + r.kind
	for after := k.reached[place]; ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		var ids []string
		var last string
		err := k.cfg.Store.View(ctx, func(tx *store.Tx) (err error) {
			ids, last, err = tx.Aged(ctx, r.kind, botID, after, until, lookAt)
			return err
		})
		if err != nil {
			return err
		}
		kept := false
		for chunk := range slices.Chunk(ids, atOnce/2) {
			start := time.Now()
			some, err := k.removeAged(ctx, r.kind, botID, chunk)
			if err != nil {
				return err
			}
			kept = kept || some
			rest(ctx, time.Since(start))
		}
		if last == "" {
			return nil
		}
		if after = last; !kept {
			k.reached[place] = last // what was kept because it is in use is looked at again
		}
	}
}

func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// removeAged removes rows in one transaction, except those in use; kept reports whether there were such.
func (k *Keeper) removeAged(ctx context.Context, kind, botID string, ids []string) (kept bool, err error) {
	var hashes []string
	err = k.cfg.Store.Update(ctx, func(tx *store.Tx) error {
		kept, hashes = false, nil
		for _, id := range ids {
			inUse, err := inUse(ctx, tx, kind, botID, id)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
			if inUse || err != nil {
				kept = kept || inUse
				continue
			}
			_, hash, err := k.removeRow(ctx, tx, kind, botID, id)
			if err != nil {
				return err
			}
			if hash != "" {
				hashes = append(hashes, hash)
			}
		}
		return nil
	})
	for _, hash := range hashes {
		k.cfg.DropBytes(ctx, hash)
	}
	return kept, err
}

// inUse reports whether a row must be kept whatever its age. ErrNotFound when it is gone already.
func inUse(ctx context.Context, tx *store.Tx, kind, botID, id string) (bool, error) {
	switch kind {
	case store.MessageRows:
		m, err := tx.Message(ctx, botID, id)
		if err != nil || m.DeliverAt != nil {
			return err == nil, err
		}
		return tx.DeliveryOpen(ctx, platform.PrefixDelivery+id[strings.IndexByte(id, '_'):])
	case store.EventRows:
		e, err := tx.Event(ctx, botID, id)
		return err == nil && (e.Status == store.EventScheduled || e.Status == string(platform.EventPending)), err
	case store.FileRows:
		f, err := tx.File(ctx, id)
		return err == nil && f.Indexed, err
	}
	return tx.DeliveryOpen(ctx, id)
}
