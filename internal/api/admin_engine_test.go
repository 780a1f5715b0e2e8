package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// Changes of different members that are made at the same time are all kept,
// and so are the signing secrets that are rotated meanwhile.
func TestConcurrentChangesAreKept(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		admin := platform.NewClient(b.service.Transport(b.service.Trust), platform.Caller{})
		relay := must(admin.CreateIntegration(ctx, read[platform.CreateIntegrationInput](t, `{"name":"relay","version":"1.0.0","url":"http://code.test/"}`))).Integration.ID
		speaks := must(admin.CreateInterface(ctx, read[platform.CreateInterfaceInput](t, `{"name":"speaks","version":"1.0.0"}`))).Interface.ID
		var secrets [2]string
		together(callers, func(i int) {
			patch := json.RawMessage(fmt.Sprintf(`{"actions":{"act%d":{"input":{},"output":{}}}}`, i))
			must(admin.UpdateIntegration(ctx, &platform.UpdateIntegrationInput{ID: relay, Patch: patch}))
			must(admin.UpdateInterface(ctx, &platform.UpdateInterfaceInput{ID: speaks, Patch: patch}))
			must(admin.UpdateBot(ctx, &platform.UpdateBotInput{ID: botID, Patch: patch}))
			must(admin.SetAccountPreference(ctx, &platform.SetAccountPreferenceInput{Key: fmt.Sprint("key", i), Value: json.RawMessage("1")}))
			if i == 0 {
				secrets[0] = must(admin.RotateIntegrationSigningSecrets(ctx, &platform.RotateSigningSecretsInput{ID: relay})).NewSigningSecret
				secrets[1] = must(admin.RotateBotSigningSecrets(ctx, &platform.RotateSigningSecretsInput{ID: botID})).NewSigningSecret
			}
		})
		kept := map[string]int{
			"integration": len(must(admin.GetIntegration(ctx, &platform.GetIntegrationInput{ID: relay})).Integration.Actions),
			"interface":   len(must(admin.GetInterface(ctx, &platform.GetInterfaceInput{ID: speaks})).Interface.Actions),
			"bot":         len(must(admin.GetBot(ctx, &platform.GetBotInput{ID: botID})).Bot.Actions),
		}
		for i := range callers {
			got, err := admin.GetAccountPreference(ctx, &platform.GetAccountPreferenceInput{Key: fmt.Sprint("key", i)})
			if err == nil && string(got.Value) == "1" {
				kept["account"]++
			}
		}
		for what, n := range kept {
			if n != callers {
				t.Errorf("%d of %d changes of the %s are kept", n, callers, what)
			}
		}
		err := b.db.View(ctx, func(tx *store.Tx) error {
			in, err := tx.Integration(ctx, relay)
			if err != nil {
				return err
			}
			bot, err := tx.Bot(ctx, botID)
			if err == nil && (!strings.Contains(in.SigningSecret, secrets[0]) || !strings.Contains(bot.SigningSecret, secrets[1])) {
				t.Error("a signing secret that was given out is not kept")
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// One of those who publish a version at the same time has it, the others are
// told that it is there.
func TestConcurrentPublishing(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		admin := platform.NewClient(b.service.Transport(b.service.Trust), platform.Caller{})
		for round := range 10 {
			version := fmt.Sprintf("1.0.%d", round)
			var made atomic.Int64
			together(callers, func(int) {
				_, err := admin.CreateIntegration(ctx, read[platform.CreateIntegrationInput](t, `{"name":"relay","version":"`+version+`","url":"http://code.test/"}`))
				if err == nil {
					made.Add(1)
				} else {
					refused(t, "the second", err, platform.TypeAlreadyExists)
				}
			})
			if n := made.Load(); n != 1 {
				t.Errorf("%s was made %d times, want once", version, n)
			}
		}
	})
}
