package postgres_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/store/postgres"
	"github.com/bellhop-dev/bellhop/internal/store/postgres/pgtest"
	"github.com/bellhop-dev/bellhop/internal/store/storetest"
)

var cluster pgtest.Cluster

func TestMain(m *testing.M) {
	if url := os.Getenv(childEnv); url != "" {
		if err := child(url); err != nil {
			fmt.Println("failed:", err)
		}
		return
	}
	code := m.Run()
	cluster.Stop()
	os.Exit(code)
}

func TestConformance(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store {
		s, err := postgres.Open(t.Context(), cluster.URL(t), postgres.Config{MaxConns: 8})
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}

func TestASecondServerIsRefused(t *testing.T) {
	t.Parallel()
	url := cluster.URL(t)
	s, err := postgres.Open(t.Context(), url, postgres.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := postgres.Open(t.Context(), url, postgres.Config{LockWait: 50 * time.Millisecond}); err == nil || !strings.Contains(err.Error(), "another bellhop server") {
		t.Errorf("the second Open = %v, want a refusal", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := postgres.Open(t.Context(), url, postgres.Config{})
	if err != nil {
		t.Fatalf("Open after Close = %v", err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

func TestErrorsDoNotHoldThePassword(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"postgres://u:opensesame@127.0.0.1:1/x?connect_timeout=1", "postgres://u:opensesame@[bad"} {
		_, err := postgres.Open(t.Context(), url, postgres.Config{})
		if err == nil || strings.Contains(err.Error(), "opensesame") {
			t.Errorf("Open = %v, want an error without the password", err)
		}
	}
}
