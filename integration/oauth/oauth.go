// Package oauth lets a person connect an account of an external system to an
// installation: a start page that leads to the vendor, the callback that comes
// back, and a page that says how it went, all below the installation's
// webhook.
//
// Whoever knows the webhook's address must not be able to connect an account
// of their own: the start page asks for a key that only Link tells, and the
// callback must come from the browser that started, once, within ten minutes.
// What to do with the vendor's code is the integration's.
package oauth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/internal/notice"
	"github.com/bellhop-dev/bellhop/platform"
)

// StateName is the integration state that keeps flows; the definition must
// declare it with StateDefinition.
const StateName = "oauthFlow"

// Where the pages are, below the webhook.
const (
	StartPath    = "/oauth/start"
	CallbackPath = "/oauth/callback"
)

const (
	patience   = 10 * time.Minute // from start to callback
	maxPending = 20
	cookieName = "bellhop_oauth"
)

// Flow is one way to connect an account. Make one for each call: its
// parameters may come from the configuration.
type Flow struct {
	// Title names the external system for people.
	Title string
	// AuthorizeURL is the vendor's page; Params go with it, client_id and
	// scope among them. response_type, redirect_uri, state and the challenge
	// are added.
	AuthorizeURL string
	Params       url.Values
	// PKCE adds a challenge (S256), whose verifier comes with the Grant.
	PKCE bool
	// Exchange turns the vendor's code into what the integration keeps. The
	// text of a platform.Error is shown to the person.
	Exchange func(ctx context.Context, call *integration.Call, g Grant) error
	// Next, when set, is asked after each Exchange whether the person must
	// agree to something more, and then led through the start page again. The
	// Flow of that page is another one, made by what was exchanged before.
	Next func(ctx context.Context, call *integration.Call) (more bool, err error)
}

// Grant is what the vendor sent back.
type Grant struct {
	Code        string
	Verifier    string // of PKCE, or empty
	RedirectURI string // as it was sent to the vendor
}

// flows is the state's payload.
type flows struct {
	Key     string             `json:"key,omitempty"` // opens the start page
	Pending map[string]pending `json:"pending,omitempty"`
}

type pending struct {
	Verifier string    `json:"verifier,omitempty"`
	Browser  string    `json:"browser"` // hash of the cookie
	Expires  time.Time `json:"expires"`
}

// StateDefinition declares the state that keeps flows.
func StateDefinition() integration.StateDefinition {
	return integration.StateDefinition{Type: platform.StateIntegration, Schema: integration.RawSchema(
		`{"type":"object","properties":{"key":{"type":"string"},"pending":{"type":"object"}}}`)}
}

func read(ctx context.Context, call *integration.Call) (*flows, *platform.StateRef[flows], error) {
	ref := integration.State[flows](call, StateName, "")
	f, err := ref.Get(ctx)
	if platform.IsType(err, platform.TypeResourceNotFound) {
		f, err = &flows{}, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read the OAuth flows: %w", err)
	}
	if f.Pending == nil {
		f.Pending = map[string]pending{}
	}
	return f, ref, nil
}

// Link returns the address of the start page with its key, for a person who
// may connect an account; show it where only such people look, as in the
// refusal of register. It stays the same until it was used with success.
func Link(ctx context.Context, call *integration.Call) (string, error) {
	if call.WebhookURL == "" {
		return "", errors.New("the installation's webhook address is not known in this call")
	}
	f, ref, err := read(ctx, call)
	if err != nil {
		return "", err
	}
	if f.Key == "" {
		f.Key = rand.Text()
		if err := ref.Set(ctx, *f); err != nil {
			return "", fmt.Errorf("keep the key of the start page: %w", err)
		}
	}
	return call.WebhookURL + StartPath + "?key=" + f.Key, nil
}

// Serve answers the requests that are for its pages; handled says whether it
// did. Call it first in OnWebhook.
func (f *Flow) Serve(ctx context.Context, call *integration.Call, req *platform.WebhookRequest) (resp *integration.WebhookResponse, handled bool, err error) {
	path := strings.TrimSuffix(req.Path, "/")
	if path != StartPath && path != CallbackPath {
		return nil, false, nil
	}
	query, err := url.ParseQuery(req.Query)
	if err != nil || req.Method != http.MethodGet {
		return page(http.StatusBadRequest, f.Title, "This address is opened in a browser, with the link as it was given.", notice.Bad), true, nil
	}
	if path == StartPath {
		resp, err = f.start(ctx, call, query)
	} else {
		resp, err = f.callback(ctx, call, query, req.Headers["cookie"])
	}
	return resp, true, err
}

func (f *Flow) start(ctx context.Context, call *integration.Call, query url.Values) (*integration.WebhookResponse, error) {
	flows, ref, err := read(ctx, call)
	if err != nil {
		return nil, err
	}
	if flows.Key == "" || subtle.ConstantTimeCompare([]byte(flows.Key), []byte(query.Get("key"))) != 1 {
		return page(http.StatusForbidden, f.Title, "This link is not valid, or was used. The installation's status has the one that is.", notice.Bad), nil
	}
	now := time.Now()
	for nonce, p := range flows.Pending {
		if now.After(p.Expires) || len(flows.Pending) >= maxPending {
			delete(flows.Pending, nonce)
		}
	}
	nonce, browser := rand.Text(), rand.Text()
	p := pending{Browser: hash(browser), Expires: now.Add(patience)}
	target, err := url.Parse(f.AuthorizeURL)
	if err != nil {
		return nil, fmt.Errorf("the vendor's authorize address: %w", err)
	}
	params := target.Query()
	for name, values := range f.Params {
		params[name] = values
	}
	params.Set("response_type", "code")
	params.Set("redirect_uri", call.WebhookURL+CallbackPath)
	params.Set("state", nonce)
	if f.PKCE {
		p.Verifier = rand.Text() + rand.Text() // 52 characters; RFC 7636 asks for 43 to 128
		params.Set("code_challenge", hash(p.Verifier))
		params.Set("code_challenge_method", "S256")
	}
	flows.Pending[nonce] = p
	if err := ref.Set(ctx, *flows); err != nil {
		return nil, fmt.Errorf("keep the OAuth flow: %w", err)
	}
	target.RawQuery = params.Encode()
	// Other installations have the same origin: the cookie is none of theirs.
	own, err := url.Parse(call.WebhookURL + CallbackPath)
	if err != nil {
		return nil, fmt.Errorf("the webhook's address: %w", err)
	}
	secure := ""
	if own.Scheme == "https" {
		secure = "; Secure"
	}
	resp := &integration.WebhookResponse{Status: http.StatusFound, Header: safeHeader()}
	resp.Header.Set("Location", target.String())
	resp.Header.Set("Set-Cookie", fmt.Sprintf("%s=%s; Path=%s; Max-Age=%d; HttpOnly; SameSite=Lax%s",
		cookieName, browser, own.EscapedPath(), int(patience.Seconds()), secure))
	return resp, nil
}

// hash is the base64url SHA-256, as PKCE's S256 wants it.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (f *Flow) callback(ctx context.Context, call *integration.Call, query url.Values, cookies string) (*integration.WebhookResponse, error) {
	flows, ref, err := read(ctx, call)
	if err != nil {
		return nil, err
	}
	nonce := query.Get("state")
	p, ok := flows.Pending[nonce]
	if !ok || time.Now().After(p.Expires) || !sameBrowser(cookies, p.Browser) {
		return page(http.StatusForbidden, f.Title, "This answer does not belong to a connection that was started in this browser in the last ten minutes. Open the link again.", notice.Bad), nil
	}
	delete(flows.Pending, nonce)
	if err := ref.Set(ctx, *flows); err != nil {
		return nil, fmt.Errorf("end the OAuth flow: %w", err)
	}
	if refused := query.Get("error"); refused != "" {
		text := refused
		if more := query.Get("error_description"); more != "" {
			text += ": " + more
		}
		return page(http.StatusOK, f.Title, f.Title+" did not agree: "+text+". Open the link again to try once more.", notice.Bad), nil
	}
	code := query.Get("code")
	if code == "" {
		return page(http.StatusBadRequest, f.Title, f.Title+" sent no code. Open the link again.", notice.Bad), nil
	}
	err = f.Exchange(ctx, call, Grant{Code: code, Verifier: p.Verifier, RedirectURI: call.WebhookURL + CallbackPath})
	if err != nil {
		call.Logger.WarnContext(ctx, "account not connected", "error", err)
		text := "The reason is in the server's log."
		if e, ok := errors.AsType[*platform.Error](err); ok {
			text = e.Message
		}
		return page(http.StatusBadGateway, f.Title, "The account was not connected. "+text, notice.Bad), nil
	}
	if f.Next != nil {
		if more, err := f.Next(ctx, call); err != nil {
			return nil, fmt.Errorf("see what is left to connect: %w", err)
		} else if more {
			resp := &integration.WebhookResponse{Status: http.StatusFound, Header: safeHeader()}
			resp.Header.Set("Location", call.WebhookURL+StartPath+"?key="+flows.Key)
			return resp, nil
		}
	}
	// The link has done its work; another account needs another link.
	flows.Key = ""
	if err := ref.Set(ctx, *flows); err != nil {
		return nil, fmt.Errorf("end the OAuth flow: %w", err)
	}
	return page(http.StatusOK, f.Title, "The account is connected. You can close this page.", notice.Good), nil
}

func sameBrowser(cookies, want string) bool {
	header := http.Request{Header: http.Header{"Cookie": {cookies}}}
	cookie, err := header.Cookie(cookieName)
	return err == nil && subtle.ConstantTimeCompare([]byte(hash(cookie.Value)), []byte(want)) == 1
}
