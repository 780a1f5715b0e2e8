package whatsapp

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// typingEmoji is put on the person's message while the bot prepares the
// answer, where the configuration wants it.
const typingEmoji = "👀"

// startTyping shows that the person's message was read and is being answered.
func (s *service) startTyping(ctx context.Context, call *integration.Call, in *typingIn) (*nothing, error) {
	t, err := s.answering(ctx, call, in)
	if err != nil {
		return nil, err
	}
	if t.c.readBehavior() != readNone {
		if err := s.markRead(ctx, t.c, t.phoneID, t.id, true); err != nil {
			return nil, chatkit.Classify(err)
		}
	}
	return &nothing{}, s.look(ctx, t, typingEmoji)
}

// stopTyping takes the emoji back; the indicator itself cannot be.
func (s *service) stopTyping(ctx context.Context, call *integration.Call, in *typingIn) (*nothing, error) {
	t, err := s.answering(ctx, call, in)
	if err != nil {
		return nil, err
	}
	return &nothing{}, s.look(ctx, t, "")
}

// answered is a person's message that is being answered.
type answered struct {
	c           *settings
	phoneID, id string
	tags        platform.Tags // of the conversation
}

func (s *service) answering(ctx context.Context, call *integration.Call, in *typingIn) (*answered, error) {
	c, err := s.settings(ctx, call)
	if err != nil {
		return nil, err
	}
	conv, err := call.Client.GetConversation(ctx, &platform.GetConversationInput{ID: in.ConversationID})
	if platform.IsType(err, platform.TypeResourceNotFound) {
		return nil, integration.RuntimeError("there is no conversation " + in.ConversationID)
	}
	if err != nil {
		return nil, fmt.Errorf("read the conversation %s: %w", in.ConversationID, err)
	}
	id, err := whatsappID(ctx, call, in.MessageID)
	if err != nil {
		return nil, err
	}
	tags := conv.Conversation.Tags
	return &answered{c: c, phoneID: cmp.Or(tags[tagPhoneID], c.phoneID), id: id, tags: tags}, nil
}

// look puts the emoji on the message, or takes it back when it is empty.
func (s *service) look(ctx context.Context, t *answered, emoji string) error {
	if !t.c.TypingIndicatorEmoji {
		return nil
	}
	p := part{Type: typeReaction, Reaction: &partReaction{MessageID: t.id, Emoji: emoji}}
	if err := recipient(&p, t.tags); err != nil {
		return err
	}
	if _, err := s.post(ctx, t.c, t.phoneID, &p); err != nil && !errors.Is(err, chatkit.ErrAccepted) {
		return chatkit.Classify(err)
	}
	return nil
}
