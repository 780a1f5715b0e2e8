package slack

import (
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
)

// The configurations besides the default one, which is OAuth.
const (
	configManual = "manual"
	configSocket = "socketMode"
)

// Where the bot answers a message in a channel.
const (
	replyChannel = "channel"
	replyThread  = "thread"
	replyBoth    = "channelAndThread"
)

// Common is the part that all configurations share.
type Common struct {
	BotName              string          `json:"botName,omitempty" title:"Name of the bot" description:"Shown with its messages in place of the app's name; needs the scope chat:write.customize." maxLength:"80"`
	BotAvatarURL         string          `json:"botAvatarUrl,omitempty" title:"Picture of the bot" description:"Address of a square picture, shown with its messages in place of the app's; needs the scope chat:write.customize." pattern:"^(https?://.+)?$"`
	TypingIndicatorEmoji bool            `json:"typingIndicatorEmoji,omitempty" title:"React with 👀 while typing" description:"Put an emoji on the person's message while the bot prepares the answer." default:"false"`
	ReplyBehaviour       *ReplyBehaviour `json:"replyBehaviour,omitempty" title:"Answers in channels" description:"Where the bot answers messages in channels, and which ones it gets."`
}

// ReplyBehaviour says how the bot behaves in channels.
type ReplyBehaviour struct {
	Location         string `json:"location,omitempty" title:"Where to answer" description:"channel answers in the channel, thread in a thread below the message, channelAndThread gives the bot the message twice, once for each place." enum:"channel,thread,channelAndThread" default:"channel"`
	OnlyOnBotMention bool   `json:"onlyOnBotMention,omitempty" title:"Only when it is mentioned" description:"The bot gets only those messages of channels that mention it, and all that follow in a thread of its own." default:"false"`
}

// OAuth is the configuration of an app that a person installs by a link.
type OAuth struct {
	ClientID      string `json:"clientId" title:"Client ID" description:"Of your Slack app, under Basic Information > App Credentials." pattern:"^[0-9A-Za-z.]+$"`
	ClientSecret  string `json:"clientSecret" title:"Client secret" description:"Of your Slack app, under Basic Information > App Credentials." minLength:"1" secret:"true"`
	SigningSecret string `json:"signingSecret" title:"Signing secret" description:"Of your Slack app, under Basic Information > App Credentials. What comes without its signature is refused." minLength:"1" secret:"true"`
	PKCE          bool   `json:"pkce,omitempty" title:"Use PKCE" description:"Only when PKCE is enabled in the settings of the app, under OAuth & Permissions. Slack cannot undo that, and it makes refresh tokens end after 30 days." default:"false"`
	Common
}

// Manual is the configuration of an app that is installed at Slack, with its
// token.
type Manual struct {
	BotToken      string `json:"botToken" title:"Bot token" description:"Bot User OAuth Token of your Slack app, under OAuth & Permissions, after it was installed there." pattern:"^\\s*xox[be].+" secret:"true"`
	SigningSecret string `json:"signingSecret" title:"Signing secret" description:"Of your Slack app, under Basic Information > App Credentials. What comes without its signature is refused." minLength:"1" secret:"true"`
	Common
}

// Socket is the configuration for a server that Slack cannot call.
type Socket struct {
	BotToken string `json:"botToken" title:"Bot token" description:"Bot User OAuth Token of your Slack app, under OAuth & Permissions, after it was installed there." pattern:"^\\s*xox[be].+" secret:"true"`
	AppToken string `json:"appToken" title:"App-level token" description:"Of your Slack app, under Basic Information > App-Level Tokens, with the scope connections:write. Socket Mode must be enabled." pattern:"^\\s*xapp-.+" secret:"true"`
	Common
}

// settings are the decoded configuration of an installation.
type settings struct {
	Common
	signingSecret string // empty means that webhooks are refused
	botToken      string // empty means that of OAuth
	appToken      string // of Socket Mode
	clientID      string
	clientSecret  string
	pkce          bool
}

func readSettings(call *integration.Call) (*settings, error) {
	switch call.ConfigurationType {
	case configManual:
		c, err := integration.Config[Manual](call)
		if err != nil {
			return nil, err
		}
		return &settings{Common: c.Common, botToken: strings.TrimSpace(c.BotToken), signingSecret: strings.TrimSpace(c.SigningSecret)}, nil
	case configSocket:
		c, err := integration.Config[Socket](call)
		if err != nil {
			return nil, err
		}
		return &settings{Common: c.Common, botToken: strings.TrimSpace(c.BotToken), appToken: strings.TrimSpace(c.AppToken)}, nil
	}
	c, err := integration.Config[OAuth](call)
	if err != nil {
		return nil, err
	}
	return &settings{
		Common: c.Common, clientID: strings.TrimSpace(c.ClientID), clientSecret: strings.TrimSpace(c.ClientSecret),
		signingSecret: strings.TrimSpace(c.SigningSecret), pkce: c.PKCE,
	}, nil
}

// oauth reports whether the token comes from a person's consent.
func (c *settings) oauth() bool { return c.clientID != "" }

func (c *Common) replyLocation() string {
	if c.ReplyBehaviour == nil || c.ReplyBehaviour.Location == "" {
		return replyChannel
	}
	return c.ReplyBehaviour.Location
}

func (c *Common) onlyMentions() bool {
	return c.ReplyBehaviour != nil && c.ReplyBehaviour.OnlyOnBotMention
}
