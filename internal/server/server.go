// Package server ties a Bellhop server together and runs it: the store, the
// catalog, the operations, the runtime, deliveries and what is served over
// HTTP. It is the only package that sees all of them; what they need of each
// other they declare as small interfaces, which are connected here.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/internal/admission"
	"github.com/bellhop-dev/bellhop/internal/alert"
	"github.com/bellhop-dev/bellhop/internal/api"
	"github.com/bellhop-dev/bellhop/internal/audit"
	"github.com/bellhop-dev/bellhop/internal/blob"
	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/internal/delivery"
	"github.com/bellhop-dev/bellhop/internal/dialguard"
	"github.com/bellhop-dev/bellhop/internal/people"
	"github.com/bellhop-dev/bellhop/internal/runtime"
	"github.com/bellhop-dev/bellhop/internal/runtime/node"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/tunnel"
	"github.com/bellhop-dev/bellhop/platform"
)

// Options are what a server is made of, beside its configuration.
type Options struct {
	Config       config.Config
	Logger       *slog.Logger // nil discards
	Integrations []integration.Integration
	Bots         map[string]bot.Bot
	// Secrets returns the value of a secret of a linked integration or bot by
	// their name; nil means none.
	Secrets func(code, name string) string
	// Pages are served next to the API, by the prefix of their paths; each is
	// built with what answers the webhooks.
	Pages   map[string]func(webhooks http.Handler) http.Handler
	Version string

	listen func() (net.Listener, error) // in place of Config.Listen; nil listens there
}

// Server is a server that is open: it listens, but answers only in Run.
type Server struct {
	cfg        config.Config
	logger     *slog.Logger
	version    string
	store      store.Store // seals
	database   store.Store // the engine's
	kind       string      // of the database
	owner      owner
	health     *health
	catalog    *catalog.Catalog
	service    *api.Service
	runtime    *runtime.Runtime
	dispatcher *delivery.Dispatcher
	tunnels    *tunnel.Hub
	code       *node.Supervisor
	codeLog    *codeLog
	people     *people.Keeper
	upkeep     upkeep // nil for an engine that sees to its own files
	watcher    *alert.Watcher
	listener   net.Listener
	proxies    admission.Proxies
	http       *http.Server
}

// Open opens the database and the listening socket and prepares everything
// else. Faults of the configuration and of linked definitions are errors here.
func Open(ctx context.Context, o Options) (*Server, error) {
	if err := o.Config.Check(); err != nil {
		return nil, err
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s, err := open(ctx, o)
	return s, advise(&o.Config, err)
}

func open(ctx context.Context, o Options) (*Server, error) {
	if err := prepareFolder(&o.Config); err != nil {
		return nil, err
	}
	db, err := openStore(ctx, &o.Config, o.Logger)
	if err != nil {
		return nil, err
	}
	if err := checkNew(ctx, &o.Config, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	sealed, keys, err := seal(ctx, &o.Config, db)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := checkFiles(ctx, &o.Config, db, o.Logger); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	s, err := assemble(ctx, o, db, sealed, keys)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	s.upkeep, _ = db.Store.(upkeep)
	return s, nil
}

func assemble(ctx context.Context, o Options, opened *database, db store.Store, keys *keyring) (*Server, error) {
	proxies, err := admission.ParseProxies(o.Config.TrustedProxies)
	if err != nil {
		return nil, err // not reached: the configuration was checked
	}
	listener, err := o.listener()
	if err != nil {
		return nil, err
	}
	ids := &platform.IDs{}
	s := &Server{
		cfg: o.Config, logger: o.Logger, version: o.Version, listener: listener, proxies: proxies,
		kind: opened.kind, owner: opened.owner, database: opened.Store,
	}
	s.health = &health{s: s}
	db = audit.Store{Store: db, NewID: func(tx *store.Tx) string { return ids.New(platform.PrefixAudit, tx.Now()) }}
	s.store = db
	s.catalog = catalog.New(db, o.Logger)
	s.catalog.DefaultTurnLimit(o.Config.DeliveryTimeout)
	s.tunnels = tunnel.New(tunnel.Config{Admit: s.admitTunnel, Registered: s.inDevelopment, Opened: s.tunnelOpened, Own: s.own, Logger: o.Logger})
	blobs, err := blob.Open(filepath.Join(o.Config.Data, filesFolder))
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	s.codeLog = newCodeLog(db, o.Logger)
	if s.code, err = s.newCode(); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	local := &lateTransport{}
	s.runtime, err = runtime.New(runtime.Config{
		Store: db, Catalog: s.catalog, Logger: o.Logger,
		Integrations: o.Integrations, Bots: o.Bots, Transport: local, Secrets: o.Secrets,
		Code:       s.code.Handler,
		WebhookURL: func(id string) string { return s.service.WebhookURL(id) },
		FindIntegration: func(ctx context.Context, name, version string) (*store.Integration, error) {
			return s.service.IntegrationByName(ctx, name, version)
		},
		AllowPrivate: o.Config.AllowPrivate, Tunnel: s.tunnels.Transport, TunnelOpen: s.tunnels.Connected,
		Mended: func(id string) { s.dispatcher.Wake(store.TargetInstallation, id) },
		Discarded: func(freed []store.Delivery) {
			for _, d := range freed {
				s.dispatcher.Notify(d)
			}
		},
	})
	if err != nil {
		return nil, errors.Join(err, listener.Close(), s.closeCode(ctx))
	}
	attempts := deliverer{s.runtime, s.owner, &alert.Sender{Store: db, Client: dialguard.Client(o.Config.AllowPrivate)}}
	s.dispatcher = delivery.New(delivery.Config{
		Store: db, Deliverer: attempts, Logger: o.Logger, Hold: s.runtime.Hold, Pause: attempts.pause,
		Limit: s.runtime.TurnLimit, Concurrency: s.runtime.Concurrency,
		Workers: o.Config.DeliveryWorkers, Schedule: s.schedule,
		Grace: o.Config.ShutdownGrace,
	})
	s.people = people.New(people.Config{
		Store: db, Logger: o.Logger, Scrub: s.scrub,
		FlushLogs: s.codeLog.flush,
		Notify:    func(d store.Delivery) { s.dispatcher.Notify(d) },
		DropBytes: func(ctx context.Context, hash string) { s.service.DropBytes(ctx, hash) },
	})
	s.service = api.New(api.Config{
		Store: db, Catalog: s.catalog, Dispatcher: s.dispatcher, Actions: actions{s.runtime}, Creator: s.runtime, Installer: s.runtime,
		Leases: leases{s.dispatcher}, Keys: keys, People: s.people, LinkedBot: s.runtime.LinkedBot,
		RunsCode: s.code.Check, CodeChanged: s.code.Changed,
		Logger: o.Logger, PublicURL: s.URL(), Version: o.Version, StoreKind: s.kind, WorkspaceID: Workspace,
		Blobs: blobs, FileSize: o.Config.FileSize, FileStorage: o.Config.FileStorage,
	})
	s.watcher = alert.New(alert.Config{
		Store: db, Catalog: s.catalog, Dispatcher: s.dispatcher, Speaker: s.service, Logger: o.Logger, IDs: &platform.IDs{},
		Window: o.Config.AlertWindow,
	})
	local.next = s.service.Transport(s.service.Trust)
	if err := s.runtime.SyncBuiltins(ctx, Workspace); err != nil {
		return nil, errors.Join(err, listener.Close(), s.closeCode(ctx))
	}
	s.http = &http.Server{
		Handler:           admission.Guard(s.proxies.Resolve(s.routes(o.Pages))),
		ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(o.Logger.Handler(), slog.LevelDebug),
	}
	return s, nil
}

// Workspace is the id of the one workspace that a server has by itself.
const Workspace = "wkspace_00000000000000000000000000"

// URL is the public address, without a slash at the end.
func (s *Server) URL() string {
	if s.cfg.PublicURL != "" {
		return strings.TrimRight(s.cfg.PublicURL, "/")
	}
	return s.LocalURL()
}

// LocalURL is the address on this machine.
func (s *Server) LocalURL() string {
	host, port, err := net.SplitHostPort(s.listener.Addr().String())
	if err != nil {
		return "http://" + s.listener.Addr().String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// Client returns a client that acts as the account, in process.
func (s *Server) Client() *platform.Client {
	return platform.NewClient(s.service.Transport(s.service.Trust), platform.Caller{WorkspaceID: Workspace})
}

// AccountToken returns known when it is a valid account token, or else makes
// a new one.
func (s *Server) AccountToken(ctx context.Context, known, note string) (string, error) {
	if id, err := s.service.Authenticate(ctx, platform.Caller{Token: known}); err == nil && id != nil && id.Scope == platform.ScopeAccount {
		return known, nil
	}
	out, err := s.Client().CreateToken(ctx, &platform.CreateTokenInput{Kind: platform.TokenAccount, Note: note})
	if err != nil {
		return "", fmt.Errorf("make an account token: %w", err)
	}
	return out.Value, nil
}

// Run serves until ctx is done, then stops: no new requests, running ones and
// attempts of deliveries may take Config.ShutdownGrace, and the database is
// closed. It is called once.
func (s *Server) Run(ctx context.Context) error {
	began := time.Now()
	s.started(ctx)
	err := s.run(ctx)
	s.stopped(ctx, began, err)
	return err
}

func (s *Server) run(ctx context.Context) error {
	group, running := errgroup.WithContext(ctx)
	group.Go(func() error { return s.watchOwner(running) })
	group.Go(func() error { return s.dispatcher.Run(running) })
	group.Go(func() error { return s.service.Run(running) })
	group.Go(func() error { return s.runtime.Run(running) })
	group.Go(func() error { return s.watcher.Run(running) })
	group.Go(func() error { return s.tunnels.Run(running) })
	group.Go(func() error { return s.people.Run(running) })
	group.Go(func() error { return s.prune(running) })
	group.Go(func() error { return s.codeLog.run(running) })
	group.Go(func() error {
		if err := s.http.Serve(admission.NewListener(s.listener, s.proxies, s.cfg.Connections, s.cfg.ConnectionsPerAddress)); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	})
	group.Go(func() error {
		<-running.Done()
		s.logger.Info("server stopping", "reason", reasonOf(ctx))
		within := s.cfg.ShutdownGrace
		if errors.Is(context.Cause(running), ErrTaken) {
			within = min(within, takenGrace) // what still runs can write nothing
		}
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), within)
		defer cancel()
		err := s.http.Shutdown(grace)
		s.service.Settle(grace)
		if err != nil {
			return s.http.Close() // streams that do not end by themselves
		}
		return nil
	})
	err := group.Wait()
	return errors.Join(err, s.closeCode(context.WithoutCancel(ctx)), s.store.Close())
}

// Close gives up a server that was opened and not run.
func (s *Server) Close() error {
	return errors.Join(s.listener.Close(), s.closeCode(context.Background()), s.store.Close())
}
