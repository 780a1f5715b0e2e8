package whatsapp

import (
	"context"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// renumber gives the person's user and conversation the new number. Where the
// person has written from the new number already, both stay as they are.
func renumber(ctx context.Context, call *integration.Call, phoneID, from, to string) error {
	was, err := findUser(ctx, call, from)
	if err != nil {
		return err
	}
	is, err := findUser(ctx, call, to)
	if err != nil {
		return err
	}
	if was != nil && is == nil {
		if _, err := chatkit.UpdateUser(ctx, call, was, &chatkit.Profile{Tags: platform.Tags{tagUserID: to, tagNumber: to}}); err != nil {
			return err
		}
	}
	old, err := chatkit.FindConversation(ctx, call, channelName, platform.Tags{tagPhoneID: phoneID, tagUserPhone: phone(from)})
	if err != nil {
		return err
	}
	now, err := chatkit.FindConversation(ctx, call, channelName, platform.Tags{tagPhoneID: phoneID, tagUserPhone: phone(to)})
	if err != nil || old == nil || now != nil {
		return err
	}
	_, err = chatkit.UpdateConversation(ctx, call, old, platform.Tags{tagUserPhone: phone(to)})
	return err
}

// findUser returns the user with the number, or nil.
func findUser(ctx context.Context, call *integration.Call, number string) (*platform.User, error) {
	return chatkit.FindUser(ctx, call, platform.Tags{tagUserID: number})
}
