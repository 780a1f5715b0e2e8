package lineartest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// access is what a token lets do.
type access struct {
	user    string
	admin   bool
	key     bool // a personal key, which is sent without Bearer
	app     bool
	scopes  []string
	expires time.Time
	revoked bool
}

// consent is what a person agreed to, until the code is used.
type consent struct {
	challenge, redirect string
	access              access
}

// authorized is who calls.
func (f *Fake) authorized(header string) (*access, *problem) {
	no := func(message string) *problem {
		return &problem{401, "AUTHENTICATION_ERROR", "authentication error", message}
	}
	token, bearer := strings.CutPrefix(header, "Bearer ")
	a := f.access[token]
	switch {
	case header == "":
		return nil, no("Authentication required, not authenticated")
	case a == nil, a.revoked:
		return nil, no("Authentication failed, token was not found or revoked")
	case a.key && bearer:
		return nil, no("It looks like you're trying to use an API key as a Bearer token. Remove the Bearer prefix from the Authorization header.")
	case !a.key && !bearer:
		return nil, no("Authentication required, not authenticated")
	case !a.expires.IsZero() && time.Now().After(a.expires):
		return nil, no("Authentication failed, access token expired")
	}
	return a, nil
}

// Revoke makes all tokens of OAuth, or the key, worthless.
func (f *Fake) Revoke(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for token, a := range f.access {
		if token == key || key == "" && !a.key {
			a.revoked = true
		}
	}
	if key == "" {
		f.grants = map[string]*access{}
	}
}

// Grants is how many refresh tokens work.
func (f *Fake) Grants() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.grants)
}

// Expire ends all access tokens of OAuth; they can be renewed.
func (f *Fake) Expire() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range f.access {
		if !a.key {
			a.expires = time.Now().Add(-time.Second)
		}
	}
}

// Agree is a person who agrees on the page at the address, and returns where
// the browser is sent then. A person with admin rights agrees.
func (f *Fake) Agree(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	q := u.Query()
	scopes := strings.Split(q.Get("scope"), ",")
	actor := q.Get("actor")
	switch {
	case u.Path != "/oauth/authorize":
		return "", fmt.Errorf("there is no page %s", u.Path)
	case q.Get("client_id") != ClientID:
		return "", fmt.Errorf("client_id %q is not known", q.Get("client_id"))
	case q.Get("response_type") != "code", q.Get("redirect_uri") == "", q.Get("state") == "":
		return "", fmt.Errorf("response_type, redirect_uri or state is missing")
	case q.Get("code_challenge") == "" || q.Get("code_challenge_method") != "S256":
		return "", fmt.Errorf("the challenge is missing")
	case actor != "user" && actor != "app":
		return "", fmt.Errorf("actor %q is not known", actor)
	case actor == "app" && slices.Contains(scopes, "admin"):
		return "", fmt.Errorf("the scope admin cannot be had in actor=app mode")
	}
	known := []string{"read", "write", "issues:create", "comments:create", "timeSchedule:write", "admin"}
	for _, s := range scopes {
		if !slices.Contains(known, s) {
			return "", fmt.Errorf("the scope %q is not known", s)
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	a := access{user: AdminID, admin: slices.Contains(scopes, "admin"), scopes: scopes, app: actor == "app"}
	if a.app {
		a.user = AppUserID
	}
	code := "code-" + f.id()
	f.codes[code] = &consent{challenge: q.Get("code_challenge"), redirect: q.Get("redirect_uri"), access: a}
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil {
		return "", err
	}
	back.RawQuery = url.Values{"code": {code}, "state": {q.Get("state")}}.Encode()
	return back.String(), nil
}

// revoke answers /oauth/revoke.
func (f *Fake) revoke(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	token, kind := r.PostFormValue("token"), r.PostFormValue("token_type_hint")
	f.calls = append(f.calls, Call{Path: r.URL.Path, Form: map[string]string{"token_type_hint": kind}})
	a := map[string]*access{"access_token": f.access[token], "refresh_token": f.grants[token]}[kind]
	if a == nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if a.revoked = true; kind == "refresh_token" {
		delete(f.grants, token)
	}
}

// token answers /oauth/token.
func (f *Fake) token(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	refuse := func(status int, code, text string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{"error": code, "error_description": text})
	}
	if r.ParseForm() != nil || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		refuse(400, "invalid_request", "the form cannot be read")
		return
	}
	form := map[string]string{}
	for k := range r.PostForm {
		form[k] = r.PostForm.Get(k)
	}
	f.calls = append(f.calls, Call{Path: r.URL.Path, Form: form})
	if form["client_id"] != ClientID || form["client_secret"] != ClientPass {
		refuse(401, "invalid_client", "client_id or client_secret is wrong")
		return
	}
	var a *access
	switch form["grant_type"] {
	case "authorization_code":
		c := f.codes[form["code"]]
		delete(f.codes, form["code"])
		sum := sha256.Sum256([]byte(form["code_verifier"]))
		if c == nil || c.redirect != form["redirect_uri"] || c.challenge != base64.RawURLEncoding.EncodeToString(sum[:]) {
			refuse(400, "invalid_grant", "the code is used, unknown or not for this caller")
			return
		}
		a = &c.access
	case "refresh_token":
		if a = f.grants[form["refresh_token"]]; a == nil {
			refuse(400, "invalid_grant", "the refresh token is used or revoked")
			return
		}
		delete(f.grants, form["refresh_token"])
	default:
		refuse(400, "unsupported_grant_type", form["grant_type"])
		return
	}
	fresh := *a
	fresh.expires, fresh.revoked = time.Now().Add(24*time.Hour), false
	access, refresh := "lin_oauth_"+f.id(), "lin_refresh_"+f.id()
	f.access[access], f.grants[refresh] = &fresh, &fresh
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"access_token": access, "token_type": "Bearer", "expires_in": 86399, "refresh_token": refresh, "scope": strings.Join(fresh.scopes, " "),
	})
}
