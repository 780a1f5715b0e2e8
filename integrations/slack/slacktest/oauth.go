package slacktest

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"time"
)

// grant is a person's consent that was not yet exchanged.
type grant struct{ redirect, challenge string }

// tokenLife is how long a token that rotates lasts.
const tokenLife = 12 * time.Hour

// Consent does what a person does on Slack's page: it agrees, and returns where
// the browser is sent.
func (f *Fake) Consent(authorize string) (callback string, err error) {
	u, err := url.Parse(authorize)
	if err != nil {
		return "", err
	}
	q := u.Query()
	if u.Path != "/oauth/v2/authorize" || q.Get("client_id") != ClientID || q.Get("scope") == "" || q.Get("redirect_uri") == "" {
		return "", fmt.Errorf("an error page is shown for %s", authorize)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count++
	code := fmt.Sprintf("code-%d", f.count)
	f.codes[code] = grant{q.Get("redirect_uri"), q.Get("code_challenge")}
	return q.Get("redirect_uri") + "?" + url.Values{"code": {code}, "state": {q.Get("state")}}.Encode(), nil
}

// Expire ends the token now, as after its twelve hours.
func (f *Fake) Expire() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for token := range f.tokens {
		f.tokens[token] = time.Unix(1, 0)
	}
}

// RefreshToken is the one that works now.
func (f *Fake) RefreshToken() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.refresh
}

func (f *Fake) access(args map[string]any) (map[string]any, refusal) {
	text := func(key string) string { s, _ := args[key].(string); return s }
	switch {
	case text("client_id") != ClientID:
		return no("invalid_client_id")
	case text("client_secret") != ClientSecret:
		return no("bad_client_secret")
	case text("grant_type") == "refresh_token":
		if text("refresh_token") != f.refresh || f.refresh == "" {
			return no("invalid_refresh_token")
		}
		return yes(f.issue())
	case text("grant_type") != "" && text("grant_type") != "authorization_code":
		return no("invalid_grant_type")
	}
	g, known := f.codes[text("code")]
	delete(f.codes, text("code")) // a code works once
	sum := sha256.Sum256([]byte(text("code_verifier")))
	switch {
	case !known:
		return no("invalid_code")
	case g.redirect != text("redirect_uri"):
		return no("bad_redirect_uri")
	case g.challenge != "" && g.challenge != base64.RawURLEncoding.EncodeToString(sum[:]), g.challenge == "" && text("code_verifier") != "":
		return no("invalid_code_verifier")
	}
	return yes(f.issue())
}

// issue makes a token that rotates; the refresh token before it works no more.
func (f *Fake) issue() map[string]any {
	f.issued++
	token := fmt.Sprintf("xoxe.xoxb-1-fake-%d", f.issued)
	f.refresh = fmt.Sprintf("xoxe-1-refresh-%d", f.issued)
	f.tokens[token] = time.Now().Add(tokenLife)
	return map[string]any{
		"app_id": AppID, "access_token": token, "token_type": "bot", "scope": "chat:write", "bot_user_id": BotUserID,
		"refresh_token": f.refresh, "expires_in": int(tokenLife.Seconds()), "team": map[string]any{"id": TeamID, "name": "Bellhop"},
		"enterprise": nil, "authed_user": map[string]any{"id": "U0ADA"}, "is_enterprise_install": false,
	}
}
