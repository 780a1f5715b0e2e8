package api_test

import (
	"context"
	"encoding/json"
	"strings"
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

// TestLargePayloadsAreCheckedEachTime is the same for payloads that are checked
// before their transaction, wherever their conversation has to be looked up.
func TestLargePayloadsAreCheckedEachTime(t *testing.T) {
	t.Parallel()
	ctx, b := context.Background(), setup(t)
	user, conversation, _ := b.chat()
	long := strings.Repeat("x", 4<<10)
	good, bad := json.RawMessage(`{"text":"`+long+`"}`), json.RawMessage(`{"text":1,"more":"`+long+`"}`)
	imported := func(payload json.RawMessage) error {
		_, err := b.one.ImportMessages(ctx, &platform.ImportMessagesInput{Messages: []platform.ImportedMessage{
			{ConversationID: conversation, UserID: user, Type: "text", Payload: payload},
		}})
		return err
	}
	if err := imported(bad); !platform.IsType(err, platform.TypeInvalidPayload) {
		t.Errorf("importMessages with a bad payload = %v", err)
	}
	if err := imported(good); err != nil {
		t.Errorf("importMessages = %v", err)
	}
	obtain := func(payload json.RawMessage) (*platform.GetOrCreateMessageOutput, error) {
		return b.one.GetOrCreateMessage(ctx, &platform.GetOrCreateMessageInput{
			ConversationID: conversation, UserID: user, Type: "text", Payload: payload, Tags: platform.Tags{"ts": "m"},
		})
	}
	_, err := obtain(bad)
	refused(t, "getOrCreateMessage with a bad payload", err, platform.TypeInvalidDataFormat)
	m := must(obtain(good)).Message
	_, err = obtain(bad)
	refused(t, "getOrCreateMessage over one that is there", err, platform.TypeInvalidDataFormat)
	_, err = b.one.UpdateMessage(ctx, &platform.UpdateMessageInput{ID: m.ID, Payload: bad})
	refused(t, "updateMessage with a bad payload", err, platform.TypeInvalidDataFormat)
	must(b.one.UpdateMessage(ctx, &platform.UpdateMessageInput{ID: m.ID, Payload: good}))
	_, err = b.one.CreateMessage(ctx, &platform.CreateMessageInput{ConversationID: "conv_01JG0000000000000000000009", UserID: user, Type: "text", Payload: bad})
	refused(t, "createMessage in no conversation", err, platform.TypeReferenceNotFound)
	_, err = b.one.UpdateMessage(ctx, &platform.UpdateMessageInput{ID: "msg_01JG0000000000000000000009", Payload: bad})
	refused(t, "updateMessage of none", err, platform.TypeResourceNotFound)
}
