package server

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/internal/api"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// admitTunnel lets accounts open tunnels.
func (s *Server) admitTunnel(ctx context.Context, token string) (workspaceID string, err error) {
	id, err := s.service.Authenticate(ctx, platform.Caller{Token: token})
	if err != nil {
		return "", err
	}
	if id == nil || id.Scope != platform.ScopeAccount {
		return "", platform.Errorf(platform.TypeForbidden, "the token is not an account's; only those open tunnels")
	}
	return id.WorkspaceID, nil
}

// inDevelopment tells whether a bot or an integration is registered at a
// tunnel.
func (s *Server) inDevelopment(ctx context.Context, tunnelID string) (found bool, err error) {
	err = s.store.View(ctx, func(tx *store.Tx) error {
		found, err = tx.InDevelopment(ctx, "/"+tunnelID)
		return err
	})
	return found, err
}

// tunnelOpened has what waits for code in development attempted, now that it is
// connected. The official command opens its tunnel before its worker runs, and
// gives no answer until then.
func (s *Server) tunnelOpened(tunnelID string) {
	time.AfterFunc(api.WorkerStarts, func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		var ids map[string][]string
		err := s.store.View(ctx, func(tx *store.Tx) (err error) {
			ids, err = tx.TargetsInDevelopment(ctx, "/"+tunnelID)
			return err
		})
		if err != nil && !errors.Is(err, store.ErrClosed) {
			s.logger.Error("deliveries of code in development not attempted", "error", err)
		}
		for kind, list := range ids {
			s.dispatcher.Wake(kind, list...)
		}
	})
}

// own tells whether a host with its port is this server: as the public address
// says, or on this machine.
func (s *Server) own(host string) bool {
	for _, address := range []string{s.URL(), s.LocalURL()} {
		if u, err := url.Parse(address); err == nil && strings.EqualFold(u.Host, host) {
			return true
		}
	}
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		return false
	}
	_, listening, err := net.SplitHostPort(s.listener.Addr().String())
	ip := net.ParseIP(name)
	return err == nil && port == listening && (strings.EqualFold(name, "localhost") || ip != nil && ip.IsLoopback())
}
