package integration

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/bellhop-dev/bellhop/internal/sdk"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// Incoming is a message that a user wrote in the external system. The user,
// the conversation and the message are found by all of the tags that are given
// for them, or made: what is received twice is there once.
type Incoming struct {
	Channel          string        // a defined channel
	UserTags         platform.Tags // such as the external id of the user
	ConversationTags platform.Tags // such as that of the thread
	// MessageTags are what a repeated webhook would carry again. Without any,
	// each call makes a message.
	MessageTags platform.Tags
	Payload     message.Payload

	UserName   string // for people; empty leaves it as it is
	PictureURL string // of the user; empty leaves it as it is
}

// Received is what Receive found or made.
type Received = platform.InitializeIncomingMessageOutput

// Receive gives a message to the bot: the user, the conversation, the message
// and its delivery are written in one transaction. The payload is checked
// against the channel's schema of its type first. Where tags are to be written
// that do not identify, use Client.InitializeIncomingMessage.
func (c *Call) Receive(ctx context.Context, in Incoming) (*Received, error) {
	raw, err := c.mux.incoming(&in)
	if err != nil {
		return nil, err
	}
	return c.Client.InitializeIncomingMessage(ctx, &platform.InitializeIncomingMessageInput{
		User: &platform.IncomingUser{
			Tags: in.UserTags, DiscriminateByTags: keys(in.UserTags), Name: in.UserName, PictureURL: in.PictureURL,
		},
		Conversation: &platform.IncomingConversation{
			Channel: in.Channel, Tags: in.ConversationTags, DiscriminateByTags: keys(in.ConversationTags),
		},
		Message: &platform.IncomingMessage{
			Type: in.Payload.Type(), Payload: raw, Tags: in.MessageTags, DiscriminateByTags: keys(in.MessageTags),
		},
	})
}

// incoming checks a message and returns its payload as JSON. Users may say what
// bots may not, so that a type that the channel does not define is let through.
func (b *built) incoming(in *Incoming) (json.RawMessage, error) {
	if _, ok := b.wire.Channels[in.Channel]; !ok {
		return nil, sdk.Undefined("channel", in.Channel, b.wire.Channels)
	}
	switch {
	case in.Payload == nil:
		return nil, RuntimeError("the incoming message has no payload")
	case len(in.UserTags) == 0:
		return nil, RuntimeError("the incoming message has no user tags, by which its user would be found again")
	case len(in.ConversationTags) == 0:
		return nil, RuntimeError("the incoming message has no conversation tags, by which its conversation would be found again")
	}
	raw, err := json.Marshal(in.Payload)
	if err != nil {
		return nil, err
	}
	typ := in.Payload.Type()
	if err := b.messages[messageKey{in.Channel, typ}].Validate(raw); err != nil {
		return nil, RuntimeError("the payload of the " + typ + " message does not fit: " + err.Error())
	}
	return raw, nil
}

func keys(tags platform.Tags) []string { return slices.Sorted(maps.Keys(tags)) }
