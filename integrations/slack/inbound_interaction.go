package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// interaction is what a person did with blocks, a view or a shortcut.
type interaction struct {
	Type        string            `json:"type"`
	CallbackID  string            `json:"callback_id"`
	TriggerID   string            `json:"trigger_id"`
	ActionTS    string            `json:"action_ts"`
	ResponseURL string            `json:"response_url"`
	Actions     []json.RawMessage `json:"actions"`
	Team        struct {
		ID string `json:"id"`
	} `json:"team"`
	User struct {
		ID string `json:"id"`
	} `json:"user"`
	Channel struct {
		ID string `json:"id"`
	} `json:"channel"`
	Container struct {
		ChannelID string `json:"channel_id"`
		MessageTS string `json:"message_ts"`
		ThreadTS  string `json:"thread_ts"`
	} `json:"container"`
	Message struct {
		TS       string `json:"ts"`
		ThreadTS string `json:"thread_ts"`
	} `json:"message"`
	View struct {
		ID              string `json:"id"`
		CallbackID      string `json:"callback_id"`
		Hash            string `json:"hash"`
		PrivateMetadata string `json:"private_metadata"`
		State           struct {
			Values json.RawMessage `json:"values"`
		} `json:"state"`
	} `json:"view"`
}

// interact handles an interaction.
func (s *service) interact(ctx context.Context, call *integration.Call, c *settings, raw json.RawMessage) error {
	var in interaction
	if err := json.Unmarshal(raw, &in); err != nil || in.User.ID == "" {
		call.Logger.WarnContext(ctx, "interaction ignored: it cannot be read")
		return nil
	}
	me, err := s.self(ctx, call, c, &envelope{TeamID: in.Team.ID})
	if err != nil || me == nil {
		return err
	}
	h := s.inbound(call, c, me, cmp.Or(in.TriggerID, in.Type+" "+in.View.ID+" "+in.View.Hash+" "+in.ActionTS))
	u, err := h.user(ctx, in.User.ID)
	if err != nil {
		return err
	}
	switch in.Type {
	case "block_actions":
		return h.acted(ctx, &in, u)
	case "view_submission":
		values := in.View.State.Values
		if len(values) == 0 {
			values = json.RawMessage("{}")
		}
		return h.emit(ctx, integration.Event{Type: eventView, UserID: u.ID, Payload: viewEvent{
			CallbackID: in.View.CallbackID, ViewID: in.View.ID, PrivateMetadata: in.View.PrivateMetadata, Values: values, UserID: u.ID,
		}})
	}
	e := interactionEvent{Type: in.Type, CallbackID: cmp.Or(in.CallbackID, in.View.CallbackID), TriggerID: in.TriggerID, Payload: withoutToken(raw), UserID: u.ID}
	if in.Channel.ID != "" {
		conv, err := h.conversation(ctx, in.place())
		if err != nil {
			return err
		}
		e.ConversationID = conv.ID
	}
	return h.emit(ctx, integration.Event{Type: eventInteraction, UserID: u.ID, ConversationID: e.ConversationID, Payload: e})
}

// withoutToken leaves out the app's verification token, which is a secret.
func withoutToken(raw json.RawMessage) json.RawMessage {
	var all map[string]json.RawMessage
	if json.Unmarshal(raw, &all) != nil {
		return json.RawMessage("{}")
	}
	delete(all, "token")
	kept, err := encode(all)
	if err != nil {
		return json.RawMessage("{}")
	}
	return kept
}

// place is where the message is that was acted on: in its thread.
func (in *interaction) place() place {
	ts := cmp.Or(in.Container.MessageTS, in.Message.TS)
	return place{
		channel: cmp.Or(in.Container.ChannelID, in.Channel.ID),
		thread:  threadOf(ts, cmp.Or(in.Container.ThreadTS, in.Message.ThreadTS)),
	}
}

// acted handles every action of an interaction with blocks: one that stands
// for one answer becomes a message of the person, others an event.
func (h *inbound) acted(ctx context.Context, in *interaction, u *platform.User) error {
	var conv *platform.Conversation
	p := in.place()
	if p.channel != "" {
		var err error
		if conv, err = h.conversation(ctx, p); err != nil {
			return err
		}
		if u, err = h.withDM(ctx, u, p); err != nil {
			return err
		}
	}
	for i, raw := range in.Actions {
		var a action
		if err := json.Unmarshal(raw, &a); err != nil {
			h.call.Logger.WarnContext(ctx, "action ignored: it has another shape")
			continue
		}
		id := fmt.Sprintf("%s %d", h.id, i)
		var err error
		switch {
		case a.link():
			continue
		case conv != nil && a.single():
			err = h.answered(ctx, in, conv, u, &a, id)
		default:
			err = h.used(ctx, in, conv, u, &a, raw, id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// answered makes the message that a button or a choice stands for.
func (h *inbound) answered(ctx context.Context, in *interaction, conv *platform.Conversation, u *platform.User, a *action, id string) error {
	values := a.values()
	value, err := chatkit.OptionValue(ctx, h.call, values[0])
	if err != nil {
		return err
	}
	// It has no time: nothing in the channel can be reacted to or edited.
	tags := platform.Tags{tagInteraction: id, tagUserID: in.User.ID, tagChannelID: in.place().channel}
	_, err = chatkit.Receive(ctx, h.call, &chatkit.Inbound{
		User: &chatkit.User{ID: u.ID}, Conversation: &chatkit.Conversation{ID: conv.ID},
		Message: &chatkit.Message{
			Content: chatkit.Content{Type: message.TypeText, Payload: text{Text: value, Value: value, Label: a.label()}},
			Tags:    tags, FindBy: []platform.Tags{{tagInteraction: id}},
		},
	})
	return err
}

// used tells of an action that is no answer.
func (h *inbound) used(ctx context.Context, in *interaction, conv *platform.Conversation, u *platform.User, a *action, raw json.RawMessage, id string) error {
	e := blockActionEvent{
		ActionID: a.ActionID, BlockID: a.BlockID, Type: a.Type, Values: a.values(), Action: raw,
		UserID: u.ID, TriggerID: in.TriggerID, ResponseURL: in.ResponseURL,
	}
	if conv != nil {
		e.ConversationID = conv.ID
	}
	_, err := h.call.Emit(ctx, integration.Event{
		Type: eventBlockAction, UserID: u.ID, ConversationID: e.ConversationID, Payload: e, DedupeKey: strings.TrimSpace(id),
	})
	return err
}
