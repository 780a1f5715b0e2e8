package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/internal/probe"
	"github.com/bellhop-dev/bellhop/internal/server"
	"github.com/bellhop-dev/bellhop/platform"
)

// place is where the probe's code runs.
type place interface {
	// link completes the options of the server.
	link(*server.Options)
	// deploy gives the probe's code to the server that runs. What it starts goes
	// into the group and ends with ctx.
	deploy(ctx context.Context, srv *server.Server, group *errgroup.Group) (*deployed, error)
}

// deployed is the probe's code in its place.
type deployed struct {
	bot *platform.CreateBotInput // to be made
	// cold measures a cold start by the probe's webhook; nil when there is none.
	cold func(ctx context.Context, webhook string) (time.Duration, error)
}

// inProcess is in the server.
type inProcess struct{}

func (inProcess) link(o *server.Options) {
	o.Integrations = []integration.Integration{probe.Integration()}
	o.Bots = map[string]bot.Bot{probe.Name: probe.Bot(false)}
}

func (inProcess) deploy(context.Context, *server.Server, *errgroup.Group) (*deployed, error) {
	return &deployed{bot: &platform.CreateBotInput{Name: probe.Name, Builtin: probe.Name}}, nil
}

// remote is behind loopback HTTP.
type remote struct{}

func (remote) link(*server.Options) {}

// deploy serves the probe's integration and bot on loopback ports, and tells
// the server of them.
func (remote) deploy(ctx context.Context, srv *server.Server, group *errgroup.Group) (*deployed, error) {
	token, err := srv.AccountToken(ctx, "", "bench")
	if err != nil {
		return nil, err
	}
	inListener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	botListener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, inListener.Close())
	}
	in := probe.Integration()
	group.Go(func() error {
		return integration.Serve(ctx, in, integration.ServeConfig{Listener: inListener, APIURL: srv.URL(), Token: token})
	})
	group.Go(func() error {
		return bot.Serve(ctx, probe.Bot(false), bot.ServeConfig{Listener: botListener, APIURL: srv.URL(), Token: token})
	})
	def, err := in.Definition.Wire()
	if err != nil {
		return nil, err
	}
	def.URL = "http://" + inListener.Addr().String()
	_, err = srv.Client().CreateIntegration(ctx, &platform.CreateIntegrationInput{IntegrationUpload: platform.IntegrationUpload{IntegrationDefinition: def}})
	return &deployed{bot: &platform.CreateBotInput{Name: probe.Name, URL: "http://" + botListener.Addr().String()}}, err
}

// openServer opens a whole server with the probe installed.
func openServer(at place, cfg Config) opener {
	return func(ctx context.Context, dir, sink string, _ func(error)) (*running, error) {
		settings := config.Default()
		settings.Listen, settings.Data, settings.AllowPrivate = "127.0.0.1:0", dir, true
		if cfg.Database != "" {
			settings.Database = cfg.Database
		}
		if cfg.Node != "" {
			settings.Node = cfg.Node
		}
		options := server.Options{Config: settings, Version: "bench"}
		at.link(&options)
		srv, err := server.Open(ctx, options)
		if err != nil {
			return nil, err
		}
		alive, stop := context.WithCancel(ctx)
		var group errgroup.Group
		group.Go(func() error { return srv.Run(alive) })
		on := &running{done: func() error { stop(); return group.Wait() }}
		code, err := at.deploy(alive, srv, &group)
		if err == nil {
			on.webhook, err = install(ctx, srv.Client(), code.bot, sink)
		}
		if err != nil {
			return nil, errors.Join(err, on.done())
		}
		if code.cold != nil {
			on.cold = func(ctx context.Context) (time.Duration, error) { return code.cold(ctx, on.webhook) }
		}
		return on, nil
	}
}

// install makes a bot with the probe and returns the probe's webhook.
func install(ctx context.Context, client *platform.Client, create *platform.CreateBotInput, sink string) (string, error) {
	made, err := client.CreateBot(ctx, create)
	if err != nil {
		return "", err
	}
	configuration, err := json.Marshal(probe.Configuration{Sink: sink})
	if err != nil {
		return "", err
	}
	put, err := client.PutInstallation(ctx, &platform.PutInstallationInput{
		BotID: made.Bot.ID, Alias: probe.Name, Integration: probe.Name + "@1.0.0", Configuration: configuration,
	})
	if err != nil {
		return "", err
	}
	if put.Installation.Status != platform.Registered {
		return "", fmt.Errorf("the probe is %s: %s", put.Installation.Status, put.Installation.StatusReason)
	}
	return put.Installation.WebhookURL, nil
}
