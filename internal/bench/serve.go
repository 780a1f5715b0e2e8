package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/internal/probe"
	"github.com/bellhop-dev/bellhop/internal/server"
	"github.com/bellhop-dev/bellhop/platform"
)

// openServer opens a whole server with the probe installed, in process or
// served over loopback HTTP.
func openServer(remote bool, database string) opener {
	return func(ctx context.Context, dir, sink string, _ func(error)) (string, func() error, error) {
		cfg := config.Default()
		cfg.Listen, cfg.Data, cfg.AllowPrivate = "127.0.0.1:0", dir, true
		if database != "" {
			cfg.Database = database
		}
		options := server.Options{Config: cfg, Version: "bench"}
		if !remote {
			options.Integrations = []integration.Integration{probe.Integration()}
			options.Bots = map[string]bot.Bot{probe.Name: probe.Bot(false)}
		}
		srv, err := server.Open(ctx, options)
		if err != nil {
			return "", nil, err
		}
		running, stop := context.WithCancel(ctx)
		ended := make(chan error, 3)
		go func() { ended <- srv.Run(running) }()
		parts := 1
		done := func() error {
			stop()
			var errs []error
			for range parts {
				errs = append(errs, <-ended)
			}
			return errors.Join(errs...)
		}
		create := &platform.CreateBotInput{Name: probe.Name, Builtin: probe.Name}
		if remote {
			create.Builtin = ""
			parts = 3
			if create.URL, err = serveRemote(running, srv, ended); err != nil {
				return "", done, err
			}
		}
		webhook, err := install(ctx, srv.Client(), create, sink)
		return webhook, done, err
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

// serveRemote serves the probe's integration and bot on loopback ports, tells
// the server of the integration and returns the bot's address.
func serveRemote(ctx context.Context, srv *server.Server, ended chan<- error) (botURL string, err error) {
	token, err := srv.AccountToken(ctx, "", "bench")
	if err != nil {
		return "", err
	}
	inListener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	botListener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	in := probe.Integration()
	go func() {
		ended <- integration.Serve(ctx, in, integration.ServeConfig{Listener: inListener, APIURL: srv.URL(), Token: token})
	}()
	go func() {
		ended <- bot.Serve(ctx, probe.Bot(false), bot.ServeConfig{Listener: botListener, APIURL: srv.URL(), Token: token})
	}()
	def, err := in.Definition.Wire()
	if err != nil {
		return "", err
	}
	def.URL = "http://" + inListener.Addr().String()
	_, err = srv.Client().CreateIntegration(ctx, &platform.CreateIntegrationInput{IntegrationUpload: platform.IntegrationUpload{IntegrationDefinition: def}})
	return "http://" + botListener.Addr().String(), err
}
