// Package linear is the integration with Linear: a bot talks in the comments
// of issues, acts on issues, and hears of what happens in the workspace.
//
// A conversation is an issue; its comments are the messages. What the bot says
// is one comment each, under an id that is made of the delivery's, so that a
// retry finds the comment that is there already. The same id marks the comment
// as our own when Linear tells of it.
package linear

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/wire"
)

// Options are for tests and proxies; the zero value talks to Linear.
type Options struct {
	// APIURL stands for https://api.linear.app. Credentials are sent there and
	// nowhere else.
	APIURL string
	// AppURL stands for https://linear.app, where people agree.
	AppURL string
	// Patience is how long to wait for another process's refresh of a token;
	// 0 means two seconds.
	Patience time.Duration
}

// maxWebhook is far over the size of an issue with what changed in it.
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
		m.OnUnregister(s.unregister)
		m.OnWebhook(s.webhook)
		messages := s.messages()
		for _, channel := range []string{channelIssue, channelThread} {
			messages.Handle(m, channel)
		}
		s.handleActions(m)
		m.OnCreateConversation(s.createConversation)
		m.OnCreateUser(s.createUser)
		return m.Handler()
	}}
}

// service is the code of all installations in one place. It keeps nothing but
// the locks.
type service struct {
	http     *http.Client
	api, app *url.URL
	secrets  map[string]string
	patience time.Duration
	locks    chatkit.Locks
}

func newService(env integration.Env, o Options) (*service, error) {
	s := &service{secrets: env.Secrets, patience: o.Patience}
	var err error
	if s.api, err = address(o.APIURL, defaultAPI); err != nil {
		return nil, err
	}
	if s.app, err = address(o.AppURL, defaultApp); err != nil {
		return nil, err
	}
	if s.patience == 0 {
		s.patience = 2 * time.Second
	}
	client := env.HTTPClient
	if client == nil {
		client = &http.Client{Timeout: apiTimeout}
	}
	s.http = chatkit.HTTPClient(client)
	return s, nil
}

func address(given, fallback string) (*url.URL, error) {
	if given == "" {
		given = fallback
	}
	u, err := url.Parse(given)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("the address %q of Linear is not an HTTP address", given)
	}
	return u, nil
}
