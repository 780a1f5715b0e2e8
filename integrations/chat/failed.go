package chat

import (
	"context"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
)

// signalFailed reports that the bot did not get a message of a user.
const signalFailed = "message_failed"

// failed is the data of signalFailed.
type failed struct {
	ID             string `json:"id"` // of the message
	ConversationID string `json:"conversationId"`
	// Outcome is dead, when the bot is not going to get the message, or waiting,
	// when it is down and gets the message later.
	Outcome string `json:"outcome"`
}

// deliveryFailed signals to the listeners that the bot did not get a message.
func (s *service) deliveryFailed(_ context.Context, _ *integration.Call, in *platform.DeliveryFailedBody) error {
	s.hub.publish(in.Conversation.ID, newSignal(signalFailed, "", failed{
		ID: in.MessageID, ConversationID: toConversation(&in.Conversation).ID, Outcome: in.Outcome,
	}))
	return nil
}
