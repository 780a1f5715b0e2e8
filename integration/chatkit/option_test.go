package chatkit_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
)

// callWith returns a call to a platform that has the messages, by their ids.
func callWith(messages map[string]string) *integration.Call {
	p := integrationtest.NewPlatform()
	integrationtest.On(p, platform.OpGetMessage, func(in *platform.GetMessageInput) (*platform.GetMessageOutput, error) {
		payload, ok := messages[in.ID]
		switch {
		case payload == "down":
			return nil, errors.New("the platform is down")
		case !ok:
			return nil, &platform.Error{Code: 404, Type: platform.TypeResourceNotFound}
		}
		return &platform.GetMessageOutput{Message: platform.Message{ID: in.ID, Payload: json.RawMessage(payload)}}, nil
	})
	return &integration.Call{Client: platform.NewClient(p, platform.Caller{})}
}

func TestMeant(t *testing.T) {
	t.Parallel()
	call := callWith(map[string]string{
		"choice": `{"text":"?","options":[{"label":"A","value":"a"},{"label":"B","value":"b"}]}`,
		"card":   `{"title":"C","actions":[{"action":"say","label":"A","value":"a"},{"action":"url","label":"B","value":"https://b.test"}]}`,
		"carousel": `{"items":[{"title":"1","actions":[{"action":"say","label":"A","value":"a"}]},{"title":"2"},
			{"title":"3","actions":[{"action":"postback","label":"B","value":"b"}]}]}`,
		"text": `{"text":"hi"}`,
		"odd":  `[]`,
	})
	for sentBack, want := range map[string]string{
		"":                                   "",
		"plain":                              "plain",
		chatkit.OptionRef("choice", 1):       "b",
		chatkit.OptionRef("card", 1):         "https://b.test",
		chatkit.OptionRef("carousel", 0):     "a",
		chatkit.OptionRef("carousel", 1):     "b",
		chatkit.OptionRef("choice", 2):       chatkit.OptionRef("choice", 2),
		chatkit.OptionRef("text", 0):         chatkit.OptionRef("text", 0),
		chatkit.OptionRef("odd", 0):          chatkit.OptionRef("odd", 0),
		chatkit.OptionRef("gone", 0):         chatkit.OptionRef("gone", 0),
		chatkit.OptionRef("choice", -1):      chatkit.OptionRef("choice", -1),
		chatkit.OptionRef("choice", 0) + "x": chatkit.OptionRef("choice", 0) + "x",
		"bellhop:choice":                     "bellhop:choice",
	} {
		if got, err := chatkit.OptionValue(t.Context(), call, sentBack); got != want || err != nil {
			t.Errorf("Meant(%q) = %q, %v, want %q", sentBack, got, err, want)
		}
	}
}

func TestMeantFails(t *testing.T) {
	t.Parallel()
	call := callWith(map[string]string{"m": "down"})
	if got, err := chatkit.OptionValue(t.Context(), call, chatkit.OptionRef("m", 0)); err == nil {
		t.Errorf("Meant = %q without the platform, want an error", got)
	}
}

// TestPlace keeps the form: places that were sent are still to be read.
func TestPlace(t *testing.T) {
	t.Parallel()
	if got := chatkit.OptionRef("msg_1", 12); got != "bellhop:msg_1:12" || !chatkit.IsOptionRef(got) {
		t.Errorf("Place = %q, IsPlace %v", got, chatkit.IsOptionRef(got))
	}
	if chatkit.IsOptionRef("yes") || chatkit.IsOptionRef("bellhop") {
		t.Error("a value is taken for a place")
	}
}
