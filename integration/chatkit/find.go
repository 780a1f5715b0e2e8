package chatkit

import (
	"context"
	"fmt"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
)

// FindMessage returns the newest message that has all tags of the first set that
// finds one, or nil. A set with an empty value finds nothing.
func FindMessage(ctx context.Context, call *integration.Call, sets ...platform.Tags) (*platform.Message, error) {
	for _, set := range usable(sets) {
		out, err := call.Client.ListMessages(ctx, &platform.ListMessagesInput{Tags: set, PageSize: 1})
		if err != nil {
			return nil, fmt.Errorf("find the message: %w", err)
		}
		if len(out.Messages) > 0 {
			return &out.Messages[0], nil
		}
	}
	return nil, nil
}

// GetMessage returns the message with the platform's id, or nil if it does not
// exist.
func GetMessage(ctx context.Context, call *integration.Call, id string) (*platform.Message, error) {
	out, err := call.Client.GetMessage(ctx, &platform.GetMessageInput{ID: id})
	if platform.IsType(err, platform.TypeResourceNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the message: %w", err)
	}
	return &out.Message, nil
}

// FindConversation returns the newest conversation of the channel that has all
// the tags, or nil. An empty channel is any.
func FindConversation(ctx context.Context, call *integration.Call, channel string, tags platform.Tags) (*platform.Conversation, error) {
	for _, set := range usable([]platform.Tags{tags}) {
		out, err := call.Client.ListConversations(ctx, &platform.ListConversationsInput{Channel: channel, Tags: set, PageSize: 1})
		if err != nil {
			return nil, fmt.Errorf("find the conversation: %w", err)
		}
		if len(out.Conversations) > 0 {
			return &out.Conversations[0], nil
		}
	}
	return nil, nil
}

// FindUser returns the newest user that has all the tags, or nil.
func FindUser(ctx context.Context, call *integration.Call, tags platform.Tags) (*platform.User, error) {
	for _, set := range usable([]platform.Tags{tags}) {
		out, err := call.Client.ListUsers(ctx, &platform.ListUsersInput{Tags: set, PageSize: 1})
		if err != nil {
			return nil, fmt.Errorf("find the user: %w", err)
		}
		if len(out.Users) > 0 {
			return &out.Users[0], nil
		}
	}
	return nil, nil
}
