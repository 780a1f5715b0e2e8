package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/internal/probe"
	"github.com/bellhop-dev/bellhop/internal/server"
	"github.com/bellhop-dev/bellhop/internal/vault"
	"github.com/bellhop-dev/bellhop/platform"
)

// during runs a server over a data folder while do runs.
func during(t *testing.T, data string, change func(*config.Config), do func(*platform.Client)) error {
	t.Helper()
	cfg := config.Default()
	cfg.Listen, cfg.Data = "127.0.0.1:0", data
	if change != nil {
		change(&cfg)
	}
	srv, err := server.Open(t.Context(), server.Options{Config: cfg, Integrations: []integration.Integration{probe.Integration()}})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- srv.Run(ctx) }()
	do(srv.Client())
	stop()
	return <-ended
}

// holds tells which file below a folder holds a text.
func holds(t *testing.T, data, text string) string {
	t.Helper()
	found := ""
	err := filepath.WalkDir(data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if bytes.Contains(raw, []byte(text)) {
			found = path
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestConfigurationsAreEncryptedAtRest(t *testing.T) {
	t.Parallel()
	const marker = "hunter2-in-a-configuration"
	data := t.TempDir()
	var botID string
	configured := func(c *platform.Client) {
		t.Helper()
		out, err := c.GetInstallation(t.Context(), &platform.GetInstallationInput{BotID: botID, Alias: "probe"})
		if err != nil || !strings.Contains(string(out.Installation.Configuration), marker) {
			t.Errorf("the installation is %+v, %v", out, err)
		}
	}
	err := during(t, data, nil, func(c *platform.Client) {
		made, err := c.CreateBot(t.Context(), &platform.CreateBotInput{Name: "b"})
		if err != nil {
			t.Fatal(err)
		}
		botID = made.Bot.ID
		_, err = c.PutInstallation(t.Context(), &platform.PutInstallationInput{
			BotID: botID, Alias: "probe", Integration: "probe@latest", Configuration: json.RawMessage(`{"sink":"http://` + marker + `.example"}`),
		})
		if err != nil {
			t.Fatal(err)
		}
		configured(c)
		rotated, err := c.RotateKeys(t.Context(), &platform.RotateKeysInput{})
		if err != nil || rotated.KeyID != 2 || rotated.Resealed == 0 {
			t.Errorf("RotateKeys = %+v, %v", rotated, err)
		}
		configured(c)
		if path := holds(t, data, marker); path != "" {
			t.Errorf("%s holds the configuration in clear", path)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := during(t, data, nil, configured); err != nil {
		t.Fatal(err)
	}
	if path := holds(t, data, marker); path != "" {
		t.Errorf("%s holds the configuration in clear", path)
	}

	// A backup needs the database and the master key.
	backup := t.TempDir()
	database, err := os.ReadFile(filepath.Join(data, "bellhop.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(backup, "bellhop.db"), database, 0o600); err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(backup, "master.key")
	if err := during(t, backup, nil, configured); err == nil || !strings.Contains(err.Error(), "there is no "+own) {
		t.Errorf("a database without its master key opens: %v", err)
	}
	if _, err := os.Stat(own); err == nil {
		t.Error("a master key was made that opens nothing")
	}
	other := filepath.Join(t.TempDir(), "other.key")
	if _, err := vault.ReadOrMakeMaster(other); err != nil {
		t.Fatal(err)
	}
	err = during(t, backup, func(cfg *config.Config) { cfg.MasterKeyFile = other }, configured)
	if err == nil || !strings.Contains(err.Error(), "not the master key") || !strings.Contains(err.Error(), other) {
		t.Errorf("a database with another master key opens: %v", err)
	}
	old := filepath.Join(data, "master.key")
	if err := during(t, backup, func(cfg *config.Config) { cfg.MasterKeyFile = old }, configured); err != nil {
		t.Errorf("the backup with its master key: %v", err)
	}
	// The folder gets a master key of its own, which takes over.
	if err := during(t, backup, func(cfg *config.Config) { cfg.MasterKeyBefore = old }, configured); err != nil {
		t.Errorf("a new master key, with the old one at hand: %v", err)
	}
	if err := during(t, backup, nil, configured); err != nil {
		t.Errorf("the new master key alone: %v", err)
	}
}
