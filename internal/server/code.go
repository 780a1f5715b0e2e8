package server

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/bellhop-dev/bellhop/internal/runtime/node"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// newCode returns what runs uploaded code; it needs the service once it starts
// some.
func (s *Server) newCode() (*node.Supervisor, error) {
	preload, err := s.preload()
	if err != nil {
		return nil, err
	}
	return node.New(node.Config{
		Preload: preload,
		Node:    s.cfg.Node, User: s.cfg.NodeUser, Processes: s.cfg.NodeProcesses, Memory: s.cfg.NodeMemory, CPU: s.cfg.NodeCPU, Idle: s.cfg.NodeIdle,
		Logger: s.logger, APIURL: s.LocalURL, PublicURL: s.URL, Load: s.loadCode, Log: s.codeLog.add,
		Token: func(ref node.Ref) (string, func()) {
			if ref.Integration {
				return s.service.LendToken(ref.WorkspaceID, "", ref.Owner)
			}
			return s.service.LendToken(ref.WorkspaceID, ref.Owner, "")
		},
	}), nil
}

// maxPreload is the largest script of the operator, in bytes.
const maxPreload = 16 << 20

// preload reads the operator's script, once: a process of code may read no files.
func (s *Server) preload() (string, error) {
	if s.cfg.NodePreload == "" {
		return "", nil
	}
	f, err := os.Open(s.cfg.NodePreload)
	if err != nil {
		return "", fmt.Errorf("node-preload: %w; name a file that the server can read", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxPreload+1))
	if err != nil {
		return "", fmt.Errorf("node-preload: %w; name a file that the server can read", err)
	}
	if len(text) > maxPreload {
		return "", fmt.Errorf("node-preload: %s has more than %d bytes; name a smaller script", s.cfg.NodePreload, maxPreload)
	}
	return string(text), nil
}

// loadCode reads the code of a deployment. What it declares as secret and has
// no value is empty: code that reads it finds nothing, and goes on.
func (s *Server) loadCode(ctx context.Context, ref node.Ref) (*node.Code, error) {
	var declared platform.Names
	if ref.Integration {
		in, err := s.catalog.Integration(ctx, ref.Owner)
		if err != nil {
			return nil, fmt.Errorf("integration %s: %w", ref.Owner, err)
		}
		declared = in.Def.Secrets
	} else {
		b, err := s.catalog.Bot(ctx, ref.Owner)
		if err != nil {
			return nil, fmt.Errorf("bot %s: %w", ref.Owner, err)
		}
		declared = b.Def.Secrets
	}
	code := &node.Code{Secrets: map[string]string{}}
	for _, name := range declared {
		code.Secrets[name] = ""
	}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		c, err := tx.Code(ctx, ref.Owner)
		if err != nil {
			return err
		}
		code.Source = c.Source
		secrets, err := tx.Secrets(ctx, ref.Owner)
		for _, secret := range secrets {
			code.Secrets[secret.Name] = secret.Value
		}
		return err
	})
	return code, err
}

// closeCode stops what runs, and writes what it said last.
func (s *Server) closeCode(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, codeGrace)
	defer cancel()
	err := s.code.Close(ctx)
	s.codeLog.flush(ctx)
	return err
}

// codeGrace is how long calls of code may take after everything else has
// stopped: whoever made them has gone.
const codeGrace = 2 * time.Second
