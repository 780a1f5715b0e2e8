package linear

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
)

// margin is how long before its end a token is renewed.
const margin = 5 * time.Minute

// client returns the API for what the bot does.
func (s *service) client(call *integration.Call, c *settings) *client {
	return s.clientAs(call, c, stateCredentials)
}

// admin returns the API for webhooks, which only an admin may make. An app
// cannot be an admin: with OAuth a person's consent of its own is kept for it.
func (s *service) admin(call *integration.Call, c *settings) *client {
	return s.clientAs(call, c, stateAdminCredentials)
}

func (s *service) clientAs(call *integration.Call, c *settings, state string) *client {
	a := &client{http: s.http, url: s.api}
	if c.apiKey != "" {
		a.authorize = func(_ context.Context, _ string, refusal error) (string, error) { return c.apiKey, refusal }
		return a
	}
	a.authorize = func(ctx context.Context, refused string, _ error) (string, error) {
		token, err := s.token(ctx, call, c, state, strings.TrimPrefix(refused, "Bearer "))
		return "Bearer " + token, err
	}
	return a
}

// token returns an access token that is good for a while and is not the one
// that was refused. Of many callers one renews it; the others wait.
func (s *service) token(ctx context.Context, call *integration.Call, c *settings, state, refused string) (string, error) {
	good := func(k *credentials) bool {
		return k != nil && k.AccessToken != refused && (k.ExpiresAt.IsZero() || time.Until(k.ExpiresAt) > margin)
	}
	kept, err := load[credentials](ctx, call, state)
	if err != nil || good(kept) {
		return accessToken(kept), err
	}
	release, err := s.locks.Hold(ctx, call.WebhookID+" "+state)
	if err != nil {
		return "", err
	}
	defer release()
	kept, err = load[credentials](ctx, call, state)
	switch {
	case err != nil || good(kept):
		return accessToken(kept), err
	case kept == nil:
		return "", integration.RuntimeError("no Linear account is connected: the installation's status has the link")
	case kept.RefreshToken == "":
		return "", integration.RuntimeError("the connection to Linear ended; " + reconnect)
	}
	renewed, err := s.grant(ctx, c, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {kept.RefreshToken}})
	if isCode(err, codeInvalidGrant) {
		// Another process may have used the refresh token: then its result is
		// about to be kept.
		if elsewhere, failed := s.renewedElsewhere(ctx, call, state, kept); failed != nil || elsewhere != "" {
			return elsewhere, failed
		}
	}
	if err != nil {
		return "", err
	}
	renewed.RefreshToken = cmp.Or(renewed.RefreshToken, kept.RefreshToken)
	// The old refresh token is used up: what replaces it must not get lost.
	return renewed.AccessToken, keep(context.WithoutCancel(ctx), call, state, *renewed)
}

func accessToken(k *credentials) string {
	if k == nil {
		return ""
	}
	return k.AccessToken
}

// renewedElsewhere waits for credentials other than the old ones; empty means
// that nobody renewed them.
func (s *service) renewedElsewhere(ctx context.Context, call *integration.Call, state string, old *credentials) (string, error) {
	timer := time.NewTimer(s.patience)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
	kept, err := load[credentials](ctx, call, state)
	if err != nil || kept == nil || kept.RefreshToken == old.RefreshToken {
		return "", err
	}
	return kept.AccessToken, nil
}

// giveBack revokes the tokens that are kept as a state, and forgets them. It
// goes on when Linear does not take them back.
func (s *service) giveBack(ctx context.Context, call *integration.Call, state string) {
	kept, err := load[credentials](ctx, call, state)
	if err == nil && kept == nil {
		return
	}
	if err == nil {
		err = errors.Join(s.revoke(ctx, "access_token", kept.AccessToken), s.revoke(ctx, "refresh_token", kept.RefreshToken), forget(ctx, call, state))
	}
	if err != nil {
		call.Logger.WarnContext(ctx, "the consent could not be given back at Linear; revoke the app there under Settings > Applications", "state", state, "error", err)
	}
}

// revoke ends one token; "" is none.
func (s *service) revoke(ctx context.Context, kind, token string) error {
	if token == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	form := url.Values{"token": {token}, "token_type_hint": {kind}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.api.JoinPath("oauth/revoke").String(), strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("address the call of %s: %w", vendor, err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, _, _, err := send(s.http, req)
	if err == nil && status != http.StatusOK {
		err = &chatkit.Error{Vendor: vendor, Status: status, Message: "the " + kind + " was not revoked"}
	}
	return err
}

// codeInvalidGrant says that a code or refresh token was used, is too old or
// was revoked.
const codeInvalidGrant = "INVALID_GRANT"

// grant asks for tokens.
func (s *service) grant(ctx context.Context, c *settings, form url.Values) (*credentials, error) {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	form.Set("client_id", c.clientID)
	form.Set("client_secret", c.clientSecret)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.api.JoinPath("oauth/token").String(), strings.NewReader(form.Encode()))
	if err != nil {
		return nil, fmt.Errorf("address the call of %s: %w", vendor, err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	status, h, raw, err := send(s.http, req)
	if err != nil {
		return nil, err
	}
	var answer struct {
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
		ExpiresIn    int64  `json:"expires_in"`
		Error        string `json:"error"`
		Description  string `json:"error_description"`
	}
	readable := json.Unmarshal(raw, &answer) == nil
	if status != http.StatusOK || answer.AccessToken == "" {
		e := &chatkit.Error{
			Vendor: vendor, Status: status, Code: strings.ToUpper(answer.Error), Message: answer.Description,
			RetryAfter: chatkit.RetryAfterHeader(h, time.Now()), Temporary: status == http.StatusOK && !readable,
		}
		switch e.Code {
		case codeInvalidGrant:
			e.Final, e.Remedy = true, "connect the account again: the installation's status has the link"
		case "INVALID_CLIENT":
			e.Final, e.Remedy = true, "check clientId and clientSecret in the configuration"
		}
		return nil, e
	}
	k := &credentials{AccessToken: answer.AccessToken, RefreshToken: answer.RefreshToken}
	if answer.ExpiresIn > 0 {
		k.ExpiresAt = time.Now().Add(time.Duration(answer.ExpiresIn) * time.Second).UTC()
	}
	return k, nil
}
