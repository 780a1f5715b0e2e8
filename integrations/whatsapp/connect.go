package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/integration/oauth"
	"github.com/bellhop-dev/bellhop/platform"
)

// Secrets of the Meta app that accounts are connected to in a browser.
const (
	secretClientID     = "CLIENT_ID"
	secretClientSecret = "CLIENT_SECRET"
	secretConfigID     = "OAUTH_CONFIG_ID"
	secretVerifyToken  = "VERIFY_TOKEN"
	secretPIN          = "NUMBER_PIN"
)

const (
	stateCredentials = "credentials"
	dialogURL        = "https://www.facebook.com/" + apiVersion + "/dialog/oauth"
	permissions      = "whatsapp_business_management,whatsapp_business_messaging"
)

// credentials are of the account that was connected.
type credentials struct {
	AccessToken string `json:"accessToken"`
	PhoneID     string `json:"defaultBotPhoneNumberId"`
	AccountID   string `json:"wabaId"`
}

func secrets() map[string]integration.Secret {
	return map[string]integration.Secret{
		secretClientID:     {Description: "ID of the Meta app that accounts are connected to in a browser", Optional: true},
		secretClientSecret: {Description: "Secret of that app", Optional: true},
		secretConfigID:     {Description: "ID of its Facebook Login for Business configuration, for Embedded Signup", Optional: true},
		secretVerifyToken:  {Description: "Any random text, with which Meta proves that a webhook's address is ours", Optional: true},
		secretPIN:          {Description: "Six digits with which the numbers are registered; numbers are left as they are without it", Optional: true},
	}
}

// appFault says what is missing of the app; nil is nothing.
func (s *service) appFault() error {
	for _, name := range []string{secretClientID, secretClientSecret, secretVerifyToken} {
		if s.secrets[name] == "" {
			return integration.RuntimeError(`this server has no Meta app to connect to: its secret ` + name +
				` is not set. Choose the configuration "manual", which takes the access token of your own app, or have the secret set`)
		}
	}
	return nil
}

// connected are the settings of an account that was connected in a browser.
func (s *service) connected(ctx context.Context, call *integration.Call, k keys) (*settings, error) {
	c, err := integration.Config[Connected](call)
	if err != nil {
		return nil, err
	}
	known, err := integration.State[credentials](call, stateCredentials, "").Get(ctx)
	if platform.IsType(err, platform.TypeResourceNotFound) {
		link, err := oauth.Link(ctx, call)
		if err != nil {
			return nil, err
		}
		// Another try may help: it is registered soon after it was connected.
		return nil, integration.Temporary(errors.New("no WhatsApp account is connected: open " + link))
	}
	if err != nil {
		return nil, fmt.Errorf("read the account's credentials: %w", err)
	}
	return s.settingsOf(c, k, known), nil
}

func (s *service) settingsOf(c *Connected, k keys, known *credentials) *settings {
	return &settings{
		Common: c.Common, keys: k, token: known.AccessToken, phoneID: known.PhoneID, accountID: known.AccountID, appID: s.secrets[secretClientID],
	}
}

// flow leads a person through Meta's pages.
func (s *service) flow() *oauth.Flow {
	params := url.Values{"client_id": {s.secrets[secretClientID]}, "override_default_response_type": {"true"}}
	if id := s.secrets[secretConfigID]; id != "" {
		params.Set("config_id", id)
	} else {
		params.Set("scope", permissions)
	}
	return &oauth.Flow{Title: "WhatsApp", AuthorizeURL: dialogURL, Params: params, Exchange: s.exchange}
}

// exchange takes the account that the person chose: its token, its first
// number, and its webhooks.
func (s *service) exchange(ctx context.Context, call *integration.Call, grant oauth.Grant) error {
	k, err := s.keys(call)
	if err != nil {
		return err
	}
	c, err := integration.Config[Connected](call)
	if err != nil {
		return err
	}
	var token struct {
		AccessToken string `json:"access_token"`
	}
	err = newClient(s.http, s.base, "").post(ctx, "oauth/access_token", map[string]string{
		"client_id": s.secrets[secretClientID], "client_secret": k.secret, "grant_type": "authorization_code",
		"code": grant.Code, "redirect_uri": grant.RedirectURI,
	}, &token)
	if err != nil {
		return chatkit.Explain("Meta gave no access token", err)
	}
	known := &credentials{AccessToken: token.AccessToken}
	if known.AccountID, err = s.chosenAccount(ctx, k, token.AccessToken); err != nil {
		return err
	}
	g := newClient(s.http, s.base, known.AccessToken)
	var numbers page[phoneNumber]
	err = g.get(ctx, url.PathEscape(known.AccountID)+"/phone_numbers", url.Values{"fields": {"id,display_phone_number,verified_name"}}, &numbers)
	if err != nil {
		return chatkit.Explain("the numbers of the account cannot be read", err)
	}
	if len(numbers.Data) == 0 {
		return integration.RuntimeError("the WhatsApp account " + known.AccountID + " has no phone number: add one in WhatsApp Manager and connect again")
	}
	known.PhoneID = numbers.Data[0].ID
	s.registerNumber(ctx, call, g, known.PhoneID)
	if err := s.subscribe(ctx, call, s.settingsOf(c, k, known)); err != nil {
		return chatkit.Classify(err)
	}
	if err := integration.State[credentials](call, stateCredentials, "").Set(ctx, *known); err != nil {
		return fmt.Errorf("keep the account's credentials: %w", err)
	}
	return nil
}

// chosenAccount is the WhatsApp account that the person let the app use.
func (s *service) chosenAccount(ctx context.Context, k keys, token string) (string, error) {
	var out struct {
		Data struct {
			Scopes []struct {
				Scope   string   `json:"scope"`
				Targets []string `json:"target_ids"`
			} `json:"granular_scopes"`
		} `json:"data"`
	}
	app := newClient(s.http, s.base, s.secrets[secretClientID]+"|"+k.secret)
	if err := app.get(ctx, "debug_token", url.Values{"input_token": {token}}, &out); err != nil {
		return "", chatkit.Explain("Meta does not say which account was chosen", err)
	}
	granted := map[string][]string{}
	for _, scope := range out.Data.Scopes {
		granted[scope.Scope] = scope.Targets
	}
	for _, need := range []string{"whatsapp_business_messaging", "whatsapp_business_management"} {
		if len(granted[need]) == 0 {
			return "", integration.RuntimeError("no WhatsApp account was shared with the permission " + need + ": connect again and choose one")
		}
	}
	for _, id := range granted["whatsapp_business_management"] {
		if slices.Contains(granted["whatsapp_business_messaging"], id) {
			return id, nil
		}
	}
	return "", integration.RuntimeError("both permissions must be of one WhatsApp account: connect again and choose one")
}

// registerNumber lets the number send over the Cloud API. One that is in use
// already needs no registering, so that a refusal is only logged.
func (s *service) registerNumber(ctx context.Context, call *integration.Call, g *client, phoneID string) {
	pin := s.secrets[secretPIN]
	if pin == "" {
		return
	}
	var done success
	if err := g.post(ctx, url.PathEscape(phoneID)+"/register", map[string]string{"messaging_product": "whatsapp", "pin": pin}, &done); err != nil {
		call.Logger.WarnContext(ctx, "the number was not registered", "phone_number_id", phoneID, "error", err)
	}
}
