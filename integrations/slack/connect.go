package slack

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/slack-go/slack"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/integration/oauth"
	"github.com/bellhop-dev/bellhop/platform"
)

// flow is how a person installs the app in a workspace.
func (s *service) flow(c *settings) *oauth.Flow {
	return &oauth.Flow{
		Title:        vendor,
		AuthorizeURL: s.base.JoinPath("oauth", "v2", "authorize").String(),
		Params:       url.Values{"client_id": {c.clientID}, "scope": {scopeNames()}},
		PKCE:         c.pkce,
		Exchange: func(ctx context.Context, call *integration.Call, g oauth.Grant) error {
			return chatkit.Classify(s.exchange(ctx, call, c, g))
		},
	}
}

// exchange turns Slack's code into credentials, and has the installation
// registered with them.
func (s *service) exchange(ctx context.Context, call *integration.Call, c *settings, g oauth.Grant) error {
	release, err := s.locks.Hold(ctx, call.WebhookID+" token")
	if err != nil {
		return err
	}
	defer release()
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	options := []slack.OAuthOption{slack.OAuthOptionAPIURL(s.apiURL())}
	if g.Verifier != "" {
		options = append(options, slack.OAuthOptionCodeVerifier(g.Verifier))
	}
	got, err := slack.GetOAuthV2ResponseContext(ctx, s.http, c.clientID, c.clientSecret, g.Code, g.RedirectURI, options...)
	if err != nil {
		return refusal("oauth.v2.access", err)
	}
	next := grantedBy(got, time.Now())
	if !isBotToken(next.AccessToken) {
		return integration.RuntimeError("Slack gave no bot token: the app needs Bot Token Scopes under OAuth & Permissions")
	}
	if err := integration.State[credentials](call, stateCredentials, "").Set(ctx, *next); err != nil {
		return fmt.Errorf("keep the credentials: %w", err)
	}
	// Who the bot is may be another one now.
	if err := integration.State[identity](call, stateIdentity, "").Delete(ctx); err != nil {
		return fmt.Errorf("forget who the bot was: %w", err)
	}
	// An installation that failed to register is registered again at once when
	// it says who it is: the bot's user is one app's in one workspace.
	_, err = call.Client.ConfigureIntegration(ctx, &platform.ConfigureIntegrationInput{Identifier: platform.Set(got.Team.ID + "/" + got.BotUserID)})
	if err != nil {
		return fmt.Errorf("note the workspace: %w", err)
	}
	return nil
}
