package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"github.com/bellhop-dev/bellhop/integration"
)

// emit tells the bot, once for each id of Slack's.
func (h *inbound) emit(ctx context.Context, e integration.Event) error {
	if h.id != "" {
		e.DedupeKey = h.id
	}
	_, err := h.call.Emit(ctx, e)
	return err
}

type inReaction struct {
	User     string `json:"user"`
	Reaction string `json:"reaction"`
	ItemUser string `json:"item_user"`
	Item     struct {
		Type    string `json:"type"`
		Channel string `json:"channel"`
		TS      string `json:"ts"`
	} `json:"item"`
}

// reacted tells of a reaction to a message. It names the thread as far as the
// message is known: Slack does not.
func (h *inbound) reacted(event string) func(context.Context, *inReaction) error {
	return func(ctx context.Context, r *inReaction) error {
		if r.User == h.me.UserID || r.Item.Type != "message" || r.Item.Channel == "" {
			return nil
		}
		u, err := h.user(ctx, r.User)
		if err != nil {
			return err
		}
		payload := reactionEvent{Reaction: r.Reaction, UserID: u.ID, Targets: targets{
			DM: map[string]string{tagID: r.User}, Channel: map[string]string{tagID: r.Item.Channel},
			Thread: map[string]string{tagID: r.Item.Channel, tagThread: r.Item.TS},
		}}
		known, err := find(ctx, h.call, r.Item.Channel, r.Item.TS)
		if err != nil {
			return err
		}
		e := integration.Event{Type: event, UserID: u.ID}
		if known != nil {
			e.ConversationID, e.MessageID = known.ConversationID, known.ID
		} else {
			conv, err := h.conversation(ctx, place{channel: r.Item.Channel})
			if err != nil {
				return err
			}
			e.ConversationID = conv.ID
		}
		payload.ConversationID, payload.MessageID = e.ConversationID, e.MessageID
		e.Payload = payload
		return h.emit(ctx, e)
	}
}

// joined tells of a new member of the workspace, whose profile comes along.
func (h *inbound) joined(ctx context.Context, e *struct {
	User profile `json:"user"`
}) error {
	if e.User.ID == "" {
		return nil
	}
	u, err := known(ctx, h.call, &e.User)
	if err != nil {
		return err
	}
	return h.emit(ctx, integration.Event{Type: eventJoinedWorkspace, UserID: u.ID, Payload: joinedWorkspaceEvent{UserID: u.ID, Target: memberTarget{
		UserID: e.User.ID, UserName: e.User.Name, UserRealName: cmp.Or(e.User.Profile.RealName, e.User.RealName), UserDisplayName: e.User.Profile.DisplayName,
	}}})
}

type inMember struct {
	User        string `json:"user"`
	Channel     string `json:"channel"`
	ChannelType string `json:"channel_type"`
	Inviter     string `json:"inviter"`
}

// moved tells of somebody who joined or left a channel; the bot's own coming
// and going is no event.
func (h *inbound) moved(event string) func(context.Context, *inMember) error {
	return func(ctx context.Context, m *inMember) error {
		if m.User == "" || m.User == h.me.UserID || m.Channel == "" {
			return nil
		}
		got, err := h.receive(ctx, m.User, place{channel: m.Channel, kind: m.ChannelType}, nil)
		if err != nil {
			return err
		}
		u, conv := got.User, got.Conversation
		at := memberTargets{UserID: m.User, ChannelID: m.Channel}
		e := integration.Event{Type: event, UserID: u.ID, ConversationID: conv.ID}
		if event == eventLeftChannel {
			e.Payload = leftChannelEvent{UserID: u.ID, ConversationID: conv.ID, Targets: at}
			return h.emit(ctx, e)
		}
		joined := joinedChannelEvent{UserID: u.ID, ConversationID: conv.ID, Targets: at}
		if m.Inviter != "" {
			by, err := h.user(ctx, m.Inviter)
			if err != nil {
				return err
			}
			joined.InviterID, joined.Targets.InviterID = by.ID, m.Inviter
		}
		e.Payload = joined
		return h.emit(ctx, e)
	}
}

type inFunction struct {
	Inputs map[string]json.RawMessage `json:"inputs"`
}

// executed tells of a workflow that ran a step of the app.
func (h *inbound) executed(ctx context.Context, f *inFunction) error {
	var out workflowEvent
	for _, name := range []string{"userId", "user_id", "user"} {
		if raw, has := f.Inputs[name]; has && json.Unmarshal(raw, &out.UserID) == nil {
			break
		}
	}
	out.Value = f.Inputs["value"]
	var list []json.RawMessage
	if json.Unmarshal(out.Value, &list) == nil && len(list) > 0 { // Slack puts one value into a list too
		out.Value = list[0]
	}
	if out.Value == nil {
		all, err := encode(f.Inputs)
		if err != nil {
			return fmt.Errorf("write the inputs: %w", err)
		}
		if out.Value, err = encode(string(all)); err != nil {
			return fmt.Errorf("write the inputs: %w", err)
		}
	}
	return h.emit(ctx, integration.Event{Type: eventWorkflow, Payload: out})
}

// edited tells of a message whose words changed. Slack also calls it a change
// when it shows what is behind a link, or when a thread below it moves on.
func (h *inbound) edited(ctx context.Context, m *inMessage) error {
	now := m.Message
	if now == nil || h.own(now.User, now.BotID) || m.Previous != nil && m.Previous.Text == now.Text && len(m.Previous.Files) == len(now.Files) {
		return nil
	}
	known, err := find(ctx, h.call, m.Channel, now.TS)
	if err != nil || known == nil {
		return err
	}
	c, err := h.content(ctx, now)
	if err != nil || c == nil {
		return err
	}
	payload, err := encode(c.Payload)
	if err != nil {
		return fmt.Errorf("write the edit: %w", err)
	}
	return h.emit(ctx, integration.Event{
		Type: eventEdited, UserID: known.UserID, ConversationID: known.ConversationID, MessageID: known.ID,
		Payload: editedEvent{MessageID: known.ID, Type: c.Type, Payload: payload, UserID: known.UserID, ConversationID: known.ConversationID},
	})
}

// deleted tells of a message that is gone, whoever wrote it.
func (h *inbound) deleted(ctx context.Context, m *inMessage) error {
	known, err := find(ctx, h.call, m.Channel, m.DeletedTS)
	if err != nil || known == nil {
		return err
	}
	return h.emit(ctx, integration.Event{
		Type: eventDeleted, UserID: known.UserID, ConversationID: known.ConversationID, MessageID: known.ID,
		Payload: deletedEvent{MessageID: known.ID, UserID: known.UserID, ConversationID: known.ConversationID},
	})
}

// other hands on what the integration has no event of its own for.
func (h *inbound) other(ctx context.Context, typ string, raw json.RawMessage) error {
	return h.emit(ctx, integration.Event{Type: eventOther, Payload: otherEvent{Type: typ, Event: raw}})
}
