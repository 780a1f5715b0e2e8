package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

const (
	// pollTime is how long Telegram holds an answer back while nothing happens.
	pollTime = 50 * time.Second
	// pollBatch is how many updates come at a time. Few, so that little comes
	// again after a crash.
	pollBatch = 50
	// conflictWait is how long to leave a bot to another program that polls it.
	conflictWait = time.Minute
	// forgetAfter is when a position is not relied on any more: after a week
	// without updates, Telegram counts from anywhere.
	forgetAfter = 6 * 24 * time.Hour
)

// position is how far the updates were handled.
type position struct {
	Bot    string    `json:"bot"`
	Offset int64     `json:"offset"` // the update to ask for next
	At     time.Time `json:"at"`
}

// listen asks Telegram for updates until ctx ends. Telegram hears that an
// update was handled with the next question, and the position is on disk
// before that: what a crash leaves between is handled again, and makes nothing
// twice.
func (s *service) listen(ctx context.Context, call *integration.Call) error {
	c, err := s.settings(call)
	if err != nil {
		return err
	}
	if !c.polls(call.WebhookURL) {
		return integration.ErrNothingToListen
	}
	ref := integration.State[position](call, statePolling, "")
	at, err := ref.Get(ctx)
	if platform.IsType(err, platform.TypeResourceNotFound) {
		at, err = &position{}, nil
	}
	if err != nil {
		return fmt.Errorf("read the position: %w", err)
	}
	for ctx.Err() == nil {
		if at.Bot != c.botID || time.Since(at.At) > forgetAfter {
			at.Offset = 0 // Telegram knows what was confirmed
		}
		updates, err := s.ask(ctx, c, at.Offset)
		if err != nil {
			return polite(ctx, err)
		}
		if len(updates) == 0 {
			continue
		}
		done, failure := s.handleAll(ctx, call, c, updates)
		if done > at.Offset || done > 0 && at.Offset == 0 {
			*at = position{Bot: c.botID, Offset: done, At: time.Now().UTC()}
			if err := ref.Set(ctx, *at); err != nil {
				return fmt.Errorf("keep the position: %w", err)
			}
		}
		if failure != nil {
			return failure
		}
		if done == 0 {
			return errors.New("the updates have no ids")
		}
	}
	return nil
}

// ask waits for updates from the offset on; 0 is the first unconfirmed one.
func (s *service) ask(ctx context.Context, c *settings, offset int64) ([]json.RawMessage, error) {
	in := map[string]any{"timeout": int(pollTime.Seconds()), "limit": pollBatch, "allowed_updates": allowedUpdates()}
	if offset != 0 {
		in["offset"] = offset
	}
	var updates []json.RawMessage
	err := s.client(c).callWithin(ctx, pollTime+callTimeout, "getUpdates", in, &updates)
	return updates, err
}

// handleAll handles updates in order, up to the first that has to come again.
// It returns the offset after those that were handled; 0 is none.
func (s *service) handleAll(ctx context.Context, call *integration.Call, c *settings, updates []json.RawMessage) (done int64, err error) {
	for _, raw := range updates {
		if err := s.update(ctx, call, c, raw); err != nil {
			return done, err
		}
		var u struct {
			UpdateID int64 `json:"update_id"`
		}
		if json.Unmarshal(raw, &u) == nil && u.UpdateID != 0 {
			done = u.UpdateID + 1
		}
	}
	return done, nil
}

// polite leaves the bot alone for a while when another program has it.
func polite(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	if e, ok := errors.AsType[*chatkit.Error](err); ok && e.Status == http.StatusConflict {
		return integration.RetryAfter(conflictWait, e)
	}
	return chatkit.Classify(err)
}
