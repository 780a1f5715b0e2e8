package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/bot/samplebot"
	"github.com/bellhop-dev/bellhop/integrations/chat"
	"github.com/bellhop-dev/bellhop/integrations/standard"
	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/internal/server"
)

type serveCommand struct {
	File kong.ConfigFlag `name:"config" help:"Configuration file: a JSON object with the names of these flags; ./bellhop.json is read by itself." placeholder:"FILE"`
	config.Config
}

// Help adds examples to the command's help.
func (serveCommand) Help() string {
	return `Each flag can also be set in the environment (BELLHOP_…) or in the configuration file;
a flag goes before the environment, the environment before the file.
The first start writes an account token into <data>/client.json, for the other commands.
Secrets of linked integrations are read from BELLHOP_SECRET_<INTEGRATION>_<NAME>.`
}

// AfterApply has the configuration checked before the run.
func (c *serveCommand) AfterApply(s *session) error {
	s.cfg = &c.Config
	s.elsewhere = "--listen 127.0.0.1:9000 (port 0 takes a free one)"
	return nil
}

// Run serves until ctx is done.
func (c *serveCommand) Run(ctx context.Context, s *session) error {
	return s.serve(ctx, func(_ *server.Server, creds credentials) error {
		return s.print(creds.shown(), func(w io.Writer) {
			fmt.Fprintf(w, "Bellhop %s serves %s\nThe account token is in %s.\n", Version(), creds.URL, filepath.Join(c.Data, credentialsFile))
		})
	})
}

// shown is what may be printed: everything but the token.
func (c credentials) shown() map[string]string {
	return map[string]string{"url": c.URL}
}

// serve opens a server, tells with ready how to reach it, and runs it.
func (s *session) serve(ctx context.Context, ready func(*server.Server, credentials) error) error {
	cfg := *s.cfg
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return fmt.Errorf("the data folder cannot be made (%w); choose another with --data", err)
	}
	logger := s.logger(&cfg)
	defer outlive(logger)()
	err := server.Run(ctx, server.Options{
		Config: cfg, Logger: logger, Version: Version(),
		Integrations: standard.All(),
		Bots:         map[string]bot.Bot{samplebot.Name: samplebot.New()},
		Secrets:      environmentSecret,
		Pages:        chatPage(),
	}, func(srv *server.Server) error {
		creds, err := s.bootstrap(ctx, srv, cfg.Data)
		if err != nil {
			return err
		}
		if err = ready(srv, creds); err != nil && !errors.Is(err, syscall.EPIPE) { // nobody reads it; the server is ready nevertheless
			return err
		}
		debug.FreeOSMemory() // a server that nobody uses should not keep what its start needed
		return nil
	})
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s is in use by another program: stop that, or choose another address with %s", cfg.Listen, s.elsewhere)
	}
	return err
}

// bootstrap makes sure that the file for local commands has a valid token.
func (s *session) bootstrap(ctx context.Context, srv *server.Server, dir string) (credentials, error) {
	creds, err := readCredentials(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return creds, err
	}
	if creds.Token, err = srv.AccountToken(ctx, creds.Token, "the commands on the server's machine"); err != nil {
		return creds, err
	}
	creds.URL = srv.LocalURL()
	return creds, writeCredentials(dir, creds)
}

// environmentSecret reads a secret of a linked integration.
func environmentSecret(integration, name string) string {
	key := strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToUpper(integration+"_"+name))
	return os.Getenv("BELLHOP_SECRET_" + key)
}

func (s *session) logger(cfg *config.Config) *slog.Logger {
	if cfg.LogFormat == "json" || cfg.LogFormat == "auto" && !isTerminal(s.Stderr) {
		return slog.New(slog.NewJSONHandler(s.Stderr, &slog.HandlerOptions{Level: cfg.Level(), ReplaceAttr: readableTimes}))
	}
	return slog.New(newLineHandler(s.Stderr, cfg.Level()))
}

// readableTimes writes 5ms in place of 5000000.
func readableTimes(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindDuration {
		a.Value = slog.StringValue(a.Value.Duration().String())
	}
	return a
}

// isTerminal reports whether a person sees what is written or read there.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// chatPage is the page of the chat integration.
func chatPage() map[string]func(http.Handler) http.Handler {
	return map[string]func(http.Handler) http.Handler{"/chat": func(webhooks http.Handler) http.Handler {
		return chat.Page(chat.PageConfig{Webhooks: webhooks})
	}}
}
