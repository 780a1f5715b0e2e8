package chat

import (
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/platform"
)

// Listeners see which message the bot does not get, under the conversation's
// own name.
func TestFailedDeliveryIsSignalled(t *testing.T) {
	t.Parallel()
	s := &service{hub: newHub()}
	l, err := s.hub.subscribe("conv_1", "user_1")
	if err != nil {
		t.Fatal(err)
	}
	in := &platform.DeliveryFailedBody{MessageID: "msg_1", Outcome: platform.OutcomeDead,
		Conversation: platform.Conversation{ID: "conv_1", Tags: platform.Tags{tagFID: "their name"}}}
	if err := s.deliveryFailed(t.Context(), nil, in); err != nil {
		t.Fatal(err)
	}
	got := <-l.signals
	if want := `{"type":"message_failed","data":{"id":"msg_1","conversationId":"their name","outcome":"dead"}}`; strings.TrimSpace(string(got.data)) != want {
		t.Errorf("the signal is %s, want %s", got.data, want)
	}
}
