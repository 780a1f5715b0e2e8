package slack

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
)

const (
	// actionPrefix begins the ids of buttons and menus of ours.
	actionPrefix = "bellhop_"
	// referencePrefix begins a value that stands for a place in a message.
	referencePrefix = "bellhop:"
)

// reference stands for a value that Slack has no room for: the message that
// holds it, and which of its options or actions it is.
func reference(messageID string, index int) string {
	return referencePrefix + messageID + ":" + strconv.Itoa(index)
}

// meant is the value behind what Slack sent back.
func meant(ctx context.Context, call *integration.Call, value string) (string, error) {
	rest, ok := strings.CutPrefix(value, referencePrefix)
	id, number, cut := strings.Cut(rest, ":")
	index, err := strconv.Atoi(number)
	if !ok || !cut || err != nil || index < 0 {
		return value, nil
	}
	out, err := call.Client.GetMessage(ctx, &platform.GetMessageInput{ID: id})
	if platform.IsType(err, platform.TypeResourceNotFound) {
		return value, nil
	}
	if err != nil {
		return "", fmt.Errorf("read the message that was answered: %w", err)
	}
	if all := message.Values(out.Message.Payload); index < len(all) {
		return all[index], nil
	}
	return value, nil
}
