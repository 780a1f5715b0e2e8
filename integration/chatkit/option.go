package chatkit

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// optionPrefix begins a reference to an option.
const optionPrefix = "bellhop:"

// OptionRef returns a reference to the option at the index in the message with
// the platform's id. A vendor sends back the data of the button that a person
// presses; a reference replaces a value that is too long for that data. It has
// about forty characters, all ASCII. OptionValue resolves it.
//
// Options are those of choices and dropdowns, and the actions of cards and
// carousels.
func OptionRef(messageID string, index int) string {
	return optionPrefix + messageID + ":" + strconv.Itoa(index)
}

// IsOptionRef reports whether OptionValue would take value for a reference. A
// bot's own value that looks like one needs a reference too.
func IsOptionRef(value string) bool { return strings.HasPrefix(value, optionPrefix) }

// OptionValue returns the value of the option that data, sent back by the
// vendor, refers to. Data that is not a reference, or refers to an option that
// does not exist any more, is returned unchanged. The error is the platform's.
func OptionValue(ctx context.Context, call *integration.Call, data string) (string, error) {
	messageID, index, ok := parseOptionRef(data)
	if !ok {
		return data, nil
	}
	out, err := call.Client.GetMessage(ctx, &platform.GetMessageInput{ID: messageID})
	if platform.IsType(err, platform.TypeResourceNotFound) {
		return data, nil
	}
	if err != nil {
		return "", fmt.Errorf("read the message with the options: %w", err)
	}
	if values := message.Values(out.Message.Payload); index < len(values) {
		return values[index], nil
	}
	return data, nil
}

func parseOptionRef(ref string) (messageID string, index int, ok bool) {
	rest, ok := strings.CutPrefix(ref, optionPrefix)
	messageID, number, cut := strings.Cut(rest, ":")
	index, err := strconv.Atoi(number)
	return messageID, index, ok && cut && err == nil && index >= 0
}
