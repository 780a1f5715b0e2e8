// Package runtime knows where code runs and how to reach it: integrations and
// bots that are linked into the process, and those that are served over HTTP.
// It installs, registers and removes integrations, calls actions, and makes
// the attempts of deliveries.
//
// It does not decide when a delivery is attempted (package delivery) nor who
// may ask for what (package api).
package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/dialguard"
	"github.com/bellhop-dev/bellhop/internal/runtime/node"
	"github.com/bellhop-dev/bellhop/internal/signing"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// Config configures a Runtime. Store, Catalog, WebhookURL and FindIntegration
// are needed.
type Config struct {
	Store   store.Store
	Catalog *catalog.Catalog
	Logger  *slog.Logger  // nil discards
	IDs     *platform.IDs // nil makes them by itself

	// Integrations and Bots are linked into the process. Bots go by name.
	Integrations []integration.Integration
	Bots         map[string]bot.Bot
	// Transport carries the calls of linked code to the platform. It is asked
	// for once, when the code is made.
	Transport platform.Transport
	// Secrets returns the value of a secret of a linked integration or bot by
	// their name; nil means none.
	Secrets func(code, name string) string

	// Code returns the handler of code that was uploaded; nil means that none
	// runs here.
	Code func(ref node.Ref) wire.Handler

	// WebhookURL returns the public address of a webhook.
	WebhookURL func(webhookID string) string

	// FindIntegration finds a version by name; the version may be latest.
	// store.ErrNotFound when there is none.
	FindIntegration func(ctx context.Context, name, version string) (*store.Integration, error)

	// Mended is told that an installation was enabled, configured or registered,
	// after store.Tx.Hasten; nil tells nobody.
	Mended func(installationID string)

	// Discarded is notified of one delivery for each lane in which deliveries to
	// a removed installation were discarded; nil notifies nobody.
	Discarded func(freed []store.Delivery)

	// Tunnel returns what carries calls to code of a workspace that is in
	// development, when its address is a tunnel of this server; nil means that
	// there are none.
	Tunnel func(workspaceID, address string) (carry http.RoundTripper, ok bool)

	// TunnelOpen reports whether such an address is a tunnel of this server, and
	// whether the tunnel is open; nil means that there are none.
	TunnelOpen func(workspaceID, address string) (open, tunnelled bool)

	// AllowPrivate lets remote code live on private, loopback and link-local
	// addresses.
	AllowPrivate bool
	// MaxAnswer is the largest answer of remote code in bytes; 0 means 10 MiB.
	MaxAnswer int64
	// ActionTimeout bounds an action whose definition says nothing; 0 means
	// 60 s. RegisterTimeout bounds register and unregister; 0 means 60 s.
	ActionTimeout   time.Duration
	RegisterTimeout time.Duration
}

// Runtime reaches code. It is safe for concurrent use.
type Runtime struct {
	cfg    Config
	client *http.Client

	mu           sync.Mutex
	integrations map[string]wire.Handler    // by name@version
	maxWebhook   map[string]int64           // of those that have a bound of their own
	bots         map[string]wire.Handler    // by name
	declared     map[string]json.RawMessage // of bots, by name
	installing   map[string]*turn           // by bot id
	kick         chan struct{}
	listen       chan struct{}
}

// New makes the linked code and returns a Runtime. All faults of definitions
// are reported at once.
func New(cfg Config) (*Runtime, error) {
	if cfg.ActionTimeout == 0 {
		cfg.ActionTimeout = time.Minute
	}
	if cfg.RegisterTimeout == 0 {
		cfg.RegisterTimeout = time.Minute
	}
	if cfg.MaxAnswer == 0 {
		cfg.MaxAnswer = 10 << 20
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.IDs == nil {
		cfg.IDs = &platform.IDs{}
	}
	if cfg.Mended == nil {
		cfg.Mended = func(string) {}
	}
	if cfg.Discarded == nil {
		cfg.Discarded = func([]store.Delivery) {}
	}
	r := &Runtime{
		cfg: cfg, client: dialguard.Client(cfg.AllowPrivate),
		integrations: map[string]wire.Handler{}, maxWebhook: map[string]int64{}, bots: map[string]wire.Handler{}, declared: map[string]json.RawMessage{},
		installing: map[string]*turn{}, kick: make(chan struct{}, 1), listen: make(chan struct{}, 1),
	}
	var faults []error
	for _, in := range cfg.Integrations {
		faults = append(faults, r.link(in))
	}
	for _, name := range slices.Sorted(maps.Keys(cfg.Bots)) {
		if err := r.linkBot(name, cfg.Bots[name]); err != nil {
			faults = append(faults, fmt.Errorf("bot %s: %w", name, err))
		}
	}
	return r, errors.Join(faults...)
}

func (r *Runtime) link(in integration.Integration) error {
	ref := in.Definition.Name + "@" + in.Definition.Version
	if _, ok := r.integrations[ref]; ok {
		return fmt.Errorf("integration %s is linked twice", ref)
	}
	h, err := in.New(integration.Env{
		Transport: r.cfg.Transport, Secrets: secretsOf(r, in.Definition.Name, in.Definition.Secrets),
		Logger: r.cfg.Logger.With("integration", in.Definition.Name), Fetcher: r.client,
	})
	if err != nil {
		return fmt.Errorf("integration %s: %w", ref, err)
	}
	r.integrations[ref] = wire.Chain(h, guard(r.cfg.Logger))
	r.maxWebhook[ref] = in.MaxWebhook
	return nil
}

// MaxWebhook is the largest body that an integration takes of a webhook; 0
// where it says nothing.
func (r *Runtime) MaxWebhook(i *catalog.Integration) int64 {
	if !i.Builtin {
		return 0
	}
	return r.maxWebhook[i.Name+"@"+i.Version]
}

func (r *Runtime) linkBot(name string, b bot.Bot) error {
	def, err := b.Definition.Wire()
	if err != nil {
		return err
	}
	if r.declared[name], err = json.Marshal(def); err != nil {
		return err
	}
	h, err := b.New(bot.Env{
		Transport: r.cfg.Transport, Secrets: secretsOf(r, name, b.Definition.Secrets),
		Logger: r.cfg.Logger.With("bot", name), Fetcher: r.client,
	})
	if err != nil {
		return err
	}
	r.bots[name] = wire.Chain(h, guard(r.cfg.Logger))
	return nil
}

// secretsOf returns the values of the secrets that linked code declares.
func secretsOf[D any](r *Runtime, name string, declared map[string]D) map[string]string {
	values := map[string]string{}
	if r.cfg.Secrets == nil {
		return values
	}
	for secret := range declared {
		if v := r.cfg.Secrets(name, secret); v != "" {
			values[secret] = v
		}
	}
	return values
}

// LinkedBot returns what the linked Go bot of a name declares.
func (r *Runtime) LinkedBot(name string) (definition json.RawMessage, ok bool) {
	definition, ok = r.declared[name]
	return definition, ok
}

// errNoCode says that nothing can answer; trying again is no use until
// somebody changes that.
var errNoCode = errors.New("it has no code: upload some, or give the address where its code listens")

// Installation returns the handler of an installation's integration.
func (r *Runtime) Installation(in *catalog.Installation) (wire.Handler, error) {
	i := in.Integration
	if i.Builtin {
		h := r.integrations[i.Name+"@"+i.Version]
		if h == nil {
			return nil, fmt.Errorf("integration %s@%s is not linked into this server", i.Name, i.Version)
		}
		return h, nil
	}
	if i.URL == "" && i.Deployment != "" && r.cfg.Code != nil {
		return r.cfg.Code(node.Ref{Owner: i.ID, Deployment: i.Deployment, Integration: true, WorkspaceID: i.WorkspaceID}), nil
	}
	if i.URL == "" {
		return nil, fmt.Errorf("integration %s@%s: %w", i.Name, i.Version, errNoCode)
	}
	return r.remote(place{i.URL, i.WorkspaceID, i.Dev}, i.SigningSecret), nil
}

// Bot returns the handler of a bot.
func (r *Runtime) Bot(b *catalog.Bot) (wire.Handler, error) {
	switch {
	case b.Builtin != "":
		h := r.bots[b.Builtin]
		if h == nil {
			return nil, fmt.Errorf("bot %s: the Go bot %q is not linked into this server", b.ID, b.Builtin)
		}
		return h, nil
	case b.URL == "" && b.Deployment != "" && r.cfg.Code != nil:
		return r.cfg.Code(node.Ref{Owner: b.ID, Deployment: b.Deployment, WorkspaceID: b.WorkspaceID}), nil
	case b.URL == "":
		return nil, fmt.Errorf("bot %s: %w", b.ID, errNoCode)
	}
	return r.remote(place{b.URL, b.WorkspaceID, b.Dev}, b.SigningSecret), nil
}

// place is where code is served, and whose it is.
type place struct {
	url, workspaceID string
	dev              bool
}

func (r *Runtime) remote(at place, secret string) wire.Handler {
	client := r.client
	if at.dev && r.cfg.Tunnel != nil {
		if carry, ok := r.cfg.Tunnel(at.workspaceID, at.url); ok {
			client = &http.Client{Transport: carry}
		}
	}
	return &wire.Remote{URL: at.url, Secret: signing.Secrets(secret, time.Now()), Client: client, MaxBody: r.cfg.MaxAnswer}
}

// Request returns a request to an installation without a body.
func (r *Runtime) Request(in *catalog.Installation, operation, typ string) *wire.Request {
	return &wire.Request{
		Operation: operation, Type: typ,
		BotID: in.BotID, BotUserID: in.BotID,
		IntegrationID: in.IntegrationID, IntegrationAlias: in.Alias,
		WebhookID: in.WebhookID, WebhookURL: r.cfg.WebhookURL(in.WebhookID),
		ConfigurationType: in.ConfigurationType, Configuration: in.Configuration,
	}
}

// botRequest returns a request to a bot without a body. The configuration is
// wrapped as the official SDK expects it.
func botRequest(b *catalog.Bot, operation, typ string) *wire.Request {
	return &wire.Request{Operation: operation, Type: typ, BotID: b.ID, Configuration: wrapped(b.Configuration)}
}

func wrapped(data json.RawMessage) json.RawMessage {
	if len(data) == 0 || string(data) == "{}" {
		return data
	}
	text, err := json.Marshal(struct {
		Payload string `json:"payload"`
	}{string(data)})
	if err != nil { // a text always encodes
		return data
	}
	return text
}

// SyncBuiltins writes the definitions of linked integrations to the store, so
// that they can be installed, and of linked bots to the bots that they answer
// for.
func (r *Runtime) SyncBuiltins(ctx context.Context, workspaceID string) error {
	for _, in := range r.cfg.Integrations {
		if err := r.syncIntegration(ctx, workspaceID, in); err != nil {
			return fmt.Errorf("integration %s: %w", in.Definition.Name, err)
		}
	}
	defer r.cfg.Catalog.Invalidate()
	return r.syncBots(ctx)
}

func (r *Runtime) syncIntegration(ctx context.Context, workspaceID string, in integration.Integration) error {
	def, err := in.Definition.Wire()
	if err != nil {
		return err
	}
	raw, err := json.Marshal(def)
	if err != nil {
		return err
	}
	return r.cfg.Store.Update(ctx, func(tx *store.Tx) error {
		row, err := tx.IntegrationByName(ctx, def.Name, def.Version)
		switch {
		case errors.Is(err, store.ErrNotFound):
			row = &store.Integration{ID: r.cfg.IDs.New(platform.PrefixIntegration, tx.Now()), WorkspaceID: workspaceID, Name: def.Name, Version: def.Version}
		case err != nil:
			return err
		case row.Builtin && string(row.Definition) == string(raw):
			return nil
		}
		row.Builtin, row.URL, row.Definition = true, "", raw
		return tx.PutIntegration(ctx, row)
	})
}

func (r *Runtime) syncBots(ctx context.Context) error {
	return r.cfg.Store.Update(ctx, func(tx *store.Tx) error {
		for page := (store.Page{Limit: 100}); ; {
			bots, next, err := tx.Bots(ctx, store.BotFilter{}, page)
			if err != nil {
				return err
			}
			for _, b := range bots {
				def, ok := r.declared[b.Builtin]
				if !ok || string(b.Definition) == string(def) {
					continue
				}
				b.Definition = def
				if err := tx.UpdateBot(ctx, b); err != nil {
					return err
				}
			}
			if next == "" {
				return nil
			}
			page.After = next
		}
	})
}

// maxReason is how many characters are kept of why something failed.
const maxReason = 500

// clean keeps an answer's text readable in one line.
func clean(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > maxReason {
		s = string(r[:maxReason-1]) + "…"
	}
	return s
}
