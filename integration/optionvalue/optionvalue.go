// Package optionvalue tells which option of a message a person chose, where the
// external system sends back what hung on a button, and has room for short
// values only: a longer value is stood for by its place in the message, from
// where it is read again.
//
// Messages with options are choices and dropdowns, by their options, and cards
// and carousels, by their actions.
package optionvalue

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// mark begins a place.
const mark = "bellhop:"

// Place stands for the value of the option that is at the index in the message
// with the platform's id. It is some forty characters long, all of ASCII.
func Place(messageID string, index int) string {
	return mark + messageID + ":" + strconv.Itoa(index)
}

// IsPlace reports whether a value would be taken for a place: it cannot stand
// for itself.
func IsPlace(value string) bool { return strings.HasPrefix(value, mark) }

// Meant is what the bot meant by what the external system sent back: the value
// at the place. Anything that is no place, and a place that is not there any
// more, is returned as it is. The error says that the platform could not be
// asked.
func Meant(ctx context.Context, call *integration.Call, sentBack string) (string, error) {
	messageID, index, ok := read(sentBack)
	if !ok {
		return sentBack, nil
	}
	out, err := call.Client.GetMessage(ctx, &platform.GetMessageInput{ID: messageID})
	if platform.IsType(err, platform.TypeResourceNotFound) {
		return sentBack, nil
	}
	if err != nil {
		return "", fmt.Errorf("read the message that was answered: %w", err)
	}
	if all := message.Values(out.Message.Payload); index < len(all) {
		return all[index], nil
	}
	return sentBack, nil
}

// read reads a place.
func read(place string) (messageID string, index int, ok bool) {
	rest, ok := strings.CutPrefix(place, mark)
	messageID, number, cut := strings.Cut(rest, ":")
	index, err := strconv.Atoi(number)
	return messageID, index, ok && cut && err == nil && index >= 0
}
