// Package whatsapp is the integration with WhatsApp by Meta's Cloud API: a
// phone number of a business talks with people.
//
// One installation serves all numbers of a Meta app. A conversation is one
// person with one of the numbers. A message that Meta wants in several parts
// is sent in order, and a retry goes on after the last part that is known to
// be sent: from the answer of the call, else from the status that Meta posts
// with our mark on it.
package whatsapp

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/integration/media"
	"github.com/bellhop-dev/bellhop/wire"
)

// Options are for tests and proxies; the zero value talks to Meta.
type Options struct {
	// APIURL stands for https://graph.facebook.com. The access token is sent
	// there.
	APIURL string
	// Pause is between the parts of a message; 0 means half a second.
	Pause time.Duration
}

// maxWebhook is over the 3 MB that Meta says a notification has at most.
const maxWebhook = 4 << 20

// New returns the integration.
func New() integration.Integration { return NewWith(Options{}) }

// NewWith returns the integration with options.
func NewWith(o Options) integration.Integration {
	return integration.Integration{Definition: definition(), MaxWebhook: maxWebhook, New: func(env integration.Env) (wire.Handler, error) {
		s, err := newService(env, o)
		if err != nil {
			return nil, err
		}
		m := integration.NewMux(definition(), env)
		m.OnRegister(s.register)
		m.OnWebhook(s.webhook)
		s.messages().Handle(m, channelName)
		s.handleActions(m)
		h, err := m.Handler()
		if err != nil {
			return nil, err
		}
		return media.Streaming(h), nil
	}}
}

// service is the code of all installations in one place. It keeps nothing
// but the locks.
type service struct {
	http  *http.Client
	base  *url.URL
	pause time.Duration
	locks chatkit.Locks
	// secrets are of the app that accounts are connected to in a browser.
	secrets map[string]string
	files   *media.Server
}

func newService(env integration.Env, o Options) (*service, error) {
	address := o.APIURL
	if address == "" {
		address = defaultAPI
	}
	base, err := url.Parse(address)
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return nil, fmt.Errorf("the address of the WhatsApp API is not an HTTP address")
	}
	pause := o.Pause
	if pause == 0 {
		pause = 500 * time.Millisecond
	}
	client := env.HTTPClient
	if client == nil {
		client = &http.Client{Timeout: apiTimeout}
	}
	s := &service{http: chatkit.HTTPClient(client), base: base, pause: pause, secrets: env.Secrets}
	s.files = s.newMedia()
	return s, nil
}

func (s *service) client(c *settings) *client { return newClient(s.http, s.base, c.token) }
