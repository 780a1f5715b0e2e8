package sdk

import (
	"context"
	"encoding/json"

	"github.com/bellhop-dev/bellhop/platform"
)

// existing answers a call with what an earlier attempt made under its key. A
// row that was deleted since is answered as this call would have made it.
func (t *Turn) existing(ctx context.Context, call *platform.Call, c platform.KeyConflict) error {
	client := platform.NewClient(t.next, call.Caller)
	switch out := call.Out.(type) {
	case *platform.CreateMessageOutput:
		in, _ := call.In.(*platform.CreateMessageInput)
		return message(ctx, client, c.ID, &out.Message, &out.Replayed, platform.Message{
			ConversationID: in.ConversationID, UserID: in.UserID, Type: in.Type, Payload: in.Payload, Tags: in.Tags, Origin: in.Origin,
		})
	case *platform.GetOrCreateMessageOutput:
		in, _ := call.In.(*platform.GetOrCreateMessageInput)
		found := false
		return message(ctx, client, c.ID, &out.Message, &found, platform.Message{
			ConversationID: in.ConversationID, UserID: in.UserID, Type: in.Type, Payload: in.Payload, Tags: in.Tags, Origin: in.Origin,
		})
	case *platform.CreateEventOutput:
		got, err := client.GetEvent(ctx, &platform.GetEventInput{ID: c.ID})
		if err != nil {
			return err
		}
		out.Event, out.Replayed = got.Event, true
	case *platform.InitializeIncomingMessageOutput:
		return incoming(ctx, client, c.ID, out)
	case *platform.CallActionOutput:
		raw, err := json.Marshal(c.Output)
		if err != nil {
			return err
		}
		out.Output, out.Replayed = raw, true
	case *platform.CreateUserOutput:
		got, err := client.GetUser(ctx, &platform.GetUserInput{ID: c.ID})
		if err != nil {
			return err
		}
		out.User, out.Replayed = got.User, true
	case *platform.CreateConversationOutput:
		got, err := client.GetConversation(ctx, &platform.GetConversationInput{ID: c.ID})
		if err != nil {
			return err
		}
		out.Conversation, out.Replayed = got.Conversation, true
	}
	return nil
}

func message(ctx context.Context, client *platform.Client, id string, out *platform.Message, replayed *bool, gone platform.Message) error {
	*replayed = true
	got, err := client.GetMessage(ctx, &platform.GetMessageInput{ID: id})
	if platform.IsType(err, platform.TypeResourceNotFound) {
		gone.ID = id
		*out = gone
		return nil
	} else if err != nil {
		return err
	}
	*out = got.Message
	return nil
}

// incoming reads what the earlier call found or made, by its message.
func incoming(ctx context.Context, client *platform.Client, id string, out *platform.InitializeIncomingMessageOutput) error {
	m, err := client.GetMessage(ctx, &platform.GetMessageInput{ID: id})
	if err != nil {
		return err
	}
	u, err := client.GetUser(ctx, &platform.GetUserInput{ID: m.Message.UserID})
	if err != nil {
		return err
	}
	c, err := client.GetConversation(ctx, &platform.GetConversationInput{ID: m.Message.ConversationID})
	if err != nil {
		return err
	}
	out.User, out.Conversation, out.Message = u.User, c.Conversation, &m.Message
	return nil
}
