package api

import (
	"encoding/json"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// The views are rows as the integration under an alias sees them, or as the
// bot does when alias is "".

func userView(u *store.User, alias string) platform.User {
	properties := decodeProperties(u.Properties)
	v := platform.User{
		ID: u.ID, CreatedAt: platform.At(u.CreatedAt), UpdatedAt: platform.At(u.UpdatedAt),
		Tags: viewTags(u.Tags, alias), Properties: properties, Attributes: properties,
	}
	if u.Name != nil {
		v.Name = *u.Name
	}
	if u.PictureURL != nil {
		v.PictureURL = *u.PictureURL
	}
	return v
}

func conversationView(c *store.Conversation, alias string) platform.Conversation {
	return platform.Conversation{
		ID: c.ID, CreatedAt: platform.At(c.CreatedAt), UpdatedAt: platform.At(c.UpdatedAt),
		Channel: c.Channel, Integration: c.Alias, Tags: viewTags(c.Tags, alias),
		MessageCount: c.MessageCount, Properties: decodeProperties(c.Properties),
	}
}

func messageView(m *store.Message, alias string) platform.Message {
	return platform.Message{
		ID: m.ID, CreatedAt: platform.At(m.CreatedAt), UpdatedAt: platform.At(m.UpdatedAt),
		Type: m.Type, Payload: m.Payload, Direction: platform.Direction(m.Direction),
		UserID: m.UserID, ConversationID: m.ConversationID, Tags: viewTags(m.Tags, alias), Origin: m.Origin,
	}
}

func eventView(e *store.Event, alias string) platform.Event {
	v := platform.Event{
		ID: e.ID, CreatedAt: platform.At(e.CreatedAt), Type: e.Type, Payload: e.Payload,
		Status: platform.EventStatus(e.Status), BotID: e.BotID,
		ConversationID: e.ConversationID, UserID: e.UserID, MessageID: e.MessageID, WorkflowID: e.WorkflowID,
	}
	if own, ok := cutAlias(e.Type, alias); ok && alias != "" {
		v.Type = own
	}
	if e.FailureReason != "" {
		v.FailureReason = &e.FailureReason
	}
	return v
}

func stateView(s *store.State) platform.State {
	v := platform.State{
		ID: s.ID, CreatedAt: platform.At(s.CreatedAt), UpdatedAt: platform.At(s.UpdatedAt),
		BotID: s.BotID, Type: platform.StateType(s.Type), Name: s.Name, Payload: s.Payload,
	}
	switch v.Type {
	case platform.StateConversation:
		v.ConversationID = s.SubjectID
	case platform.StateUser:
		v.UserID = s.SubjectID
	}
	if s.Expiry > 0 {
		ms := s.Expiry.Milliseconds()
		v.Expiry = &ms
	}
	return v
}

// views is list's rows as the caller sees them.
func views[Row, View any](list []Row, view func(*Row, string) View, alias string) []View {
	out := make([]View, len(list))
	for i := range list {
		out[i] = view(&list[i], alias)
	}
	return out
}

func decodeProperties(raw json.RawMessage) map[string]string {
	if len(raw) == 0 || string(raw) == "{}" {
		return nil
	}
	var m map[string]string
	if json.Unmarshal(raw, &m) != nil { // what is stored was made by encodeProperties
		return nil
	}
	return m
}

func encodeProperties(m map[string]string) (json.RawMessage, error) {
	if len(m) == 0 {
		return nil, nil
	}
	size := 0
	for name, value := range m {
		size += len(name) + len(value)
	}
	if size > maxProperties {
		return nil, platform.Errorf(platform.TypeLimitExceeded, "properties has %d bytes of names and values; give at most %d", size, maxProperties)
	}
	return json.Marshal(m)
}

// mergeProperties applies changes to stored properties; nil removes.
func mergeProperties(raw json.RawMessage, changes ...map[string]*string) (json.RawMessage, error) {
	m := decodeProperties(raw)
	if m == nil {
		m = map[string]string{}
	}
	for _, change := range changes {
		for name, value := range change {
			if value == nil {
				delete(m, name)
			} else {
				m[name] = *value
			}
		}
	}
	return encodeProperties(m)
}

// pointers makes a change that sets every property.
func pointers(m map[string]string) map[string]*string {
	change := make(map[string]*string, len(m))
	for name, value := range m {
		change[name] = &value
	}
	return change
}
