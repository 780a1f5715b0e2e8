package linear

import (
	"cmp"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
)

const configAPIKey = "apiKey"

// Names of the integration's secrets: an OAuth app for all installations.
const (
	secretClientID     = "CLIENT_ID"
	secretClientSecret = "CLIENT_SECRET"
)

// Common is the part that both configurations share.
type Common struct {
	WebhookSigningSecret string `json:"webhookSigningSecret,omitempty" title:"Webhook signing secret" description:"Only when you make the webhook at Linear yourself, for instance because nobody with admin rights is to be connected. When empty, the webhook is made and removed by itself." secret:"true"`
	TeamID               string `json:"teamId,omitempty" title:"Team" description:"The id or key of the one team to listen to, as ENG. When empty, all public teams."`
	SeparateThreads      bool   `json:"separateThreads,omitempty" title:"A conversation for each thread" description:"When on, the replies below a comment are a conversation of their own. When off, all comments of an issue are one conversation, and the bot answers in the thread that it was last spoken to in." default:"false"`
	ListenToSelf         bool   `json:"listenToSelf,omitempty" title:"Listen to the connected account" description:"Also tell the bot of what the connected account itself does at Linear. For trying things out with your own API key; comments of the bot stay unheard." default:"false"`
}

// OAuth is the default configuration: the bot is an app of its own.
type OAuth struct {
	ClientID     string `json:"clientId,omitempty" title:"Client ID" description:"Of your OAuth application in Linear, under Settings > API > OAuth applications. May be empty where the server has one for everybody."`
	ClientSecret string `json:"clientSecret,omitempty" title:"Client secret" description:"Of the same application." secret:"true"`
	DisplayName  string `json:"displayName,omitempty" title:"Display name" description:"Under which name the bot's comments and issues appear, followed by the application's."`
	AvatarURL    string `json:"avatarUrl,omitempty" title:"Picture" description:"The address of the picture beside the display name." pattern:"^(https://.*)?$"`
	Common
}

// APIKey is the configuration with the key of an account.
type APIKey struct {
	APIKey string `json:"apiKey" title:"API key" description:"Of the account that the bot acts as: Settings > Security & access > Personal API keys. Making the webhook needs an admin's key." minLength:"1" secret:"true"`
	Common
}

// settings are the decoded configuration of an installation.
type settings struct {
	Common
	apiKey                 string // empty with OAuth
	clientID, clientSecret string
	displayName, avatarURL string
}

func (s *service) settings(call *integration.Call) (*settings, error) {
	if call.ConfigurationType == configAPIKey {
		c, err := integration.Config[APIKey](call)
		if err != nil {
			return nil, err
		}
		key := strings.TrimSpace(c.APIKey)
		if key == "" {
			return nil, integration.RuntimeError("apiKey is empty: make one in Linear under Settings > Security & access")
		}
		return &settings{Common: c.Common, apiKey: key}, nil
	}
	c, err := integration.Config[OAuth](call)
	if err != nil {
		return nil, err
	}
	set := &settings{
		Common: c.Common, displayName: c.DisplayName, avatarURL: c.AvatarURL,
		clientID:     cmp.Or(strings.TrimSpace(c.ClientID), s.secrets[secretClientID]),
		clientSecret: cmp.Or(strings.TrimSpace(c.ClientSecret), s.secrets[secretClientSecret]),
	}
	if set.clientID == "" || set.clientSecret == "" {
		return nil, integration.RuntimeError("clientId and clientSecret must both be set: make an OAuth application in Linear under Settings > API, or choose the configuration apiKey")
	}
	return set, nil
}
