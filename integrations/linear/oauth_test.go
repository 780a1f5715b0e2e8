package linear_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/linear/lineartest"
	"github.com/bellhop-dev/bellhop/platform"
)

// app is an installation with an OAuth application that nobody connected yet.
func app(t *testing.T) *bench {
	t.Helper()
	b := setup(t)
	b.configType = ""
	b.config = map[string]any{
		"clientId": lineartest.ClientID, "clientSecret": lineartest.ClientPass, "displayName": "Concierge", "avatarUrl": "https://x.test/c.png",
	}
	return b
}

var linkPattern = regexp.MustCompile(`https://bellhop\.test/webhooks/hook/oauth/start\?key=[A-Z0-9]+`)

// browse opens an address of the installation, as a browser with the cookie.
func (b *bench) browse(address, cookie string) (status int, location, body, newCookie string) {
	b.Helper()
	u, err := url.Parse(address)
	if err != nil {
		b.Fatal(err)
	}
	resp := b.webhook(platform.WebhookRequest{
		Method: "GET", Path: strings.TrimPrefix(u.Path, "/webhooks/hook"), Query: u.RawQuery, Headers: map[string]string{"cookie": cookie},
	})
	set, _, _ := strings.Cut(http.Header(resp.Header).Get("Set-Cookie"), ";")
	return resp.Status, resp.Header.Get("Location"), string(resp.Body), set
}

// connect is a person who follows the link and agrees to everything. It returns
// the scopes that were asked for and the last page.
func (b *bench) connect(link string) (asked []string, page string) {
	b.Helper()
	next, cookie := link, ""
	for range 10 {
		status, location, body, set := b.browse(next, cookie)
		if set != "" {
			cookie = set
		}
		switch {
		case status == http.StatusOK:
			return asked, body
		case status != http.StatusFound:
			b.Fatalf("%s: %d %s", next, status, body)
		case strings.HasPrefix(location, appURL):
			u, err := url.Parse(location)
			if err != nil {
				b.Fatal(err)
			}
			asked = append(asked, u.Query().Get("actor")+" "+u.Query().Get("scope"))
			if next, err = b.fake.Agree(location); err != nil {
				b.Fatal(err)
			}
		default:
			next = location
		}
	}
	b.Fatal("the browser is sent round for ever")
	return nil, ""
}

// connected is an installation whose app is connected and registered.
func connected(t *testing.T) *bench {
	t.Helper()
	b := app(t)
	resp := b.register()
	link := linkPattern.FindString(string(resp.Body))
	if resp.Status != 400 || link == "" {
		t.Fatalf("register: %d %s, want a link", resp.Status, resp.Body)
	}
	b.connect(link)
	if resp := b.register(); !resp.OK() {
		t.Fatalf("register: %d %s", resp.Status, resp.Body)
	}
	return b
}

func TestConnect(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		secret string
		asked  string
		hooks  int
	}{
		"with a webhook":         {"", "user read,admin; app read,write,issues:create,comments:create", 1},
		"with a webhook by hand": {secret, "app read,write,issues:create,comments:create", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := app(t)
			b.config["webhookSigningSecret"] = c.secret
			resp := b.register()
			link := linkPattern.FindString(string(resp.Body))
			if resp.Status != 400 || link == "" || len(b.fake.Calls()) != 0 {
				t.Fatalf("register: %d %s", resp.Status, resp.Body)
			}
			asked, page := b.connect(link)
			if got := strings.Join(asked, "; "); got != c.asked || !strings.Contains(page, "The account is connected") {
				t.Errorf("asked for %s, want %s; page %s", got, c.asked, page)
			}
			again := integrationtest.Inputs(b.platform, platform.OpConfigureIntegration)
			if len(again) != 1 || again[0].Identifier.Value == "" {
				t.Errorf("the platform is not told to register again: %+v", again)
			}
			if resp := b.register(); !resp.OK() {
				t.Fatalf("register: %d %s", resp.Status, resp.Body)
			}
			if n := len(b.fake.Webhooks()); n != c.hooks {
				t.Errorf("%d webhooks, want %d", n, c.hooks)
			}
			if status, _, _, _ := b.browse(link, ""); status != http.StatusForbidden {
				t.Errorf("the used link is answered %d", status)
			}
			b.say("text", `{"text":"At your service"}`)
			integrationtest.Golden(t, "register/"+name, comments(b))
			if id := b.fake.Comments()[2]["id"].(string); len(b.platform.Events()) != 0 {
				t.Errorf("events before anything happened, comment %s", id)
			}
		})
	}
}

func TestConnectRefused(t *testing.T) {
	t.Parallel()
	b := app(t)
	link := linkPattern.FindString(string(b.register().Body))
	_, location, _, cookie := b.browse(link, "")
	u, err := url.Parse(location)
	if err != nil {
		t.Fatal(err)
	}
	callback := hookURL + "/oauth/callback?" + url.Values{"state": {u.Query().Get("state")}, "error": {"access_denied"}, "error_description": {"no"}}.Encode()
	if status, _, page, _ := b.browse(callback, cookie); status != 200 || !strings.Contains(page, "Linear did not agree: access_denied: no") {
		t.Errorf("%d %s", status, page)
	}
	b.config["clientSecret"] = "wrong"
	_, location, _, cookie = b.browse(link, "")
	back, err := b.fake.Agree(location)
	if err != nil {
		t.Fatal(err)
	}
	if status, _, page, _ := b.browse(back, cookie); status != 502 || !strings.Contains(page, "check clientId and clientSecret") {
		t.Errorf("%d %s", status, page)
	}
	b.config["clientSecret"] = ""
	if resp := b.register(); resp.Status != 400 || !strings.Contains(string(resp.Body), "clientId and clientSecret must both be set") {
		t.Errorf("%d %s", resp.Status, resp.Body)
	}
}

// refreshes counts how often a token was renewed.
func refreshes(b *bench) (n int) {
	for _, c := range b.fake.Calls() {
		if c.Form["grant_type"] == "refresh_token" {
			n++
		}
	}
	return n
}

func TestExpiredTokenIsRenewedOnce(t *testing.T) {
	t.Parallel()
	b := connected(t)
	b.fake.Expire()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if resp := b.act("getIssue", `{"issueId":"ENG-1"}`); !resp.OK() {
				t.Errorf("%d %s", resp.Status, resp.Body)
			}
		})
	}
	wg.Wait()
	if n := refreshes(b); n != 1 {
		t.Errorf("the token was renewed %d times, want once", n)
	}
}

// Two processes cannot see each other's locks: the one that comes too late
// finds what the other kept.
func TestRenewedByAnotherProcess(t *testing.T) {
	t.Parallel()
	b := connected(t)
	b.fake.Expire()
	before, err := b.client().GetState(b.Context(), &platform.GetStateInput{Type: platform.StateIntegration, ID: "intver_1", Name: "credentials"})
	if err != nil {
		t.Fatal(err)
	}
	if resp := b.handleAt(1, b.request("action_triggered", platform.ActionBody{Type: "getUser", Input: []byte(`{}`)})); !resp.OK() {
		t.Fatalf("%d %s", resp.Status, resp.Body)
	}
	reads := 0
	integrationtest.On(b.platform, platform.OpGetState, func(in *platform.GetStateInput) (*platform.GetStateOutput, error) {
		if reads++; reads <= 3 { // as it was when this process read it
			return &platform.GetStateOutput{State: before.State}, nil
		}
		return b.stateOf(in)
	})
	if resp := b.act("getUser", `{}`); !resp.OK() {
		t.Errorf("%d %s", resp.Status, resp.Body)
	}
}

func TestRevokedConnection(t *testing.T) {
	t.Parallel()
	b := connected(t)
	b.fake.Revoke("")
	resp := b.say("text", `{"text":"hi"}`)
	if resp.Status != 400 || !strings.Contains(string(resp.Body), "connect the account again") {
		t.Errorf("%d %s", resp.Status, resp.Body)
	}
	// The installation asks for what is missing, one after the other.
	resp = b.register()
	link := linkPattern.FindString(string(resp.Body))
	if resp.Status != 400 || link == "" {
		t.Fatalf("%d %s, want a link", resp.Status, resp.Body)
	}
	b.connect(link)
	if resp = b.register(); resp.Status == 400 {
		b.connect(linkPattern.FindString(string(resp.Body)))
		resp = b.register()
	}
	if !resp.OK() || len(b.fake.Webhooks()) != 1 {
		t.Errorf("%d %s", resp.Status, resp.Body)
	}
	if resp := b.say("text", `{"text":"hi"}`); !resp.OK() {
		t.Errorf("%d %s", resp.Status, resp.Body)
	}
}

// Credentials go to Linear only, wherever it points.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	elsewhere := lineartest.New(t)
	b.fake.Faults.Add(integrationtest.Fault{Answer: func(w http.ResponseWriter) {
		w.Header().Set("Location", elsewhere.URL+"/graphql")
		w.WriteHeader(http.StatusTemporaryRedirect)
	}})
	resp := b.act("getUser", `{}`)
	if resp.Status != 400 || !strings.Contains(string(resp.Body), "answered 307") {
		t.Errorf("%d %s", resp.Status, resp.Body)
	}
	if len(elsewhere.Calls()) != 0 {
		t.Errorf("another host was called: %v", elsewhere.Calls())
	}
}

// stateOf is a state as the platform has it, whatever the test answers.
func (b *bench) stateOf(in *platform.GetStateInput) (*platform.GetStateOutput, error) {
	sets := integrationtest.Inputs(b.platform, platform.OpSetState)
	for i := len(sets) - 1; i >= 0; i-- {
		if sets[i].Name == in.Name {
			return &platform.GetStateOutput{State: platform.State{Type: in.Type, Name: in.Name, Payload: sets[i].Payload}}, nil
		}
	}
	return nil, platform.Errorf(platform.TypeResourceNotFound, "state %q not found", in.Name)
}
