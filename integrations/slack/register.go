package slack

import (
	"context"
	"fmt"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/integration/oauth"
	"github.com/bellhop-dev/bellhop/platform"
)

// register proves the credentials by asking Slack whose the token is, and says
// by name which scopes it lacks.
func (s *service) register(ctx context.Context, call *integration.Call) error {
	c, err := readSettings(call)
	if err != nil {
		return err
	}
	if c.oauth() {
		if connected, err := s.connected(ctx, call); err != nil || !connected {
			return err
		}
	} else if !isBotToken(c.botToken) {
		return integration.RuntimeError("the bot token must begin with xoxb-: take the Bot User OAuth Token, not the token of a person")
	}
	me, have, err := s.client(call, c).test(ctx)
	if err != nil {
		if c.oauth() && isCode(err, "invalid_auth", "token_revoked", "account_inactive", "invalid_refresh_token") {
			return s.reconnect(ctx, call, err)
		}
		return chatkit.Explain("the token does not work", err)
	}
	if len(have) > 0 { // Slack's proxies leave the header out at times
		needed, wanted := missing(have, c)
		if len(needed) > 0 {
			return integration.RuntimeError("the token lacks the scopes " + strings.Join(needed, ", ") +
				": add them at Slack under OAuth & Permissions > Bot Token Scopes, and install the app again")
		}
		if len(wanted) > 0 {
			call.Logger.InfoContext(ctx, "the token lacks scopes that some actions need", "scopes", strings.Join(wanted, ","))
		}
	}
	if c.appToken != "" {
		if err := s.client(call, c).openSocket(ctx); err != nil {
			return chatkit.Explain("the app-level token does not work; it needs the scope connections:write, and Socket Mode must be enabled", err)
		}
	}
	return keep(ctx, call, me)
}

// unregister gives the token back that a person's consent brought. It never
// keeps anybody from removing the integration, and leaves a token alone that
// stands in the configuration.
func (s *service) unregister(ctx context.Context, call *integration.Call) error {
	c, err := readSettings(call)
	if err != nil || !c.oauth() {
		return nil //nolint:nilerr // it was never registered
	}
	if have, err := readCredentials(ctx, call); err == nil && have.AccessToken != "" {
		if err := s.client(call, c).revoke(ctx); err != nil {
			call.Logger.WarnContext(ctx, "the token could not be revoked at Slack; remove the app there under Manage apps", "error", err)
		}
	}
	return nil
}

// connected reports whether somebody connected a workspace; else the error has
// the link to do it.
func (s *service) connected(ctx context.Context, call *integration.Call) (bool, error) {
	have, err := integration.State[credentials](call, stateCredentials, "").Get(ctx)
	switch {
	case err == nil && have.AccessToken != "":
		return true, nil
	case err != nil && !platform.IsType(err, platform.TypeResourceNotFound):
		return false, fmt.Errorf("read the credentials: %w", err)
	}
	return false, s.reconnect(ctx, call, nil)
}

// reconnect is the refusal that has the link to connect a workspace.
func (s *service) reconnect(ctx context.Context, call *integration.Call, why error) error {
	link, err := oauth.Link(ctx, call)
	if err != nil {
		return err
	}
	text := "open " + link + " to install the app in your workspace"
	if why != nil {
		text = "the workspace is not connected any more (" + why.Error() + "): " + text
	}
	return integration.RuntimeError(text)
}
