package server_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// vendor is an integration, served over HTTP, whose installations share one
// webhook: it answers each with the webhook id that it was called for.
func vendor(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if r.Header.Get(wire.HeaderOperation) != wire.OpWebhookReceived {
			_, _ = io.WriteString(w, "{}")
			return
		}
		var body platform.WebhookBody
		if err := json.Unmarshal(raw, &body); err != nil {
			t.Error(err)
		}
		switch body.Req.Path {
		case "/oauth":
			w.Header().Set("X-Bp-Integration-Identifier", "T-claimed")
			w.WriteHeader(map[bool]int{true: 200, false: 400}[strings.Contains(body.Req.Query, "code=good")])
			_, _ = io.WriteString(w, `{"id":"err_1","code":400,"type":"Runtime","message":"the code is <old>"}`)
		case "/oauth/wizard/start":
			w.Header().Set("X-Bp-Disable-Interstitial", "true")
			_, _ = io.WriteString(w, "<p>wizard</p>")
		default:
			_, _ = io.WriteString(w, r.Header.Get(wire.HeaderWebhookID)+" "+body.Req.Path+" "+body.Req.Body)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestInstallationsShareAWebhook(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	c := f.srv.Client()
	made, err := c.CreateIntegration(t.Context(), &platform.CreateIntegrationInput{IntegrationUpload: platform.IntegrationUpload{IntegrationDefinition: platform.IntegrationDefinition{
		Name: "acme/teams", Version: "1.0.0", URL: vendor(t),
		Configuration: &platform.ConfigurationDefinition{Identifier: &platform.IdentifierDefinition{
			LinkTemplateScript: "id = to_string!(.webhookId)\nurl = to_string!(.webhookUrl)\n\"{{ url }}/oauth/wizard/start?state={{ id }}\"",
		}},
		Identifier: &platform.IdentifierDefinition{
			ExtractScript:         `to_string!(parse_json!(.body).team)`,
			FallbackHandlerScript: "q = parse_query_string!(.query)\nif q.\"hub.mode\" == \"subscribe\" { {\"status\": 202, \"headers\": {\"x-kind\": \"fallback\"}, \"body\": q.\"hub.challenge\"} } else { assert!(false) }",
		},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	webhooks := map[string]string{}
	for _, team := range []string{"T1", "T2"} {
		b, err := c.CreateBot(t.Context(), &platform.CreateBotInput{Name: team})
		if err != nil {
			t.Fatal(err)
		}
		put, err := c.PutInstallation(t.Context(), &platform.PutInstallationInput{BotID: b.Bot.ID, Alias: "teams", Integration: "acme/teams@1.0.0"})
		if err != nil {
			t.Fatal(err)
		}
		webhooks[team] = put.Installation.WebhookID
		if got, want := put.Installation.AuthorizeURL, f.srv.URL()+"/oauth/wizard/start?state="+put.Installation.WebhookID; got != want {
			t.Errorf("authorizeUrl %q, want %q", got, want)
		}
		status, body := f.call("POST", "/v1/chat/integrations/configure", `{"identifier":"`+team+`"}`, map[string]string{
			wire.HeaderBotID: b.Bot.ID, wire.HeaderIntegrationID: made.Integration.ID,
		})
		if status != 200 {
			t.Fatalf("configureIntegration: %d %s", status, body)
		}
	}

	for _, address := range []string{
		"/integration/global/acme%2Fteams/in", "/integration/global/acme/teams/in", "/webhooks/integration/global/acme%2Fteams/in",
		"/integration/" + made.Integration.ID + "/in",
	} {
		for team, id := range webhooks {
			body := `{"team":"` + team + `"}`
			if status, got := f.call("POST", address, body, nil); status != 200 || string(got) != id+" /in "+body {
				t.Errorf("%s of %s: %d %s, want it to reach %s", address, team, status, got, id)
			}
		}
	}
	if status, got := f.call("GET", "/integration/global/acme%2Fteams?hub.mode=subscribe&hub.challenge=42", "", nil); status != 202 || string(got) != "42" {
		t.Errorf("the fallback answers %d %s, want 202 42", status, got)
	}
	status, got := f.call("POST", "/integration/global/acme%2Fteams", `{"team":"T9"}`, nil)
	f.refused(status, got, 404, platform.TypeResourceNotFound, "no installation")
	status, got = f.call("POST", "/integration/global/nobody", `{}`, nil)
	f.refused(status, got, 404, platform.TypeResourceNotFound, "no integration")

	// Without a prefix and by the state of OAuth.
	if status, got := f.call("POST", "/"+webhooks["T1"]+"/x", "b", nil); status != 200 || string(got) != webhooks["T1"]+" /x b" {
		t.Errorf("the bare webhook id: %d %s", status, got)
	}
	if status, got := f.call("GET", "/oauth/wizard/start?state="+webhooks["T1"], "", nil); status != 200 || string(got) != "<p>wizard</p>" {
		t.Errorf("the wizard: %d %s", status, got)
	}
	if status, got := f.call("GET", "/oauth?code=bad&state="+webhooks["T1"], "", nil); status != 200 || !strings.Contains(string(got), "the code is &lt;old&gt;") {
		t.Errorf("a code that is refused: %d %s", status, got)
	}
	if status, got := f.call("GET", "/integration/global/acme%2Fteams/oauth?"+url.Values{"code": {"good"}, "state": {webhooks["T2"]}}.Encode(), "", nil); status != 200 || !strings.Contains(string(got), "Connected") {
		t.Errorf("a code that is good: %d %s", status, got)
	}
	body := `{"team":"T-claimed"}`
	if status, got := f.call("POST", "/integration/global/acme%2Fteams/in", body, nil); status != 200 || string(got) != webhooks["T2"]+" /in "+body {
		t.Errorf("the claimed identifier: %d %s", status, got)
	}
	status, got = f.call("GET", "/oauth?code=good&state=nobody", "", nil)
	f.refused(status, got, 404, platform.TypeResourceNotFound)
}
