// Package telegram is the integration with Telegram by its Bot API: a bot
// account talks with people, in groups, in topics and in channels.
//
// Telegram calls a webhook, or is asked with long polling where nobody outside
// reaches this server. Either way an update is handled to its end before
// Telegram is told so, and what comes again makes nothing twice: messages are
// found by their tags, events by the update's id. A message that takes several
// calls is sent in order, and a retry goes on after the last call that was
// answered.
package telegram

import (
	"net/http"

	"github.com/bellhop-dev/bellhop/integration"
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
		s.handleMessages(m)
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
	s := &service{apiURL: o.APIURL, http: plain(env.HTTPClient), fetcher: plain(env.Fetcher)}
	if s.apiURL == "" {
		s.apiURL = defaultAPI
	}
	s.files = &media.Server{Secret: s.fileSecret, Open: s.openFile}
	return s
}

// plain is the client without a timeout, for each call has a deadline of its
// own and long polling waits for most of a minute; and without redirects, which
// could take the token elsewhere.
func plain(c *http.Client) *http.Client {
	own := *c
	own.Timeout = 0
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}
