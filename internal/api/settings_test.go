package api_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/platform"
)

func TestSettingsOfBotsAreChangedByMembers(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	admin := platform.NewClient(b.service.Transport(b.service.Trust), platform.Caller{})
	id := must(admin.CreateBot(ctx, &platform.CreateBotInput{Name: "one"})).Bot.ID
	change := func(patch string) *platform.BotSettingsOutput {
		t.Helper()
		return must(admin.UpdateBotSettings(ctx, &platform.UpdateBotSettingsInput{ID: id, Settings: json.RawMessage(patch)}))
	}
	change(`{"delivery":{"turnLimit":"1h"}}`)
	change(`{"delivery":{"concurrency":{"mode":"burst"}}}`)
	must(admin.UpdateBot(ctx, &platform.UpdateBotInput{ID: id, Name: platform.Set("two")}))
	out := must(admin.GetBotSettings(ctx, &platform.GetBotSettingsInput{ID: id}))
	if got := out.Settings.Delivery; time.Duration(got.TurnLimit) != time.Hour || got.Concurrency.Mode != platform.ModeBurst || got.Concurrency.MaxBurst != 0 {
		t.Errorf("the settings are %+v", got)
	}
	if got := out.Effective.Delivery; time.Duration(got.TurnLimit) != time.Hour || got.Concurrency.MaxBurst != 20 {
		t.Errorf("with defaults they are %+v", got)
	}
	cached := must(b.service.Catalog.Bot(ctx, id))
	if cached.Effective != out.Effective {
		t.Errorf("the catalog has %+v, want %+v", cached.Effective, out.Effective)
	}
	if out := change(`{"delivery":{"turnLimit":null}}`); time.Duration(out.Effective.Delivery.TurnLimit) != 15*time.Minute {
		t.Errorf("after a reset the limit is %s", out.Effective.Delivery.TurnLimit)
	}
	for patch, want := range map[string]platform.ErrorType{
		`{"delivery":{"turnLimits":"1h"}}`: platform.TypeInvalidPayload,
		`{"delivery":{"turnLimit":"48h"}}`: platform.TypeInvalidPayload,
		`[]`:                               platform.TypeInvalidPayload,
	} {
		_, err := admin.UpdateBotSettings(ctx, &platform.UpdateBotSettingsInput{ID: id, Settings: json.RawMessage(patch)})
		refused(t, "the change "+patch, err, want)
	}
	_, err := admin.UpdateBotSettings(ctx, &platform.UpdateBotSettingsInput{ID: "bot_nobody", Settings: json.RawMessage(`{}`)})
	refused(t, "a change of a bot that is not there", err, platform.TypeResourceNotFound)
}
