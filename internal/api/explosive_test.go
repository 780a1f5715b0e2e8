package api_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/platform"
)

// An event's schema may recurse in each of its alternatives; a payload that is
// deep is checked at once, and the refusal names the place.
func TestDeepPayloadsOfRecursiveEventsAreCheckedAtOnce(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	admin := platform.NewClient(b.service.Transport(b.service.Trust), platform.Caller{})
	event := func(schema string) *platform.UpdateBotInput {
		return &platform.UpdateBotInput{ID: botID, BotDefinition: platform.BotDefinition{
			Events: map[string]platform.EventDefinition{"tree": {Schema: json.RawMessage(schema)}},
		}}
	}
	must(admin.UpdateBot(ctx, event(`{"type":"object","properties":{"a":{"anyOf":[{"$ref":"#"},
		{"type":"object","properties":{"a":{"$ref":"#/properties/a"}},"required":["a"]}]}},"required":["a"]}`)))
	for _, depth := range []int{20, 24, 500} {
		payload := strings.Repeat(`{"a":`, depth) + "1" + strings.Repeat("}", depth)
		_, err := b.bot.CreateEvent(ctx, &platform.CreateEventInput{Type: "tree", Payload: json.RawMessage(payload)})
		refused(t, "a deep payload", err, platform.TypeInvalidDataFormat)
		if e := platform.AsError(err); e.Code != 400 || !strings.Contains(e.Message, "payload.a.a.a") {
			t.Errorf("refused with %d %s, want 400 and the place", e.Code, e.Message)
		}
	}
	_, err := admin.UpdateBot(ctx, event(`{"properties":{"a":{"pattern":"`+strings.Repeat("(x{1,1000}y)", 40)+`"}}}`))
	refused(t, "an explosive pattern", err, platform.TypeInvalidJSONSchema)
	if !strings.Contains(err.Error(), "events.tree.schema: ") || !strings.Contains(err.Error(), "properties.a.pattern") {
		t.Errorf("refused with %v, want the place", err)
	}
}
