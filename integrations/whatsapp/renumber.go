package whatsapp

import (
	"context"
	"fmt"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
)

// renumber gives the person's user and conversation the new number. Where the
// person has written from the new number already, both stay as they are.
func renumber(ctx context.Context, call *integration.Call, phoneID, from, to string) error {
	was, err := listUsers(ctx, call, platform.Tags{tagUserID: from})
	if err != nil {
		return err
	}
	is, err := listUsers(ctx, call, platform.Tags{tagUserID: to})
	if err != nil {
		return err
	}
	if len(was) > 0 && len(is) == 0 {
		_, err := call.Client.UpdateUser(ctx, &platform.UpdateUserInput{ID: was[0].ID, Tags: platform.Tags{tagUserID: to, tagNumber: to}})
		if err != nil {
			return fmt.Errorf("give the user the new number: %w", err)
		}
	}
	old, err := listConversations(ctx, call, platform.Tags{tagPhoneID: phoneID, tagUserPhone: phone(from)})
	if err != nil {
		return err
	}
	now, err := listConversations(ctx, call, platform.Tags{tagPhoneID: phoneID, tagUserPhone: phone(to)})
	if err != nil {
		return err
	}
	if len(old) > 0 && len(now) == 0 {
		_, err := call.Client.UpdateConversation(ctx, &platform.UpdateConversationInput{ID: old[0].ID, Tags: platform.Tags{tagUserPhone: phone(to)}})
		if err != nil {
			return fmt.Errorf("give the conversation the new number: %w", err)
		}
	}
	return nil
}

func listUsers(ctx context.Context, call *integration.Call, tags platform.Tags) ([]platform.User, error) {
	out, err := call.Client.ListUsers(ctx, &platform.ListUsersInput{Tags: tags})
	if err != nil {
		return nil, fmt.Errorf("find the user: %w", err)
	}
	return out.Users, nil
}

func listConversations(ctx context.Context, call *integration.Call, tags platform.Tags) ([]platform.Conversation, error) {
	out, err := call.Client.ListConversations(ctx, &platform.ListConversationsInput{Tags: tags})
	if err != nil {
		return nil, fmt.Errorf("find the conversation: %w", err)
	}
	return out.Conversations, nil
}
