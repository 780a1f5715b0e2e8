package slack

import (
	"context"
	"encoding/json"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
)

// Types of envelopes.
const (
	typeVerification = "url_verification"
	typeEvent        = "event_callback"
	typeLimited      = "app_rate_limited"
)

// envelope is what Slack puts around an event.
type envelope struct {
	Type           string          `json:"type"`
	Challenge      string          `json:"challenge"`
	TeamID         string          `json:"team_id"`
	EventID        string          `json:"event_id"`
	Event          json.RawMessage `json:"event"`
	Authorizations []struct {
		TeamID string `json:"team_id"`
		UserID string `json:"user_id"`
		IsBot  bool   `json:"is_bot"`
	} `json:"authorizations"`
}

// event handles what Slack tells of by its Events API.
func (s *service) event(ctx context.Context, call *integration.Call, c *settings, e *envelope) error {
	switch e.Type {
	case typeEvent:
	case typeLimited:
		call.Logger.WarnContext(ctx, "Slack tells of too many events and leaves some out")
		return nil
	default:
		return nil
	}
	me, err := s.self(ctx, call, c, e)
	if err != nil || me == nil {
		return err
	}
	var head struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(e.Event, &head); err != nil {
		call.Logger.WarnContext(ctx, "event ignored: it cannot be read", "event_id", chatkit.ClipTag(e.EventID))
		return nil
	}
	h := s.inbound(call, c, me, e.EventID)
	switch head.Type {
	case "message", "app_mention":
		return read(ctx, h, head.Type, e.Event, h.message)
	case "reaction_added":
		return read(ctx, h, head.Type, e.Event, h.reacted(eventReactionAdded))
	case "reaction_removed":
		return read(ctx, h, head.Type, e.Event, h.reacted(eventReactionRemoved))
	case "team_join":
		return read(ctx, h, head.Type, e.Event, h.joined)
	case "member_joined_channel":
		return read(ctx, h, head.Type, e.Event, h.moved(eventJoinedChannel))
	case "member_left_channel":
		return read(ctx, h, head.Type, e.Event, h.moved(eventLeftChannel))
	case "user_change":
		return read(ctx, h, head.Type, e.Event, h.changed)
	case "function_executed":
		return read(ctx, h, head.Type, e.Event, h.executed)
	case "":
		return nil
	}
	return h.other(ctx, head.Type, e.Event)
}

// inbound is an update on its way in, or an action that looks up the same things.
type inbound struct {
	s      *service
	call   *integration.Call
	c      *settings
	client *client
	me     *identity
	id     string // Slack's, the same when it is told again
	// courtesy is until when it may take to look up what is nice to have:
	// Slack waits for three seconds in all.
	courtesy time.Time
}

const courtesy = 1500 * time.Millisecond

func (s *service) inbound(call *integration.Call, c *settings, me *identity, id string) *inbound {
	return &inbound{s: s, call: call, c: c, client: s.client(call, c), me: me, id: id, courtesy: time.Now().Add(courtesy)}
}

// read decodes an event and handles it; one that has another shape is handed
// on as it is.
func read[E any](ctx context.Context, h *inbound, typ string, raw json.RawMessage, handle func(context.Context, *E) error) error {
	e := new(E)
	if err := json.Unmarshal(raw, e); err != nil {
		h.call.Logger.WarnContext(ctx, "event with another shape than expected", "event_id", chatkit.ClipTag(h.id), "type", chatkit.ClipTag(typ))
		return h.other(ctx, typ, raw)
	}
	return handle(ctx, e)
}
