package chat

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
)

// TestNobodyBecomesTheBot: a bot's user has the bot's id, which every visitor
// sees beside its messages. Whoever had a user key with it would read and
// write in all conversations.
func TestNobodyBecomesTheBot(t *testing.T) {
	t.Parallel()
	setup := func(t *testing.T, c *Configuration) *integrationtest.Installation {
		t.Helper()
		p := integrationtest.NewPlatform()
		integrationtest.On(p, platform.OpGetUser, func(in *platform.GetUserInput) (*platform.GetUserOutput, error) {
			return &platform.GetUserOutput{User: platform.User{ID: in.ID}}, nil
		})
		in, err := integrationtest.Install(New(), integration.Env{Transport: p})
		if err != nil {
			t.Fatal(err)
		}
		in.Configuration = c
		return in
	}
	ask := func(t *testing.T, in *integrationtest.Installation, method, path, body, key string) int {
		t.Helper()
		resp, err := in.Webhook(t.Context(), platform.WebhookRequest{
			Method: method, Path: path, Body: body, Headers: map[string]string{"x-user-key": key},
		})
		if err != nil {
			t.Fatal(err)
		}
		return resp.Status
	}
	const secret = "of an own back end, which keeps it well"
	key := func(id string) string { return signKey(secret, id, time.Now()) }

	t.Run("as a foreign id", func(t *testing.T) {
		t.Parallel()
		in := setup(t, nil)
		for _, id := range []string{integrationtest.BotID, "bot_01JG0000000000000000000009", "devbot_01JG0000000000000000000009", "user_01JG0000000000000000000009"} {
			if status := ask(t, in, "POST", "/users", `{"id":"`+id+`"}`, ""); status != http.StatusBadRequest {
				t.Errorf("a user with the id %s: %d, want 400", id, status)
			}
		}
	})
	t.Run("with a key", func(t *testing.T) {
		t.Parallel()
		in := setup(t, &Configuration{EncryptionKey: secret})
		for _, path := range []string{"/users/me", "/conversations"} {
			if status := ask(t, in, "GET", path, "", key(integrationtest.BotID)); status != http.StatusUnauthorized {
				t.Errorf("GET %s: %d, want 401", path, status)
			}
		}
		if status := ask(t, in, "POST", "/users/get-or-create", "{}", key(integrationtest.BotID)); status != http.StatusUnauthorized {
			t.Errorf("get or create: %d, want 401", status)
		}
		if status := ask(t, in, "GET", "/users/me", "", key("user_01JG0000000000000000000009")); status != http.StatusOK {
			t.Errorf("a user: %d, want 200", status)
		}
	})
}

func TestTheKeyOfUserKeysIsSecret(t *testing.T) {
	t.Parallel()
	s, err := definition().Configuration.Schema()
	if err != nil {
		t.Fatal(err)
	}
	if shown := schema.Mask(s, json.RawMessage(`{"encryptionKey":"hunter2"}`)); strings.Contains(string(shown), "hunter2") {
		t.Errorf("shown as %s", shown)
	}
}

// A key that can be guessed is refused at register, and no user key that is
// signed with it is taken.
func TestShortEncryptionKey(t *testing.T) {
	t.Parallel()
	for key, good := range map[string]bool{"": true, "hunter2": false, strings.Repeat("x", 31): false, strings.Repeat("x", 32): true} {
		p := integrationtest.NewPlatform()
		in, err := integrationtest.Install(New(), integration.Env{Transport: p})
		if err != nil {
			t.Fatal(err)
		}
		in.Configuration = &Configuration{EncryptionKey: key}
		if err := in.Register(t.Context()); (err == nil) != good || !good && !strings.Contains(err.Error(), "at least 32") {
			t.Errorf("register with %d bytes: %v", len(key), err)
		}
		if key == "" || good {
			continue
		}
		resp, err := in.Webhook(t.Context(), platform.WebhookRequest{
			Method: "POST", Path: "/users/get-or-create", Body: "{}", Headers: map[string]string{"x-user-key": signKey(key, "ada", time.Now())},
		})
		if err != nil || resp.Status < 400 {
			t.Errorf("a user key of %d bytes: %+v, %v", len(key), resp, err)
		}
	}
}
