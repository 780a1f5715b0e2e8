package api_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/bellhop-dev/bellhop/platform"
)

// TestPayloadsAreCheckedEachTime writes to a conversation whose channel is not
// known yet and then is, and finds one by tags.
func TestPayloadsAreCheckedEachTime(t *testing.T) {
	t.Parallel()
	ctx, b := context.Background(), setup(t)
	user, conversation, _ := b.chat()
	for i := range 3 {
		_, err := b.one.CreateMessage(ctx, &platform.CreateMessageInput{
			ConversationID: conversation, UserID: user, Type: "text", Payload: json.RawMessage(`{"text":1}`),
		})
		refused(t, "createMessage with a bad payload", err, platform.TypeInvalidDataFormat)
		must(b.one.CreateMessage(ctx, &platform.CreateMessageInput{
			ConversationID: conversation, UserID: user, Type: "text", Payload: json.RawMessage(`{"text":"fine"}`),
		}))
		incoming := func(payload string) error {
			_, err := b.one.InitializeIncomingMessage(ctx, &platform.InitializeIncomingMessageInput{
				UserID: user, Conversation: &platform.IncomingConversation{Channel: "dm", Tags: platform.Tags{"id": "c"}},
				Message: &platform.IncomingMessage{Type: "text", Payload: json.RawMessage(payload)},
			})
			return err
		}
		refused(t, "initializeIncomingMessage with a bad payload", incoming(`{"text":2}`), platform.TypeInvalidDataFormat)
		if err := incoming(`{"text":"fine"}`); err != nil {
			t.Errorf("round %d: initializeIncomingMessage = %v", i, err)
		}
	}
}
