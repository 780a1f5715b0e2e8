package crash

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/internal/probe"
	"github.com/bellhop-dev/bellhop/internal/server"
	"github.com/bellhop-dev/bellhop/platform"
)

// The test runs itself again as the server that is killed.
const (
	envDir  = "BELLHOP_CRASH_DIR"
	envSink = "BELLHOP_CRASH_SINK"
	envURL  = "BELLHOP_CRASH_DATABASE"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(envDir); dir != "" {
		if err := serveUntilKilled(dir, os.Getenv(envSink)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	code := m.Run()
	cluster.Stop()
	os.Exit(code)
}

// serveUntilKilled runs a server with the probe and prints the webhook's
// address in one line.
func serveUntilKilled(dir, sink string) error {
	ctx := context.Background()
	cfg := config.Default()
	cfg.Listen, cfg.Data, cfg.Database = "127.0.0.1:0", dir, os.Getenv(envURL)
	srv, err := server.Open(ctx, server.Options{
		Config: cfg, Version: "crash test",
		Integrations: []integration.Integration{probe.Integration()},
		Bots:         map[string]bot.Bot{probe.Name: probe.Bot(true)},
	})
	if err != nil {
		return err
	}
	webhook, err := installOnce(ctx, srv.Client(), sink)
	if err != nil {
		return errors.Join(err, srv.Close())
	}
	fmt.Println(webhook)
	return srv.Run(ctx)
}

func installOnce(ctx context.Context, client *platform.Client, sink string) (string, error) {
	bots, err := client.ListBots(ctx, &platform.ListBotsInput{})
	if err != nil {
		return "", err
	}
	var id string
	if len(bots.Bots) > 0 {
		id = bots.Bots[0].ID
	} else {
		made, err := client.CreateBot(ctx, &platform.CreateBotInput{Name: probe.Name, Builtin: probe.Name})
		if err != nil {
			return "", err
		}
		id = made.Bot.ID
	}
	configuration, err := json.Marshal(probe.Configuration{Sink: sink})
	if err != nil {
		return "", err
	}
	put, err := client.PutInstallation(ctx, &platform.PutInstallationInput{
		BotID: id, Alias: probe.Name, Integration: probe.Name + "@1.0.0", Configuration: configuration,
	})
	if err != nil {
		return "", err
	}
	return put.Installation.WebhookURL, nil
}
