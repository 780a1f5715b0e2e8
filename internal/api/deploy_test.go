package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// deployed is what the store holds of an owner's code.
func (b *bench) deployed(t *testing.T, owner string) (deployment, source string, secrets map[string]string) {
	t.Helper()
	ctx, secrets := context.Background(), map[string]string{}
	err := b.service.Store.View(ctx, func(tx *store.Tx) error {
		if c, err := tx.Code(ctx, owner); err == nil {
			source = c.Source
		} else if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		list, err := tx.Secrets(ctx, owner)
		for _, s := range list {
			secrets[s.Name] = s.Value
		}
		if err != nil {
			return err
		}
		if in, err := tx.Integration(ctx, owner); err == nil {
			deployment = in.Deployment
			return nil
		}
		bot, err := tx.Bot(ctx, owner)
		if err == nil {
			deployment = bot.Deployment
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return deployment, source, secrets
}

// read is an input as it comes over the network.
func read[In any](t *testing.T, text string) *In {
	t.Helper()
	in := new(In)
	if err := json.Unmarshal([]byte(text), in); err != nil {
		t.Fatal(err)
	}
	return in
}

func TestDeployment(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), context.Background()
	b.service.RunsCode = func() error { return nil }
	admin := platform.NewClient(b.service.Transport(b.service.Trust), platform.Caller{})
	upload := read[platform.CreateIntegrationInput](t, `{"name":"acme","version":"1.0.0","code":"one","secrets":{"KEY":"opensesame","SPARE":"","GONE":null}}`)
	made := must(admin.CreateIntegration(ctx, upload)).Integration
	bot := must(admin.CreateBot(ctx, read[platform.CreateBotInput](t, `{"code":"bot one","secrets":{"KEY":"v"}}`))).Bot
	type want struct {
		change, source, key string
		fresh               bool // another deployment than before
		declared            []string
	}
	for _, owner := range []struct {
		id     string
		update func(change string) (platform.Names, error)
		steps  []want
	}{
		{made.ID, func(change string) (platform.Names, error) {
			in := read[platform.UpdateIntegrationInput](t, change)
			in.ID = made.ID
			out, err := admin.UpdateIntegration(ctx, in)
			if err != nil {
				return nil, err
			}
			shown, err := json.Marshal(out)
			if strings.Contains(string(shown), "opensesame") || strings.Contains(string(shown), `"two"`) {
				t.Errorf("a reply tells a secret or code: %s", shown)
			}
			return out.Integration.Secrets, err
		}, []want{
			{`{"code":"one"}`, "one", "opensesame", false, []string{"KEY", "SPARE"}},
			{`{"code":"two"}`, "two", "opensesame", true, []string{"KEY", "SPARE"}},
			{`{"secrets":{"KEY":"opensesame"}}`, "two", "opensesame", false, []string{"KEY", "SPARE"}},
			{`{"secrets":["KEY"]}`, "two", "opensesame", false, []string{"KEY"}},
			{`{"secrets":{"KEY":"opensesame!"}}`, "two", "opensesame!", true, []string{"KEY"}},
			{`{"secrets":{"KEY":null}}`, "two", "", true, nil},
			{`{"url":"http://127.0.0.1:1/"}`, "", "", true, nil},
			{`{"code":"three"}`, "three", "", true, nil},
		}},
		{bot.ID, func(change string) (platform.Names, error) {
			in := read[platform.UpdateBotInput](t, change)
			in.ID = bot.ID
			out, err := admin.UpdateBot(ctx, in)
			if err != nil {
				return nil, err
			}
			return out.Bot.Secrets, nil
		}, []want{
			{`{"name":"clerk"}`, "bot one", "v", false, []string{"KEY"}},
			{`{"code":"bot two","secrets":{"KEY":"w"}}`, "bot two", "w", true, []string{"KEY"}},
			{`{"url":"http://127.0.0.1:1/","secrets":{"KEY":""}}`, "", "", true, []string{"KEY"}},
		}},
	} {
		for _, step := range owner.steps {
			before, _, _ := b.deployed(t, owner.id)
			declared, err := owner.update(step.change)
			if err != nil {
				t.Fatalf("%s: %v", step.change, err)
			}
			after, source, secrets := b.deployed(t, owner.id)
			if source != step.source || secrets["KEY"] != step.key || (after != before) != step.fresh || (after == "") != (source == "") ||
				!slices.Equal(declared, step.declared) {
				t.Errorf("%s: %s -> %s, %q, %v, declared %v; want %+v", step.change, before, after, source, secrets, declared, step)
			}
		}
	}
}

func TestSecretsOfTheNextVersion(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), context.Background()
	b.service.RunsCode = func() error { return nil }
	admin := platform.NewClient(b.service.Transport(b.service.Trust), platform.Caller{})
	create := func(version, secrets string) (platform.Names, map[string]string) {
		t.Helper()
		text := `{"name":"acme","version":"` + version + `","code":"x","secrets":` + secrets + `}`
		made := must(admin.CreateIntegration(ctx, read[platform.CreateIntegrationInput](t, text))).Integration
		_, _, kept := b.deployed(t, made.ID)
		return made.Secrets, kept
	}
	create("1.0.0", `{"KEY":"old","OTHER":"other","GONE":"gone"}`)
	create("3.0.0", `{"KEY":"third","OTHER":null,"GONE":null}`)
	for _, c := range []struct {
		version, secrets string
		declared         []string
		kept             map[string]string
	}{
		{"2.0.0", `{"KEY":"new","GONE":null}`, []string{"KEY", "OTHER"}, map[string]string{"KEY": "new", "OTHER": "other"}},
		{"2.1.0", `{}`, []string{"KEY", "OTHER"}, map[string]string{"KEY": "new", "OTHER": "other"}},
		{"0.9.0", `{"KEY":"first"}`, []string{"KEY"}, map[string]string{"KEY": "first"}},
		{"2.2.0", `["KEY"]`, []string{"KEY", "OTHER"}, map[string]string{"KEY": "new", "OTHER": "other"}},
	} {
		if declared, kept := create(c.version, c.secrets); !slices.Equal(declared, c.declared) || !maps.Equal(kept, c.kept) {
			t.Errorf("version %s with %s declares %v and has %v, want %v and %v", c.version, c.secrets, declared, kept, c.declared, c.kept)
		}
	}
}

// TestCodeOfPluginsIsRemoved deletes a plugin with both parts of its code.
func TestCodeOfPluginsIsRemoved(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	admin := platform.NewClient(b.service.Transport(b.service.Trust), platform.Caller{})
	plugin := must(admin.CreatePlugin(ctx, read[platform.CreatePluginInput](t, `{"name":"shy","version":"1.0.0","code":{"node":"n","browser":"b"}}`))).Plugin
	kept := func() (parts []string) {
		err := b.service.Store.View(ctx, func(tx *store.Tx) error {
			for _, part := range []string{"node", "browser"} {
				if _, err := tx.Code(ctx, plugin.ID+"/"+part); err == nil {
					parts = append(parts, part)
				} else if !errors.Is(err, store.ErrNotFound) {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return parts
	}
	if parts := kept(); len(parts) != 2 {
		t.Fatalf("the store has the parts %v of a plugin's code, want two", parts)
	}
	must(admin.DeletePlugin(ctx, &platform.DeletePluginInput{ID: plugin.ID}))
	if parts := kept(); len(parts) != 0 {
		t.Errorf("the store keeps the parts %v of a plugin that was deleted", parts)
	}
}

func TestDeploymentRefused(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), context.Background()
	admin := platform.NewClient(b.service.Transport(b.service.Trust), platform.Caller{})
	create := func(change string) error {
		_, err := admin.CreateBot(ctx, read[platform.CreateBotInput](t, change))
		return err
	}
	refused(t, "code where none runs", create(`{"code":"x"}`), platform.TypeInvalidPayload)
	b.service.RunsCode = func() error { return errors.New("there is no node") }
	if err := create(`{"code":"x"}`); err == nil || !strings.Contains(err.Error(), "there is no node") {
		t.Errorf("code without node: %v, want it to say so", err)
	}
	b.service.RunsCode = func() error { return nil }
	refused(t, "code at two places", create(`{"code":"x","url":"http://127.0.0.1:1/"}`), platform.TypeInvalidPayload)
	refused(t, "code beside a linked bot", create(`{"code":"x","builtin":"b"}`), platform.TypeInvalidPayload)
	refused(t, "a secret that cannot be a variable", create(`{"secrets":{"A=B":"x"}}`), platform.TypeInvalidIdentifier)
	refused(t, "a secret that is too long", create(`{"secrets":{"A":"`+strings.Repeat("x", 20_001)+`"}}`), platform.TypePayloadTooLarge)
	refused(t, "code that is too long", second(admin.CreateBot(ctx, &platform.CreateBotInput{Code: strings.Repeat("x", 50<<20+1)})), platform.TypePayloadTooLarge)
}
