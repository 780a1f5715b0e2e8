package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

const (
	fireBatch = 100
	// fireIdle is how long Run sleeps at most, should the clock be set.
	fireIdle = time.Minute
	// fireAgain is how long Run waits after an error.
	fireAgain = 5 * time.Second
)

// Run makes scheduled messages and events happen and states expire until ctx
// ends. One Run per Service.
func (s *Service) Run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		case <-s.kicked:
		}
		s.nextAt.Store(0)
		wait := fireIdle
		next, err := s.FireDue(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			s.Logger.Error("scheduled work failed", "error", err)
			wait = fireAgain
		case !next.IsZero():
			wait = min(wait, max(0, next.Sub(s.Now())))
			s.nextAt.Store(next.UnixMilli())
		}
		timer.Reset(wait)
	}
}

// wakeAt makes Run look when t comes.
func (s *Service) wakeAt(t time.Time) {
	if next := s.nextAt.Load(); next != 0 && next <= t.UnixMilli() {
		return
	}
	select {
	case s.kicked <- struct{}{}:
	default: // it is about to look anyway
	}
}

// FireDue turns what is due into deliveries: messages, events, and the states
// of bots that expired. It returns when something is due next, or zero. What
// several callers find due happens once.
func (s *Service) FireDue(ctx context.Context) (next time.Time, err error) {
	for {
		now := s.Now()
		work, next, err := s.readDue(ctx, now)
		if err != nil || len(work) == 0 {
			return next, err
		}
		// One bad row must not keep the others from happening, and rows that
		// stay due although nothing can be done about them must not keep this
		// loop running.
		fired, failed := 0, error(nil)
		for _, w := range work {
			switch ok, err := s.fire(ctx, w); {
			case err != nil:
				failed = errors.Join(failed, err)
			case ok:
				fired++
			}
		}
		if failed != nil || fired == 0 {
			return now.Add(stuckRetry), failed
		}
	}
}

// stuckRetry is when rows that stayed due are looked at again.
const stuckRetry = 5 * time.Second

// dueWork is one thing that is due: what it does to the rows.
type dueWork struct {
	botID string
	do    func(tx *store.Tx, bot *catalog.Bot) error
}

// readDue lists what is due, or else tells when the next thing is.
func (s *Service) readDue(ctx context.Context, now time.Time) (work []dueWork, next time.Time, err error) {
	far := now.Add(2 * maxSchedule)
	earliest := func(t *time.Time) bool {
		if t.After(now) && (next.IsZero() || t.Before(next)) {
			next = *t
		}
		return !t.After(now)
	}
	err = s.Store.View(ctx, func(tx *store.Tx) error {
		messages, err := tx.DueMessages(ctx, far, fireBatch)
		if err != nil {
			return err
		}
		for _, m := range messages {
			if earliest(m.DeliverAt) {
				work = append(work, dueWork{m.BotID, func(tx *store.Tx, bot *catalog.Bot) error { return s.fireMessage(ctx, tx, bot, &m) }})
			}
		}
		events, err := tx.DueEvents(ctx, far, fireBatch)
		if err != nil {
			return err
		}
		for _, e := range events {
			if earliest(e.ScheduledAt) {
				work = append(work, dueWork{e.BotID, func(tx *store.Tx, bot *catalog.Bot) error { return s.fireEvent(ctx, tx, bot, &e) }})
			}
		}
		states, err := tx.DueStates(ctx, far, fireBatch)
		if err != nil {
			return err
		}
		for _, st := range states {
			if earliest(st.ExpiresAt) {
				work = append(work, dueWork{st.BotID, func(tx *store.Tx, bot *catalog.Bot) error { return s.fireState(ctx, tx, bot, st.StateKey) }})
			}
		}
		recurring, err := tx.DueRecurringEvents(ctx, far, fireBatch)
		if err != nil {
			return err
		}
		for _, r := range recurring {
			if earliest(&r.NextAt) {
				work = append(work, dueWork{r.BotID, func(tx *store.Tx, bot *catalog.Bot) error { return s.fireRecurring(ctx, tx, bot, &r) }})
			}
		}
		return nil
	})
	return work, next, err
}

// fire does one due thing in a transaction of its own; false says that there
// was nothing to do.
func (s *Service) fire(ctx context.Context, w dueWork) (bool, error) {
	bot, err := s.Catalog.Bot(ctx, w.botID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return false, fmt.Errorf("bot of scheduled work: %w", err)
	}
	if bot == nil {
		return false, nil // deleted meanwhile, and all that was scheduled with it
	}
	err = s.Store.Update(ctx, func(tx *store.Tx) error { return w.do(tx, bot) })
	if errors.Is(err, store.ErrNotFound) {
		return false, nil // another did it, or it was deleted
	}
	if err != nil {
		return false, fmt.Errorf("scheduled work: %w", err)
	}
	return true, nil
}

func (s *Service) fireMessage(ctx context.Context, tx *store.Tx, bot *catalog.Bot, m *store.Message) error {
	if err := tx.ClearDeliverAt(ctx, m.ID); err != nil {
		return err
	}
	m, err := tx.Message(ctx, bot.ID, m.ID) // it may have been updated
	if err != nil {
		return err
	}
	c, err := tx.Conversation(ctx, bot.ID, m.ConversationID)
	if err != nil {
		return err
	}
	u, err := tx.User(ctx, bot.ID, m.UserID)
	if errors.Is(err, store.ErrNotFound) {
		u, err = &store.User{ID: m.UserID, BotID: bot.ID, CreatedAt: m.CreatedAt, UpdatedAt: m.CreatedAt}, nil // deleted since
	}
	if err != nil {
		return err
	}
	return s.deliverMessage(ctx, tx, bot, m, c, u)
}

func (s *Service) fireEvent(ctx context.Context, tx *store.Tx, bot *catalog.Bot, e *store.Event) error {
	e.Status = eventStatus(bot, e.Type)
	if err := tx.MoveEvent(ctx, e.ID, store.EventScheduled, e.Status); err != nil {
		return err
	}
	if e.Status == string(platform.EventIgnored) {
		return nil
	}
	return s.deliverEvent(ctx, tx, bot, e)
}

// fireState removes an expired state; the bot is told of its own.
func (s *Service) fireState(ctx context.Context, tx *store.Tx, bot *catalog.Bot, key store.StateKey) error {
	st, err := tx.LockState(ctx, key)
	if err != nil {
		return err
	}
	if st.ExpiresAt == nil || st.ExpiresAt.After(s.Now()) {
		return nil // used meanwhile
	}
	if err := tx.DeleteState(ctx, key); err != nil || key.Owner != "" {
		return err
	}
	payload, err := encode(&platform.StatePayload{State: stateView(st)})
	if err != nil {
		return err
	}
	e := &store.Event{
		ID: s.ids.New(platform.PrefixEvent, tx.Now()), BotID: bot.ID, Type: platform.EventStateExpired,
		Status: string(platform.EventPending), Payload: payload, CreatedAt: tx.Now(),
	}
	switch platform.StateType(st.Type) {
	case platform.StateConversation:
		e.ConversationID = st.SubjectID
	case platform.StateUser:
		e.UserID = st.SubjectID
	}
	if err := tx.CreateEvent(ctx, e); err != nil {
		return err
	}
	return s.deliverEvent(ctx, tx, bot, e)
}
