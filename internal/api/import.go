package api

import (
	"context"
	"errors"
	"fmt"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// importFailure is one message that was not imported, as the metadata of the
// error lists it.
type importFailure struct {
	Index int             `json:"index"`
	Error *platform.Error `json:"error"`
}

func (s *Service) importMessages(ctx context.Context, id *Identity, in *platform.ImportMessagesInput) (*platform.ImportMessagesOutput, error) {
	switch n := len(in.Messages); {
	case n == 0:
		return nil, platform.Errorf(platform.TypeInvalidPayload, "messages is empty; give 1 to %d messages", maxImport)
	case n > maxImport:
		return nil, platform.Errorf(platform.TypeLimitExceeded, "messages has %d members; give at most %d", n, maxImport)
	}
	foreseen := make([]verdict, len(in.Messages))
	for i := range in.Messages {
		m := &in.Messages[i]
		foreseen[i] = foresee(ctx, id.Bot, s.whereabouts(ctx, id, m.ConversationID, m.Payload), m.Type, m.Payload, id.Installation != nil)
	}
	var failed []importFailure
	out, err := update(ctx, s, func(tx *store.Tx) (*platform.ImportMessagesOutput, error) {
		out := &platform.ImportMessagesOutput{Messages: []platform.Message{}}
		for i := range in.Messages {
			m, err := s.importMessage(ctx, tx, id, &in.Messages[i], foreseen[i])
			if fault, ok := errors.AsType[*platform.Error](err); ok {
				failed = append(failed, importFailure{i, fault})
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("import message %d: %w", i, err)
			}
			out.Messages = append(out.Messages, messageView(m, id.alias()))
		}
		return out, nil
	})
	if err != nil || len(failed) == 0 {
		return out, err
	}
	fault := platform.Errorf(platform.TypeInvalidPayload, "%d of %d messages were not imported, the others were; messages[%d]: %s",
		len(failed), len(in.Messages), failed[0].Index, failed[0].Error.Message)
	fault.Metadata = map[string]any{"resolvedMessages": out.Messages, "failedMessages": failed}
	return nil, fault
}

// importMessage records one message. Its *platform.Errors come before it
// writes anything.
func (s *Service) importMessage(ctx context.Context, tx *store.Tx, id *Identity, in *platform.ImportedMessage, foreseen verdict) (*store.Message, error) {
	d := &messageDraft{typ: in.Type, payload: in.Payload, tags: in.Tags, by: in.DiscriminateByTags, imported: true, foreseen: foreseen}
	if in.CreatedAt != nil {
		d.createdAt = in.CreatedAt.Time
		if d.createdAt.After(tx.Now()) || d.createdAt.UnixMilli() < 0 {
			return nil, platform.Errorf(platform.TypeInvalidPayload, "createdAt %s is not a time between 1970 and now", in.CreatedAt)
		}
	}
	if err := d.check(); err != nil {
		return nil, err
	}
	c, u, err := parties(ctx, tx, id, in.ConversationID, in.UserID)
	if err != nil {
		return nil, err
	}
	m, _, err := s.obtainMessage(ctx, tx, id, c, u, d)
	return m, err
}

// initializeIncomingMessage finds or makes a user, a conversation and a
// message in one transaction.
func (s *Service) initializeIncomingMessage(ctx context.Context, id *Identity, in *platform.InitializeIncomingMessageInput) (*platform.InitializeIncomingMessageOutput, error) {
	if id.Installation == nil {
		return nil, platform.Errorf(platform.TypeForbidden, "initializeIncomingMessage is for integrations; call as one, with header x-integration-id")
	}
	if err := checkIncoming(in); err != nil {
		return nil, err
	}
	d := s.incomingDraft(ctx, id, in)
	key, err := keyed(id, platform.OpInitializeIncomingMessage.Operation, in)
	if err != nil {
		return nil, err
	}
	if d != nil {
		d.key = key
	}
	return update(ctx, s, func(tx *store.Tx) (*platform.InitializeIncomingMessageOutput, error) {
		u, err := s.incomingUser(ctx, tx, id, in)
		if err != nil {
			return nil, err
		}
		c, err := s.incomingConversation(ctx, tx, id, in)
		if err != nil {
			return nil, err
		}
		out, joined := &platform.InitializeIncomingMessageOutput{User: userView(u, id.alias())}, false
		if d != nil {
			m, created, err := s.obtainMessage(ctx, tx, id, c, u, d)
			if err != nil {
				return nil, err
			}
			v := messageView(m, id.alias())
			out.Message, joined = &v, created // a new message makes its user take part
		}
		if !joined {
			if _, err := tx.AddParticipant(ctx, c.ID, u.ID); err != nil {
				return nil, err
			}
		}
		out.Conversation = conversationView(c, id.alias())
		return out, nil
	})
}

// incomingDraft is the draft of the message, or nil when there is none.
func (s *Service) incomingDraft(ctx context.Context, id *Identity, in *platform.InitializeIncomingMessageInput) *messageDraft {
	if in.Message == nil {
		return nil
	}
	d := &messageDraft{typ: in.Message.Type, origin: in.Message.Origin, payload: in.Message.Payload, tags: in.Message.Tags,
		by: in.Message.DiscriminateByTags}
	if in.Conversation != nil {
		d.foresee(ctx, id, fit{id.Installation.Alias, in.Conversation.Channel})
	} else {
		d.foresee(ctx, id, s.whereabouts(ctx, id, in.ConversationID, d.payload))
	}
	return d
}

func checkIncoming(in *platform.InitializeIncomingMessageInput) error {
	switch {
	case (in.UserID == "") == (in.User == nil):
		return platform.Errorf(platform.TypeInvalidPayload, "give userId or user, one of them")
	case (in.ConversationID == "") == (in.Conversation == nil):
		return platform.Errorf(platform.TypeInvalidPayload, "give conversationId or conversation, one of them")
	}
	return nil
}

func (s *Service) incomingUser(ctx context.Context, tx *store.Tx, id *Identity, in *platform.InitializeIncomingMessageInput) (*store.User, error) {
	if in.User == nil {
		return findUser(ctx, tx, id, in.UserID, "userId")
	}
	d := &userDraft{tags: in.User.Tags, name: in.User.Name, picture: in.User.PictureURL, by: in.User.DiscriminateByTags}
	if err := d.check(); err != nil {
		return nil, err
	}
	u, _, err := s.obtainUser(ctx, tx, id, d)
	return u, err
}

func (s *Service) incomingConversation(ctx context.Context, tx *store.Tx, id *Identity, in *platform.InitializeIncomingMessageInput) (*store.Conversation, error) {
	if in.Conversation == nil {
		return findConversation(ctx, tx, id, in.ConversationID, "conversationId")
	}
	d := &conversationDraft{channel: in.Conversation.Channel, tags: in.Conversation.Tags, by: in.Conversation.DiscriminateByTags}
	owner, err := d.installation(id)
	if err != nil {
		return nil, err
	}
	c, _, err := s.obtainConversation(ctx, tx, id, owner, d)
	return c, err
}
