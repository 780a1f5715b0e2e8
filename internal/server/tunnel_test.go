package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/platform"
)

// develop is a bot or an integration on a developer's machine: it answers each
// request over its tunnel, and tells of it.
func develop(t *testing.T, url string, answer string) <-chan map[string]any {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(url, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	seen := make(chan map[string]any, 100)
	go func() {
		for {
			_, data, err := conn.Read(context.Background())
			if err != nil {
				return // the server stopped
			}
			var frame map[string]any
			if err := json.Unmarshal(data, &frame); err != nil {
				t.Error(err)
			}
			if frame["type"] != "request" {
				continue
			}
			seen <- frame
			reply := fmt.Sprintf(`{"type":"response","requestId":%q,"status":200,"body":%q}`, frame["id"], answer)
			if conn.Write(context.Background(), websocket.MessageText, []byte(reply)) != nil {
				return
			}
		}
	}()
	return seen
}

// Code in development is called through its tunnel, though no call may go to a
// private address; other code with such an address is not.
func TestTunnel(t *testing.T) {
	t.Parallel()
	f := setupWith(t, nil, func(c *config.Config) { c.AllowPrivate = false })
	const id, other = "3b241101-e2bb-4255-8caf-4136c566a962", "9c858901-8a57-4791-81fe-4c455b099bc9"
	greet := platform.BotDefinition{Actions: map[string]platform.ActionDefinition{"greet": {}}}
	create := func(in platform.CreateBotInput) string {
		in.BotDefinition = greet
		made, err := f.srv.Client().CreateBot(t.Context(), &in)
		if err != nil {
			t.Fatal(err)
		}
		return made.Bot.ID
	}
	address := f.srv.URL() + "/" + id
	dev := create(platform.CreateBotInput{URL: address, Dev: true})
	deployed := create(platform.CreateBotInput{URL: address})
	act := func(bot string) (int, string) {
		status, body := f.call("POST", "/v1/chat/actions", `{"type":"greet","input":{"name":"Ada"}}`, map[string]string{"x-bot-id": bot})
		return status, string(body)
	}
	if status, body := act(dev); status < 400 || !strings.Contains(body, "run bp dev") {
		t.Errorf("before the tunnel is open: %d %s", status, body)
	}
	seen := develop(t, f.srv.URL()+"/tunnel/"+id, `{"output":{"greeting":"hello"}}`)
	status, body := act(dev)
	for status >= 400 && strings.Contains(body, "run bp dev") { // it is open here before it is there
		status, body = act(dev)
	}
	if status != http.StatusOK || !strings.Contains(body, `"greeting":"hello"`) {
		t.Fatalf("through the tunnel: %d %s", status, body)
	}
	frame := <-seen
	headers, _ := frame["headers"].(map[string]any)
	if frame["method"] != "POST" || frame["path"] != "/" || headers["x-bot-id"] != dev || headers["x-bp-operation"] != "action_triggered" {
		t.Errorf("the request is %v", frame)
	}
	if status, body := act(deployed); status < 400 || len(seen) > 0 {
		t.Errorf("a bot that is not in development: %d %s", status, body)
	}
	if status, body := f.call("POST", "/"+id, "{}", nil); status != http.StatusNotFound || len(seen) > 0 {
		t.Errorf("a call from outside: %d %s", status, body)
	}
	integration := platform.CreateIntegrationInput{Dev: true, IntegrationUpload: platform.IntegrationUpload{
		IntegrationDefinition: platform.IntegrationDefinition{Name: "probe", Version: "9.0.0", URL: f.srv.URL() + "/" + other},
	}}
	made, err := f.srv.Client().CreateIntegration(t.Context(), &integration)
	if err != nil {
		t.Fatal(err)
	}
	registered := develop(t, f.srv.URL()+"/tunnel/"+f.token+"/"+other, "{}")
	put, err := f.srv.Client().PutInstallation(t.Context(), &platform.PutInstallationInput{BotID: dev, Alias: "probe", Integration: made.Integration.ID})
	if err != nil {
		t.Fatal(err)
	}
	if got := put.Installation; got.Status != platform.Registered && !strings.Contains(got.StatusReason, "run bp dev") {
		t.Errorf("the integration is %s: %s", got.Status, got.StatusReason)
	}
	if status, body := f.call("POST", put.Installation.WebhookURL, "hi", nil); status != http.StatusOK {
		t.Errorf("webhook: %d %s", status, body)
	}
	for operation := ""; operation != "webhook_received"; {
		select {
		case frame := <-registered:
			headers, _ := frame["headers"].(map[string]any)
			operation, _ = headers["x-bp-operation"].(string)
		case <-time.After(10 * time.Second):
			t.Fatal("the integration was not called")
		}
	}
	out, err := f.srv.Client().CreateToken(t.Context(), &platform.CreateTokenInput{Kind: platform.TokenBot, BotID: dev})
	if err != nil {
		t.Fatal(err)
	}
	upgrade := map[string]string{"Upgrade": "websocket", "Connection": "Upgrade"}
	if status, body := f.call("GET", "/tunnel/"+out.Value+"/mine", "", upgrade); status != http.StatusForbidden {
		t.Errorf("a bot's key opens a tunnel: %d %s", status, body)
	}
}

// While bp dev is closed, what is for the bot waits without attempts, and it is
// delivered when the tunnel is open again.
func TestDevelopmentAwayIsNoAttempt(t *testing.T) {
	t.Parallel()
	f := setup(t, nil) // with one attempt for each delivery
	const id = "7d444840-9dc0-41d1-b245-5ffdce74fad2"
	bot, webhook := f.install(platform.CreateBotInput{URL: f.srv.URL() + "/" + id, Dev: true})
	if status, body := f.call("POST", webhook, `{"conversation":"c","user":"u","id":"1","text":"x"}`, nil); status != http.StatusOK {
		t.Fatalf("the webhook answers %d %s", status, body)
	}
	l := &life{fixture: f, bot: bot}
	l.pending("", "until bp dev runs")
	seen := develop(t, f.srv.URL()+"/tunnel/"+id, "{}")
	for late := time.After(time.Minute); ; {
		select {
		case frame := <-seen:
			headers, _ := frame["headers"].(map[string]any)
			if headers["x-bp-operation"] == "event_received" {
				return
			}
		case <-late:
			t.Fatal("what waited is not delivered through the tunnel")
		}
	}
}
