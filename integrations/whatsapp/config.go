package whatsapp

import (
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

// settings are the decoded configuration of an installation with the
// credentials in use.
type settings struct {
	Common
	token       string // access token
	secret      string // of the app: signs webhooks
	verifyToken string
	phoneID     string // the number that starts conversations
	accountID   string // the WhatsApp Business Account; may be empty
	appID       string // may be empty
}

func readSettings(call *integration.Call) (*settings, error) {
	if call.ConfigurationType != configManual {
		return nil, integration.RuntimeError(`choose the configuration "manual": it takes the access token of your own Meta app`)
	}
	c, err := integration.Config[Manual](call)
	if err != nil {
		return nil, err
	}
	s := &settings{
		Common: c.Common, token: strings.TrimSpace(c.AccessToken), secret: strings.TrimSpace(c.ClientSecret),
		verifyToken: c.VerifyToken, phoneID: c.DefaultBotPhoneNumberID, accountID: c.WhatsappBusinessAccountID, appID: c.AppID,
	}
	if s.secret == "" || s.verifyToken == "" || s.token == "" {
		return nil, integration.RuntimeError("the access token, the app secret and the verify token must all be set")
	}
	return s, nil
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
