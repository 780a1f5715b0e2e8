// Package people removes what a bot keeps about a person, and what is older than a bot's retention, in transactions that
// are small enough not to delay traffic. What is asked for is a row first, so that a crash interrupts it and a restart
// goes on. It knows rows, not callers: who may ask is decided before.
package people

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// Config is what a Keeper works with. Store, Notify and DropBytes are required.
type Config struct {
	Store store.Store
	// Notify is called after the commit for each delivery that was removed before it was finished.
	Notify func(store.Delivery)
	// DropBytes removes the content of that hash from disk unless another file has it.
	DropBytes func(ctx context.Context, hash string)
	// FlushLogs writes the lines of code that are still in memory; nil does nothing.
	FlushLogs func(ctx context.Context)
	// Scrub removes from the database's files what deleted rows left there; nil does nothing.
	Scrub  func(ctx context.Context) error
	Logger *slog.Logger // nil discards
}

// Keeper carries erasures out. It is safe for concurrent use.
type Keeper struct {
	cfg    Config
	ids    platform.IDs
	kicked chan struct{}
	done   *broadcast
	// reached is how far Retain has looked, by bot and kind of rows.
	reached map[string]string
}

// New returns a Keeper; Run must run for anything to be removed.
func New(cfg Config) *Keeper {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Keeper{cfg: cfg, kicked: make(chan struct{}, 1), done: newBroadcast(), reached: map[string]string{}}
}

// Request records that a user of a bot is to be erased, and has Run do it.
func (k *Keeper) Request(ctx context.Context, botID, userID, scope string) (*store.Erasure, error) {
	e := &store.Erasure{BotID: botID, UserID: userID, Scope: scope}
	err := k.cfg.Store.Update(ctx, func(tx *store.Tx) error {
		e.ID = k.ids.New(platform.PrefixErasure, tx.Now())
		return tx.CreateErasure(ctx, e)
	})
	if err != nil {
		return nil, err
	}
	select {
	case k.kicked <- struct{}{}:
	default: // Run reads the rows that are there when it wakes
	}
	return e, nil
}

// Wait returns the erasure when it is done, or as it is when ctx ends or wait has passed.
func (k *Keeper) Wait(ctx context.Context, botID, id string, wait time.Duration) (*store.Erasure, error) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		finished := k.done.next()
		var e *store.Erasure
		err := k.cfg.Store.View(ctx, func(tx *store.Tx) (err error) {
			e, err = tx.Erasure(ctx, botID, id)
			return err
		})
		if err != nil || e.Status == store.ErasureDone {
			return e, err
		}
		select {
		case <-finished:
		case <-timer.C:
			return e, nil
		case <-ctx.Done():
			return e, nil
		}
	}
}

// retryAfter is how long Run waits after a fault before it goes on.
const retryAfter = 10 * time.Second

// Run carries out what was requested, before and since the start, until ctx is done.
func (k *Keeper) Run(ctx context.Context) error {
	for {
		wait := time.Duration(-1)
		if err := k.eraseAll(ctx); err != nil && ctx.Err() == nil {
			k.cfg.Logger.Error("erasure interrupted", "error", err, "retry_in", retryAfter)
			wait = retryAfter
		}
		var again <-chan time.Time
		if wait >= 0 {
			again = time.After(wait)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-k.kicked:
		case <-again:
		}
	}
}

func (k *Keeper) eraseAll(ctx context.Context) error {
	for {
		var running []store.Erasure
		err := k.cfg.Store.View(ctx, func(tx *store.Tx) (err error) {
			running, err = tx.RunningErasures(ctx, 100)
			return err
		})
		if err != nil || len(running) == 0 {
			return err
		}
		for _, e := range running {
			if err := k.erase(ctx, e); err != nil {
				return fmt.Errorf("erase user %s of bot %s: %w", e.UserID, e.BotID, err)
			}
		}
	}
}

// Removed counts what an erasure removed.
type Removed struct {
	Conversations int `json:"conversations"`
	Messages      int `json:"messages"`
	Events        int `json:"events"`
	Deliveries    int `json:"deliveries"`
	Files         int `json:"files"`
}

// atOnce bounds the rows that one transaction changes, lookAt those that one reads.
const (
	atOnce = 100
	lookAt = 1000
)

// erasing is one erasure on its way.
type erasing struct {
	*Keeper
	store.Erasure
	removed Removed
	files   map[string]bool // ids that the person's messages name
}

func (k *Keeper) erase(ctx context.Context, e store.Erasure) error {
	run := &erasing{Keeper: k, Erasure: e, files: map[string]bool{}}
	if k.cfg.FlushLogs != nil {
		k.cfg.FlushLogs(ctx)
	}
	steps := []func(context.Context) error{run.conversations, run.rest, run.namedFiles, run.person}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if k.cfg.Scrub != nil {
		if err := k.cfg.Scrub(ctx); err != nil {
			return fmt.Errorf("scrub the database: %w", err)
		}
	}
	counts, err := json.Marshal(run.removed)
	if err != nil {
		return err
	}
	err = k.cfg.Store.Update(ctx, func(tx *store.Tx) error {
		tx.OnCommit(k.done.send)
		return tx.FinishErasure(ctx, e.ID, counts)
	})
	if err == nil {
		k.cfg.Logger.Info("person erased", "erasure_id", e.ID, "bot_id", e.BotID, "user_id", e.UserID,
			"messages", run.removed.Messages, "conversations", run.removed.Conversations)
	}
	return err
}

// conversations removes whole conversations: those with nobody else in them, or all, as the scope says.
func (e *erasing) conversations(ctx context.Context) error {
	if e.Scope == platform.EraseNoConversations {
		return nil
	}
	for after := ""; ; {
		var ids []string
		err := e.cfg.Store.View(ctx, func(tx *store.Tx) (err error) {
			ids, err = tx.PersonConversations(ctx, e.BotID, e.UserID, after, e.Scope == platform.EraseOwnConversations, atOnce)
			return err
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		for _, id := range ids {
			if err := e.conversation(ctx, id); err != nil {
				return err
			}
		}
		after = ids[len(ids)-1]
	}
}

func (e *erasing) conversation(ctx context.Context, id string) error {
	for _, kind := range []string{store.DeliveryRows, store.EventRows, store.MessageRows} {
		for {
			var ids []string
			err := e.cfg.Store.View(ctx, func(tx *store.Tx) (err error) {
				ids, err = tx.ConversationRows(ctx, kind, e.BotID, id, atOnce)
				return err
			})
			if err != nil {
				return err
			}
			if len(ids) == 0 {
				break
			}
			if err := e.remove(ctx, kind, ids); err != nil {
				return err
			}
		}
	}
	// What came meanwhile goes with the conversation.
	err := e.cfg.Store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.EraseLogs(ctx, e.BotID, id); err != nil {
			return err
		}
		return tx.DeleteConversation(ctx, e.BotID, id)
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err == nil {
		e.removed.Conversations++
	}
	return err
}

// rest removes what the person wrote anywhere else, and whatever carries its id.
func (e *erasing) rest(ctx context.Context) error {
	for _, kind := range []string{store.MessageRows, store.EventRows, store.DeliveryRows, store.FileRows} {
		for after, first := "", true; first || after != ""; first = false {
			var ids []string
			err := e.cfg.Store.View(ctx, func(tx *store.Tx) (err error) {
				ids, after, err = tx.Mentions(ctx, kind, e.BotID, e.UserID, after, lookAt)
				return err
			})
			if err != nil {
				return err
			}
			for chunk := range slices.Chunk(ids, atOnce) {
				if err := e.remove(ctx, kind, chunk); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// remove removes rows of a kind in one transaction.
func (e *erasing) remove(ctx context.Context, kind string, ids []string) error {
	count, hashes := 0, []string{}
	err := e.cfg.Store.Update(ctx, func(tx *store.Tx) error {
		count, hashes = 0, nil
		for _, id := range ids {
			if kind == store.MessageRows {
				if err := e.noteFiles(ctx, tx, id); err != nil {
					return err
				}
			}
			gone, hash, err := e.removeRow(ctx, tx, kind, e.BotID, id)
			if err != nil {
				return err
			}
			if gone {
				count++
			}
			if hash != "" {
				hashes = append(hashes, hash)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, hash := range hashes {
		e.cfg.DropBytes(ctx, hash)
	}
	*map[string]*int{
		store.MessageRows: &e.removed.Messages, store.EventRows: &e.removed.Events,
		store.DeliveryRows: &e.removed.Deliveries, store.FileRows: &e.removed.Files,
	}[kind] += count
	return nil
}

// removeRow removes one row. hash is of bytes that it had.
func (k *Keeper) removeRow(ctx context.Context, tx *store.Tx, kind, botID, id string) (gone bool, hash string, err error) {
	switch kind {
	case store.DeliveryRows:
		d, err := tx.EraseDelivery(ctx, id)
		if d != nil {
			tx.OnCommit(func() { k.cfg.Notify(*d) })
		}
		return d != nil, "", err
	case store.EventRows:
		return true, "", tx.EraseEvent(ctx, botID, id)
	case store.FileRows:
		f, err := tx.LockFile(ctx, id)
		if errors.Is(err, store.ErrNotFound) || err == nil && f.BotID != botID {
			return false, "", nil
		}
		if err != nil {
			return false, "", err
		}
		return true, f.Hash, tx.DeleteFile(ctx, f)
	}
	err = tx.DeleteMessage(ctx, botID, id)
	if errors.Is(err, store.ErrNotFound) {
		return false, "", nil
	}
	return err == nil, "", err
}

// noteFiles remembers the files that a message of the person names.
func (e *erasing) noteFiles(ctx context.Context, tx *store.Tx, messageID string) error {
	m, err := tx.Message(ctx, e.BotID, messageID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if m.UserID == e.UserID {
		for _, file := range fileID.FindAllString(string(m.Payload), -1) {
			e.files[file] = true
		}
	}
	return nil
}

// fileID finds the ids of files in payloads, where addresses of files hold them.
var fileID = regexp.MustCompile(platform.PrefixFile + `_[0-9A-HJKMNP-TV-Z]{26}`)

// namedFiles removes the files that the person's messages named.
func (e *erasing) namedFiles(ctx context.Context) error {
	ids := make([]string, 0, len(e.files))
	for id := range e.files {
		ids = append(ids, id)
	}
	for chunk := range slices.Chunk(ids, atOnce) {
		if err := e.remove(ctx, store.FileRows, chunk); err != nil {
			return err
		}
	}
	return nil
}

// person removes the user itself, with its states, tags and what code printed about it, and all outputs of actions that
// are kept under idempotency keys: nobody knows whom they are about.
func (e *erasing) person(ctx context.Context) error {
	return e.cfg.Store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.EraseLogs(ctx, e.BotID, e.UserID); err != nil {
			return err
		}
		if err := tx.EraseOutputs(ctx, e.BotID); err != nil {
			return err
		}
		err := tx.DeleteUser(ctx, e.BotID, e.UserID)
		if errors.Is(err, store.ErrNotFound) {
			return nil // an earlier run came to here
		}
		return err
	})
}
