package chat

import (
	"encoding/json"
	"fmt"
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

// A foreign id is free again when its user was deleted. Who had it before must
// not be let in as the one who has it now.
func TestAKeyEndsWithItsUser(t *testing.T) {
	t.Parallel()
	p := integrationtest.NewPlatform()
	users := map[string]platform.User{} // by foreign id
	made := 0
	integrationtest.On(p, platform.OpGetOrCreateUser, func(in *platform.GetOrCreateUserInput) (*platform.GetOrCreateUserOutput, error) {
		u, there := users[in.Tags[tagFID]]
		if !there {
			made++
			u = platform.User{ID: fmt.Sprintf("user_01JG00000000000000000000%02d", made), Tags: in.Tags}
			users[in.Tags[tagFID]] = u
		}
		return &platform.GetOrCreateUserOutput{User: u, Meta: platform.Created{Created: !there}}, nil
	})
	integrationtest.On(p, platform.OpListUsers, func(in *platform.ListUsersInput) (*platform.ListUsersOutput, error) {
		out := &platform.ListUsersOutput{}
		if u, ok := users[in.Tags[tagFID]]; ok {
			out.Users = []platform.User{u}
		}
		return out, nil
	})
	integrationtest.On(p, platform.OpGetUser, func(in *platform.GetUserInput) (*platform.GetUserOutput, error) {
		for _, u := range users {
			if u.ID == in.ID {
				return &platform.GetUserOutput{User: u}, nil
			}
		}
		return nil, platform.Errorf(platform.TypeResourceNotFound, "user %q not found", in.ID)
	})
	integrationtest.On(p, platform.OpDeleteUser, func(*platform.DeleteUserInput) (*platform.DeleteUserOutput, error) {
		clear(users)
		return &platform.DeleteUserOutput{}, nil
	})
	in, err := integrationtest.Install(New(), integration.Env{Transport: p})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(method, path, body, key string) (status int, out userReply) {
		t.Helper()
		resp, err := in.Webhook(t.Context(), platform.WebhookRequest{Method: method, Path: path, Body: body, Headers: map[string]string{"x-user-key": key}})
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(resp.Body, &out); err != nil && resp.Status < 300 {
			t.Fatalf("%s %s answered %s: %v", method, path, resp.Body, err)
		}
		return resp.Status, out
	}
	_, eve := ask("POST", "/users", `{"id":"ada"}`, "")
	if status, out := ask("POST", "/users/get-or-create", "{}", eve.Key); status != http.StatusOK || out.User.ID != "ada" {
		t.Fatalf("her own key: %d as %q, want 200 as ada", status, out.User.ID)
	}
	if status, _ := ask("DELETE", "/users/me", "", eve.Key); status != http.StatusOK {
		t.Fatalf("delete: %d", status)
	}
	_, ada := ask("POST", "/users", `{"id":"ada"}`, "")
	for _, path := range []string{"/users/me", "/conversations"} {
		if status, _ := ask("GET", path, "", eve.Key); status != http.StatusUnauthorized {
			t.Errorf("GET %s with the key of the one before: %d, want 401", path, status)
		}
	}
	if status, out := ask("POST", "/users/get-or-create", `{"name":"Eve"}`, eve.Key); status < 400 {
		t.Errorf("get or create with the key of the one before: %d as %+v, want a refusal", status, out.User)
	}
	if status, out := ask("GET", "/users/me", "", ada.Key); status != http.StatusOK || out.User.ID != "ada" {
		t.Errorf("with her own key: %d as %q, want 200 as ada", status, out.User.ID)
	}
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
