package whatsapp

import (
	"context"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
)

// What the integration does when a message came in.
const (
	readNone   = "none"
	readTyping = "typing_indicator"
	readMark   = "mark_as_read"
)

const configManual = "manual"

// Common is the part that all configurations share.
type Common struct {
	MessageReadBehavior string `json:"messageReadBehavior,omitempty" title:"When a message comes in" description:"mark_as_read shows the person that the message was read; typing_indicator also shows for up to 25 seconds that the bot is typing; none does neither." enum:"mark_as_read,typing_indicator,none" default:"typing_indicator"`
	// TypingIndicatorEmoji reacts with eyes while the bot is typing.
	TypingIndicatorEmoji  bool     `json:"typingIndicatorEmoji,omitempty" title:"React with 👀 while typing" description:"Put an emoji on the person's message while the bot prepares the answer." default:"false"`
	DownloadMedia         *bool    `json:"downloadMedia,omitempty" title:"Hand media over" description:"Let the bot open pictures, sounds, films and documents at an address of this server, which needs no token. When off, the bot gets WhatsApp's own address, which works for five minutes and only with the access token." default:"true"`
	DownloadedMediaExpiry *float64 `json:"downloadedMediaExpiry,omitempty" title:"Hand media over for (hours)" description:"How long such an address works; 0 is for ever. WhatsApp itself keeps media for some days only." minimum:"0" default:"720"`
	ListenMessageEchoes   bool     `json:"listenMessageEchoes,omitempty" title:"Tell the bot of echoes" description:"Raise onMessageEchoReceived when somebody answers from the WhatsApp Business app." default:"false"`
}

// Connected is the configuration in which a person connects the account in a
// browser.
type Connected struct {
	Common
}

// Manual is the configuration with a Meta app and an access token of one's
// own.
type Manual struct {
	VerifyToken               string `json:"verifyToken" title:"Verify token" description:"Any random text; the same goes into the webhook's settings at Meta." minLength:"1" secret:"true"`
	AccessToken               string `json:"accessToken" title:"Access token" description:"Of a system user that has the app and the WhatsApp account, with whatsapp_business_messaging and whatsapp_business_management." minLength:"1" secret:"true"`
	ClientSecret              string `json:"clientSecret" title:"App secret" description:"Of the Meta app, under App settings > Basic. Webhooks are refused without it, because nobody could tell that they are Meta's." minLength:"1" secret:"true"`
	DefaultBotPhoneNumberID   string `json:"defaultBotPhoneNumberId" title:"Phone number ID" description:"Under WhatsApp > API setup. It is not the phone number itself." pattern:"^[0-9]+$"`
	AppID                     string `json:"appId,omitempty" title:"App ID" description:"When given, the webhook is set at Meta by itself." pattern:"^[0-9]*$"`
	WhatsappBusinessAccountID string `json:"whatsappBusinessAccountId,omitempty" title:"WhatsApp Business Account ID" description:"Under WhatsApp > API setup. Needed for templates and the list of numbers; when given, the account's webhooks are switched on by themselves." pattern:"^[0-9]*$"`
	Common
}

// keys are what Meta's calls are known by.
type keys struct {
	secret      string // of the app: signs webhooks
	verifyToken string
}

// settings are the decoded configuration of an installation with the
// credentials in use.
type settings struct {
	Common
	keys
	token     string // access token
	phoneID   string // the number that starts conversations
	accountID string // the WhatsApp Business Account; may be empty
	appID     string // may be empty
}

// keys reads only what tells that a call is Meta's, which holds before an
// account is connected.
func (s *service) keys(call *integration.Call) (keys, error) {
	if call.ConfigurationType != configManual {
		return keys{secret: s.secrets[secretClientSecret], verifyToken: s.secrets[secretVerifyToken]}, s.appFault()
	}
	c, err := integration.Config[Manual](call)
	if err != nil {
		return keys{}, err
	}
	k := keys{secret: strings.TrimSpace(c.ClientSecret), verifyToken: c.VerifyToken}
	if k.secret == "" || k.verifyToken == "" || strings.TrimSpace(c.AccessToken) == "" {
		return keys{}, integration.RuntimeError("the access token, the app secret and the verify token must all be set")
	}
	return k, nil
}

// settings reads the configuration and, where the account was connected in a
// browser, its credentials.
func (s *service) settings(ctx context.Context, call *integration.Call) (*settings, error) {
	k, err := s.keys(call)
	if err != nil {
		return nil, err
	}
	if call.ConfigurationType != configManual {
		return s.connected(ctx, call, k)
	}
	c, err := integration.Config[Manual](call)
	if err != nil {
		return nil, err
	}
	return &settings{
		Common: c.Common, keys: k, token: strings.TrimSpace(c.AccessToken),
		phoneID: c.DefaultBotPhoneNumberID, accountID: c.WhatsappBusinessAccountID, appID: c.AppID,
	}, nil
}

func (c *Common) readBehavior() string {
	switch c.MessageReadBehavior {
	case readNone, readMark:
		return c.MessageReadBehavior
	}
	return readTyping
}

func (c *Common) download() bool { return c.DownloadMedia == nil || *c.DownloadMedia }

const defaultMediaLife = 720 * time.Hour

// mediaLife is how long media are handed over; 0 is for ever.
func (c *Common) mediaLife() time.Duration {
	if c.DownloadedMediaExpiry == nil {
		return defaultMediaLife
	}
	return time.Duration(*c.DownloadedMediaExpiry * float64(time.Hour))
}
