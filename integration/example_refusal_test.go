package integration_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/wire"
)

// The error of a handler says what becomes of a delivery: a RuntimeError ends
// it, any other is tried again later. The text of an error that is none of
// these functions' stays in the log of the integration.
func ExampleRuntimeError() {
	i := integration.New(integration.Definition{
		Name: "pager", Version: "1.0.0",
		Channels: map[string]integration.Channel{"dm": {Messages: integration.StandardMessages(message.TypeText)}},
	}, func(m *integration.Mux) {
		integration.Message(m, "dm", message.TypeText, func(_ context.Context, _ *integration.Call, out *integration.Outgoing[message.Text]) error {
			switch out.Payload.Text {
			case "never":
				return integration.RuntimeError("the number is not in use")
			case "later":
				return integration.Temporary(errors.New("the pager network is down"))
			case "in a minute":
				return integration.RetryAfter(time.Minute, errors.New("too many pages"))
			}
			return errors.New("dial 10.0.0.7: refused")
		})
	})
	installed, err := integrationtest.Install(i, integration.Env{})
	if err != nil {
		log.Fatal(err)
	}
	for _, text := range []string{"never", "later", "in a minute", "else"} {
		resp, err := installed.Call(context.Background(), wire.OpMessageCreated, message.TypeText, platform.MessageCreatedBody{
			Type: message.TypeText, Payload: []byte(`{"text":"` + text + `"}`),
			Conversation: platform.Conversation{Channel: "dm"}, Message: platform.Message{Payload: []byte("{}")},
		})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(resp.Status, resp.Header.Get("Retry-After"), integrationtest.Refusal(resp))
	}
	// Output:
	// 400  Runtime: the number is not in use
	// 503  Internal: the pager network is down
	// 503 60 Internal: too many pages
	// 500  Runtime: an unexpected error occurred in the integration; its log has the reason under the id of this error
}
