// Package api is the platform's operations: one method of Service for each
// row of platform's operation table, over a store and a catalog. It knows
// callers and what they may see; it knows neither HTTP nor how a bot or an
// integration is reached. The operations on users, conversations, messages,
// events, states and actions are in files named after them, those of the
// administrator in admin_*.go.
package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/bellhop-dev/bellhop/internal/blob"
	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// Dispatcher is told after the commit. It must not block.
type Dispatcher interface {
	// Notify tells of a delivery.
	Notify(d store.Delivery)
	// Changed reports that bodies of unfinished deliveries in a lane were replaced.
	Changed(lane string)
	// Wake tells, after store.Tx.Hasten, that targets of a kind have other code
	// or another configuration.
	Wake(kind string, ids ...string)
}

// Actions calls actions of integrations and bots and waits for the answer.
type Actions interface {
	CallAction(ctx context.Context, call ActionCall) (*platform.ActionAnswer, error)
}

// Creator asks an installation's code to make a user or a conversation in the
// external system, with wire.OpCreateUser or wire.OpCreateConversation. The id
// is of what the code made on the platform; empty means that it left that to
// the platform.
type Creator interface {
	Create(ctx context.Context, in *catalog.Installation, operation string, body []byte) (id string, err error)
}

// ActionCall is a call of an action that is declared, with an input that fits
// its schema.
type ActionCall struct {
	Bot          *catalog.Bot
	Installation *catalog.Installation // nil: the action is the bot's own
	Type         string                // without the alias
	Input        json.RawMessage
	// ID is the same for each repeat of the call under its idempotency key; ""
	// for a call without one.
	ID string
}

// Installer changes installations and tells their code: it validates,
// registers, unregisters and invalidates the catalog.
type Installer interface {
	// PutInstallation installs or changes; how register went is in the status.
	PutInstallation(ctx context.Context, in *platform.PutInstallationInput) (*catalog.Installation, error)
	// ChangeInstallations puts and, where the change is nil, removes several
	// installations by their aliases, together with what apply writes: all or
	// nothing.
	ChangeInstallations(ctx context.Context, botID string, changes map[string]*platform.PutInstallationInput, apply func() error) error
	// Recheck compares the configurations of an integration's installations with
	// its definition, which has changed.
	Recheck(ctx context.Context, integrationID string) error
	// DeleteInstallation unregisters and removes; with force also when
	// unregister fails. store.ErrNotFound when there is no such alias.
	DeleteInstallation(ctx context.Context, botID, alias string, force bool) error
	// UnregisterBot tells the code of a bot that is about to be deleted, and
	// waits for its answer, whatever that is.
	UnregisterBot(ctx context.Context, b *catalog.Bot)
	// ConfigureIntegration does what the installation's code asks about itself.
	ConfigureIntegration(ctx context.Context, in *catalog.Installation, input *platform.ConfigureIntegrationInput) error
}

// Config is what a Service works with. Store, Catalog, Dispatcher, Actions,
// Creator, Installer, Leases, Keys, People and Blobs are required.
type Config struct {
	Store      store.Store
	Catalog    *catalog.Catalog
	Dispatcher Dispatcher
	Actions    Actions
	Creator    Creator
	Installer  Installer
	Leases     Leases
	Keys       Keys
	People     People
	Logger     *slog.Logger     // nil discards
	Now        func() time.Time // nil is time.Now; it decides when scheduled things are due

	// LinkedBot returns what the Go bot of a name declares; nil means that none
	// is linked.
	LinkedBot func(name string) (definition json.RawMessage, ok bool)

	// RunsCode returns why uploaded code cannot run here, or nil when it can. It
	// may be nil: then none can.
	RunsCode func() error
	// CodeChanged is told after the commit that the code or the secrets of an
	// integration or a bot are others, or gone. It may be nil.
	CodeChanged func(owner string)

	// PublicURL is where the server is reached from outside, without a slash
	// at the end; webhook URLs begin with it.
	PublicURL string
	// Blobs keeps the contents of files. A file has at most FileSize bytes, those
	// of a bot together at most FileStorage.
	Blobs       *blob.Store
	FileSize    int64
	FileStorage int64
	// Version is the server's, as getServer tells it; StoreKind is sqlite or
	// postgres.
	Version   string
	StoreKind string
	// WorkspaceID is of the one workspace of the server.
	WorkspaceID string
}

// Service does the operations. It is safe for concurrent use.
type Service struct {
	Config
	ids    platform.IDs
	routes map[string]route
	bounds *bounds
	tokens tokens
	files  signerCache
	lent   lent
	fits   fits
	scans  scans
	calls  calls
	kicked chan struct{}
	nextAt atomic.Int64 // Unix milliseconds at which Run wakes; 0 is never
}

// New returns a Service; Run must run for what is scheduled to happen.
func New(cfg Config) *Service {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Service{Config: cfg, kicked: make(chan struct{}, 1)}
	s.calls.init()
	s.routes = s.table()
	s.bounds = newBounds(platform.Operations())
	return s
}
