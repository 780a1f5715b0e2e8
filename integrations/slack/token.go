package slack

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

const stateCredentials = "oAuthCredentialsV2"

// renewBefore is how long before its end a token is renewed. Slack's own
// library takes two hours of the twelve.
const renewBefore = 2 * time.Hour

// credentials are what Slack gave for a person's consent.
type credentials struct {
	AccessToken string `json:"accessToken"`
	// RefreshToken works once; empty where the app does not rotate tokens.
	RefreshToken string    `json:"refreshToken,omitempty"`
	ExpiresAt    time.Time `json:"expiresAt,omitzero"`
	BotUserID    string    `json:"botUserId,omitempty"`
	TeamID       string    `json:"teamId,omitempty"`
}

func (c *credentials) fresh(now time.Time) bool {
	return c.ExpiresAt.IsZero() || now.Before(c.ExpiresAt.Add(-renewBefore))
}

// token returns the access token. refused, when it is set, is one that Slack
// refused as expired: it is renewed whatever the clock says.
func (s *service) token(ctx context.Context, call *integration.Call, c *settings, refused string) (string, error) {
	if !c.oauth() {
		return c.botToken, nil
	}
	have, err := readCredentials(ctx, call)
	if err != nil {
		return "", err
	}
	if refused == "" && have.fresh(time.Now()) || refused != "" && have.AccessToken != refused {
		return have.AccessToken, nil
	}
	return s.renewed(ctx, call, c, have.AccessToken, refused != "")
}

func readCredentials(ctx context.Context, call *integration.Call) (*credentials, error) {
	have, err := integration.State[credentials](call, stateCredentials, "").Get(ctx)
	if platform.IsType(err, platform.TypeResourceNotFound) || err == nil && have.AccessToken == "" {
		return nil, integration.RuntimeError("Slack is not connected yet: open the link that the installation's status shows")
	}
	if err != nil {
		return nil, fmt.Errorf("read the credentials: %w", err)
	}
	return have, nil
}

// renewed renews the token unless somebody else just did. Of many callers in
// this process one asks Slack; between nodes Slack refuses the second, whose
// token is then the first one's.
func (s *service) renewed(ctx context.Context, call *integration.Call, c *settings, seen string, force bool) (string, error) {
	release, err := s.locks.Hold(ctx, call.WebhookID+" token")
	if err != nil {
		return "", err
	}
	defer release()
	have, err := readCredentials(ctx, call)
	if err != nil {
		return "", err
	}
	if have.AccessToken != seen || have.RefreshToken == "" || !force && have.fresh(time.Now()) {
		return have.AccessToken, nil
	}
	// Between Slack's answer and its record nothing may stop this: the old
	// refresh token is spent, and the new one is only here.
	kept, cancel := context.WithTimeout(context.WithoutCancel(ctx), apiTimeout)
	defer cancel()
	got, err := slack.RefreshOAuthV2TokenContext(kept, s.http, c.clientID, c.clientSecret, have.RefreshToken, slack.OAuthOptionAPIURL(s.apiURL()))
	if err != nil {
		return s.notRenewed(ctx, call, have, force, refusal("oauth.v2.access", err))
	}
	next := grantedBy(got, time.Now())
	if next.RefreshToken == "" {
		next.RefreshToken = have.RefreshToken
	}
	if err := integration.State[credentials](call, stateCredentials, "").Set(kept, *next); err != nil {
		return "", fmt.Errorf("keep the renewed credentials: %w", err)
	}
	call.Logger.InfoContext(ctx, "token renewed", "expires_at", next.ExpiresAt)
	return next.AccessToken, nil
}

// notRenewed decides what to go on with: what another node renewed meanwhile,
// else the token as long as it lasts, unless Slack refused it.
func (s *service) notRenewed(ctx context.Context, call *integration.Call, had *credentials, force bool, refused *chatkit.Error) (string, error) {
	now, err := readCredentials(ctx, call)
	switch {
	case err == nil && now.AccessToken != had.AccessToken:
		return now.AccessToken, nil
	case !force && time.Now().Before(had.ExpiresAt):
		call.Logger.WarnContext(ctx, "token not renewed", "error", refused)
		return had.AccessToken, nil
	}
	return "", refused
}

func grantedBy(got *slack.OAuthV2Response, now time.Time) *credentials {
	c := &credentials{AccessToken: got.AccessToken, RefreshToken: got.RefreshToken, BotUserID: got.BotUserID, TeamID: got.Team.ID}
	if got.ExpiresIn > 0 {
		c.ExpiresAt = now.Add(time.Duration(got.ExpiresIn) * time.Second)
	}
	return c
}

// isBotToken reports whether the token is one of a bot, rotated or not.
func isBotToken(token string) bool {
	return strings.HasPrefix(token, "xoxb-") || strings.HasPrefix(token, "xoxe.xoxb-")
}
