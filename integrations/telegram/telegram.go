// Package telegram is the integration with Telegram by its Bot API: a bot
// account talks with people, in groups, in topics and in channels.
//
// Updates arrive at a webhook, or by long polling where the internet does not
// reach this server. An update is confirmed only after it is handled to its end,
// and a repeated update creates nothing twice: tags identify messages, and the
// update's id identifies events. A message that takes several calls is sent in
// order, and a retry continues after the last call that was answered.
package telegram

import (
	"net/http"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/integration/media"
	"github.com/bellhop-dev/bellhop/wire"
)

// Options are for tests; the zero value talks to Telegram.
type Options struct {
	// APIURL stands for https://api.telegram.org where the configuration names
	// no other. The bot's token is sent there.
	APIURL string
}

// maxWebhook is far over the size of an update: files are not in it.
const maxWebhook = 1 << 20

// New returns the integration.
func New() integration.Integration { return NewWith(Options{}) }

// NewWith returns the integration with options.
func NewWith(o Options) integration.Integration {
	return integration.Integration{Definition: definition(), MaxWebhook: maxWebhook, New: func(env integration.Env) (wire.Handler, error) {
		m := integration.NewMux(definition(), env)
		s := newService(m.Env(), o)
		m.OnRegister(s.register)
		m.OnUnregister(s.unregister)
		m.OnWebhook(s.webhook)
		m.OnListen(s.listen)
		m.OnCreateUser(s.createUser)
		m.OnCreateConversation(s.createConversation)
		s.messages().Handle(m, channelName)
		s.handleActions(m)
		h, err := m.Handler()
		if err != nil {
			return nil, err
		}
		return media.Streaming(h), nil
	}}
}

// service is the code of all installations in one place.
type service struct {
	apiURL  string
	http    *http.Client // calls the Bot API
	fetcher *http.Client // reads addresses that bots give
	files   *media.Server
}

func newService(env integration.Env, o Options) *service {
	s := &service{apiURL: o.APIURL, http: chatkit.HTTPClient(env.HTTPClient), fetcher: chatkit.HTTPClient(env.Fetcher)}
	if s.apiURL == "" {
		s.apiURL = defaultAPI
	}
	s.files = &media.Server{Secret: s.fileSecret, Open: s.openFile}
	return s
}
