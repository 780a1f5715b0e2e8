package slack

import (
	"context"
	"encoding/json"
	"net/url"

	"github.com/bellhop-dev/bellhop/integration"
)

// command is a slash command, as a form or as JSON.
type command struct {
	Command     string `json:"command"`
	Text        string `json:"text"`
	UserID      string `json:"user_id"`
	ChannelID   string `json:"channel_id"`
	TeamID      string `json:"team_id"`
	TriggerID   string `json:"trigger_id"`
	ResponseURL string `json:"response_url"`
	ThreadTS    string `json:"thread_ts"`
}

func commandOf(form url.Values) *command {
	return &command{
		Command: form.Get("command"), Text: form.Get("text"), UserID: form.Get("user_id"), ChannelID: form.Get("channel_id"),
		TeamID: form.Get("team_id"), TriggerID: form.Get("trigger_id"), ResponseURL: form.Get("response_url"), ThreadTS: form.Get("thread_ts"),
	}
}

// commanded tells of a slash command.
func (s *service) commanded(ctx context.Context, call *integration.Call, c *settings, in *command) error {
	if in.Command == "" || in.UserID == "" || in.ChannelID == "" {
		call.Logger.WarnContext(ctx, "slash command ignored: it is not whole")
		return nil
	}
	me, err := s.self(ctx, call, c, &envelope{TeamID: in.TeamID})
	if err != nil || me == nil {
		return err
	}
	h := s.inbound(call, c, me, in.TriggerID)
	got, err := h.receive(ctx, in.UserID, place{channel: in.ChannelID, thread: in.ThreadTS}, nil)
	if err != nil {
		return err
	}
	u, conv := got.User, got.Conversation
	return h.emit(ctx, integration.Event{Type: eventCommand, UserID: u.ID, ConversationID: conv.ID, Payload: commandEvent{
		Command: in.Command, Text: in.Text, UserID: u.ID, ConversationID: conv.ID, SlackUserID: in.UserID, SlackChannelID: in.ChannelID,
		TriggerID: in.TriggerID, ResponseURL: in.ResponseURL,
	}})
}

// form handles what comes as a form: an interaction is JSON in one field, a
// slash command is the form itself.
func (s *service) form(ctx context.Context, call *integration.Call, c *settings, form url.Values) error {
	if payload := form.Get("payload"); payload != "" {
		return s.interact(ctx, call, c, json.RawMessage(payload))
	}
	if form.Get("ssl_check") != "" {
		return nil
	}
	return s.commanded(ctx, call, c, commandOf(form))
}
