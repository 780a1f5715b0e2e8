package whatsapp

import (
	"context"
	"net/url"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
)

// webhookFields are the changes that the app is told of.
const webhookFields = "messages,message_template_status_update,message_template_quality_update," +
	"message_template_components_update,template_category_update,smb_message_echoes"

// phoneNumber is a number of the business.
type phoneNumber struct {
	ID                 string `json:"id"`
	DisplayPhoneNumber string `json:"display_phone_number"`
	VerifiedName       string `json:"verified_name"`
}

type success struct {
	Success bool `json:"success"`
}

// register proves the credentials by reading the phone number, and switches
// the webhooks on as far as the configuration allows.
func (s *service) register(ctx context.Context, call *integration.Call) error {
	c, err := s.settings(ctx, call)
	if err != nil {
		return err
	}
	return s.subscribe(ctx, call, c)
}

func (s *service) subscribe(ctx context.Context, call *integration.Call, c *settings) error {
	g := s.client(c)
	var number phoneNumber
	err := g.get(ctx, url.PathEscape(c.phoneID), url.Values{"fields": {"id,display_phone_number,verified_name"}}, &number)
	if err != nil {
		return chatkit.Explain("the phone number "+c.phoneID+" cannot be read", err)
	}
	reachable := strings.HasPrefix(call.WebhookURL, "https://")
	if c.appID != "" && !reachable {
		call.Logger.WarnContext(ctx, "the webhook was not set at Meta: its address is not https")
	}
	var done success
	if c.appID != "" && reachable {
		app := newClient(s.http, s.base, c.appID+"|"+c.secret)
		err = app.post(ctx, url.PathEscape(c.appID)+"/subscriptions", map[string]string{
			"object": objectAccount, "callback_url": call.WebhookURL, "verify_token": c.verifyToken, "fields": webhookFields,
		}, &done)
		if err != nil {
			return chatkit.Explain("the webhook cannot be set at Meta; check the app ID and the app secret, and that "+call.WebhookURL+" is open to the internet", err)
		}
	}
	if c.accountID == "" {
		return nil
	}
	// Several accounts may share an app, which has one address: each account
	// has its own besides.
	own := map[string]string{}
	if c.appID != "" && reachable {
		own = map[string]string{"override_callback_uri": call.WebhookURL, "verify_token": c.verifyToken}
	}
	if err := g.post(ctx, url.PathEscape(c.accountID)+"/subscribed_apps", own, &done); err != nil {
		return chatkit.Explain("the webhooks of the WhatsApp account "+c.accountID+" cannot be switched on", err)
	}
	return nil
}
