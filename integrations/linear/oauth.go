package linear

import (
	"context"
	"net/url"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/integration/oauth"
	"github.com/bellhop-dev/bellhop/platform"
)

// What people are asked to agree to: the app's own account talks, and a person
// with admin rights lends them for the webhook, which an app cannot have.
const (
	scopeApp   = "read,write,issues:create,comments:create"
	scopeAdmin = "read,admin"
)

// missing is the state of the consent that is to be asked for next; empty when
// nothing is missing.
func missing(ctx context.Context, call *integration.Call, c *settings) (string, error) {
	wanted := []string{stateAdminCredentials, stateCredentials}
	if c.WebhookSigningSecret != "" {
		wanted = wanted[1:]
	}
	for _, state := range wanted {
		if kept, err := load[credentials](ctx, call, state); err != nil || kept == nil {
			return state, err
		}
	}
	return "", nil
}

// flow asks for the consent that is missing, or again for the app's.
func (s *service) flow(ctx context.Context, call *integration.Call, c *settings) (*oauth.Flow, error) {
	state, err := missing(ctx, call, c)
	if err != nil {
		return nil, err
	}
	params := url.Values{"client_id": {c.clientID}, "prompt": {"consent"}, "scope": {scopeApp}, "actor": {"app"}}
	if state == stateAdminCredentials {
		params.Set("scope", scopeAdmin)
		params.Set("actor", "user")
	} else {
		state = stateCredentials
	}
	return &oauth.Flow{
		Title: vendor, AuthorizeURL: s.app.JoinPath("oauth/authorize").String(), Params: params, PKCE: true,
		Exchange: func(ctx context.Context, call *integration.Call, g oauth.Grant) error {
			k, err := s.grant(ctx, c, url.Values{
				"grant_type": {"authorization_code"}, "code": {g.Code}, "redirect_uri": {g.RedirectURI}, "code_verifier": {g.Verifier},
			})
			if err != nil {
				return chatkit.Explain("Linear gave no token", err)
			}
			return keep(context.WithoutCancel(ctx), call, state, *k)
		},
		Next: func(ctx context.Context, call *integration.Call) (bool, error) {
			left, err := missing(ctx, call, c)
			if err != nil || left != "" {
				return left != "", err
			}
			// An identifier makes the platform register once more, now that
			// there is something to register with.
			_, err = call.Client.ConfigureIntegration(ctx, &platform.ConfigureIntegrationInput{Identifier: platform.Set(call.WebhookID)})
			return false, err
		},
	}, nil
}

// connect refuses with the link that leads to the consents that are missing.
func connect(ctx context.Context, call *integration.Call) error {
	link, err := oauth.Link(ctx, call)
	if err != nil {
		return err
	}
	return integration.RuntimeError("connect Linear: open " + link + " in a browser, as an admin of the workspace")
}
