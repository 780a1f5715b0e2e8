// Package slack is the integration with Slack: a bot talks in channels, in
// direct messages and in threads of one workspace.
//
// What Slack tells comes over webhooks or, where nobody can call this server,
// over Socket Mode; both go through the same code. It is kept first and
// answered then, so that Slack's three seconds do not depend on the bot, and
// whatever Slack tells again makes nothing twice: messages go by their channel
// and time, events by Slack's id of them.
//
// A message that takes several calls is sent in order. Each call carries a
// mark, by which a retry finds what is in Slack already although its answer
// was lost.
package slack

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/integration/media"
	"github.com/bellhop-dev/bellhop/wire"
)

// Options are for tests and proxies; the zero value talks to Slack.
type Options struct {
	// URL stands for https://slack.com. Tokens are sent there.
	URL string
	// Pause is between the parts of a message; 0 means a second, which is what
	// Slack asks for in one channel.
	Pause time.Duration
}

const defaultURL = "https://slack.com"

// maxWebhook is far over the size of an event or of a filled modal.
const maxWebhook = 4 << 20

// New returns the integration.
func New() integration.Integration { return NewWith(Options{}) }

// NewWith returns the integration with options.
func NewWith(o Options) integration.Integration {
	return integration.Integration{Definition: definition(), MaxWebhook: maxWebhook, New: func(env integration.Env) (wire.Handler, error) {
		m := integration.NewMux(definition(), env)
		s, err := newService(m.Env(), o)
		if err != nil {
			return nil, err
		}
		m.OnRegister(s.register)
		m.OnUnregister(s.unregister)
		m.OnWebhook(s.webhook)
		m.OnListen(s.listen)
		m.OnCreateUser(s.createUser)
		m.OnCreateConversation(s.createConversation)
		messages := s.messages()
		for _, channel := range []string{channelChannel, channelDM, channelThread} {
			messages.Handle(m, channel)
		}
		s.handleActions(m)
		h, err := m.Handler()
		if err != nil {
			return nil, err
		}
		return media.Streaming(h), nil
	}}
}

// service is the code of all installations in one place. What it keeps in
// memory only saves calls.
type service struct {
	http  *http.Client // follows no redirects
	base  *url.URL
	pause time.Duration
	locks chatkit.Locks
	gates gates
	files *media.Server

	fetcher *http.Client // for addresses that bots give
}

func newService(env integration.Env, o Options) (*service, error) {
	address := o.URL
	if address == "" {
		address = defaultURL
	}
	base, err := url.Parse(address)
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return nil, errors.New("the address of Slack is not an HTTP address")
	}
	pause := o.Pause
	if pause == 0 {
		pause = time.Second
	}
	s := &service{http: chatkit.HTTPClient(env.HTTPClient), base: base, pause: pause, fetcher: env.Fetcher}
	s.files = s.newMedia()
	return s, nil
}
