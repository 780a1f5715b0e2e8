package chat

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// retryBusy is when a client that was turned away may come again.
const retryBusy = 5 * time.Second

// service is one handler's state: who listens, and the installations' secrets.
type service struct {
	env  integration.Env
	log  *slog.Logger
	hub  *hub
	now  func() time.Time
	beat time.Duration // between keep-alive signals

	mu   sync.Mutex
	keys map[string]string // by bot and webhook
}

func newService(env integration.Env) *service {
	s := &service{env: env, log: env.Logger, hub: newHub(), now: time.Now, beat: beatInterval, keys: map[string]string{}}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s
}

// register rejects a configuration that cannot work.
func (s *service) register(_ context.Context, call *integration.Call) error {
	c, err := integration.Config[Configuration](call)
	if err != nil {
		return err
	}
	return c.check()
}

// session is one request of a user's client.
type session struct {
	*service
	client        *platform.Client
	botUserID     string
	integrationID string
	installation  string // key of service.keys
	config        Configuration
}

func (s *service) session(client *platform.Client, botUserID, integrationID, botID, webhookID string, config []byte) (*session, error) {
	var c Configuration
	if len(config) > 0 {
		if err := json.Unmarshal(config, &c); err != nil {
			return nil, integration.RuntimeError("the configuration does not fit")
		}
	}
	if err := checkSecret(c.EncryptionKey); err != nil {
		return nil, err
	}
	if botUserID == "" {
		botUserID = botID
	}
	return &session{
		service: s, client: client, botUserID: botUserID, integrationID: integrationID,
		installation: botID + " " + webhookID, config: c,
	}, nil
}

// sessionOf makes a session of a request that did not pass the Mux.
func (s *service) sessionOf(req *wire.Request) (*session, error) {
	client := platform.NewClient(s.env.Transport, platform.Caller{
		Token: s.env.Token, BotID: req.BotID, IntegrationID: req.IntegrationID, IntegrationAlias: req.IntegrationAlias,
		TraceParent: req.TraceParent, TraceState: req.TraceState,
	})
	return s.session(client, req.BotUserID, req.IntegrationID, req.BotID, req.WebhookID, req.Configuration)
}

// secret returns what user keys are signed with: the configured key, else the
// installation's own, which is made when it is first needed.
func (s *session) secret(ctx context.Context) (string, error) {
	if s.config.EncryptionKey != "" {
		return s.config.EncryptionKey, nil
	}
	s.mu.Lock()
	key := s.keys[s.installation]
	s.mu.Unlock()
	if key != "" {
		return key, nil
	}
	ref := &platform.StateRef[authState]{Client: s.client, Type: platform.StateIntegration, ID: s.integrationID, Name: stateAuth}
	state, err := ref.GetOrSet(ctx, authState{Key: rand.Text() + rand.Text()})
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	s.keys[s.installation] = state.Key
	s.mu.Unlock()
	return state.Key, nil
}

// authenticate returns the (foreign) id in a user key.
func (s *session) authenticate(ctx context.Context, key string) (string, error) {
	if key == "" {
		return "", platform.Errorf(platform.TypeUnauthorized, "the header x-user-key is missing")
	}
	secret, err := s.secret(ctx)
	if err != nil {
		return "", err
	}
	return verifyKey(secret, key, s.now())
}
