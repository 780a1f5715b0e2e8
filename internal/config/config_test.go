package config_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/config"
)

func TestDefaultIsValid(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	if err := cfg.Check(); err != nil {
		t.Errorf("Check() = %v, want nil", err)
	}
}

func TestCheckNamesEveryFault(t *testing.T) {
	t.Parallel()
	cfg := config.Config{Listen: "nowhere", PublicURL: "ftp://x", Database: "mysql://x", DeliveryAttempts: -1, DeliveryTimeout: -1}
	err := cfg.Check()
	if err == nil {
		t.Fatal("Check() = nil, want an error")
	}
	for _, field := range []string{"listen:", "public-url:", "data:", "database:", "webhook-timeout:", "delivery-timeout:", "webhook-body:", "delivery-attempts:", "delivery-workers:", "log-format:", "log-level:"} {
		if !strings.Contains(err.Error(), field) {
			t.Errorf("Check() = %v, want it to name %s", err, field)
		}
	}
}

func TestLogHidesDatabasePassword(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Database = "postgres://ada:opensesame@db/bellhop"
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("starting", "config", &cfg)
	if strings.Contains(out.String(), "opensesame") {
		t.Errorf("the log shows the password: %s", out.String())
	}
}
