package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"os"
	"slices"
	"time"

	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/platformhttp"
	"github.com/bellhop-dev/bellhop/wire"
)

// Settings is what the author set: what both SDKs call ServeConfig.
type Settings struct {
	Addr          string
	Listener      net.Listener
	APIURL        string
	Token         string
	SigningSecret string
	Secrets       map[string]string
	Transport     platform.Transport
	Logger        *slog.Logger
	Getenv        func(string) string
	Ready         func(net.Addr)
	LeaseAfter    time.Duration
}

// Secret is a declared secret: what both SDKs call so.
type Secret struct {
	Description string
	Optional    bool
}

// Code is what is served: what it is called, what it declares, and how its
// handler is made.
type Code struct {
	Subject    string // integration or bot
	Name       string
	Secrets    map[string]Secret
	New        func(Env) (wire.Handler, error)
	Definition func() (any, error)
}

// Secrets are the secrets that an SDK's definition declares.
func Secrets[S ~struct {
	Description string
	Optional    bool
}](declared map[string]S) map[string]Secret {
	secrets := make(map[string]Secret, len(declared))
	for name, s := range declared {
		secrets[name] = Secret(s)
	}
	return secrets
}

// Main runs the program that serves the code with what the environment says,
// or prints what it declares, and exits.
func (c Code) Main() {
	Program{
		Subject: c.Subject, Name: c.Name, Definition: c.Definition,
		Serve: func(ctx context.Context, logger *slog.Logger) error { return Settings{Logger: logger}.Serve(ctx, c) },
	}.Main()
}

// Serve runs the code until ctx ends.
func (s Settings) Serve(ctx context.Context, code Code) error {
	env, cfg, err := s.resolve(code)
	if err != nil {
		return err
	}
	if s.Transport == nil {
		if err := s.checkToken(ctx, env); err != nil {
			return err
		}
	}
	h, err := code.New(env)
	if err != nil {
		return fmt.Errorf("make the %s %q: %w", code.Subject, code.Name, err)
	}
	t := &turns{next: h, client: platform.NewClient(env.Transport, platform.Caller{}), token: env.Token, logger: env.Logger, after: s.LeaseAfter}
	if t.after == 0 {
		t.after = defaultLeaseAfter
	}
	if env.Token == "" && s.Transport == nil {
		t.after = -1 // it could not renew
	}
	cfg.Drain = t.drain
	return Run(ctx, t, cfg)
}

// setting returns a value, or what the environment has under a name for an empty one.
func (s Settings) setting(value, name string) string {
	switch {
	case value != "":
		return value
	case s.Getenv != nil:
		return s.Getenv(name)
	}
	return os.Getenv(name)
}

// resolve applies environment and defaults. The error joins everything that is
// missing.
func (s Settings) resolve(code Code) (Env, Config, error) {
	declared, or := code.Secrets, s.setting
	env := Env{Transport: s.Transport, Token: or(s.Token, "BP_TOKEN"), Secrets: map[string]string{}, Logger: s.Logger}.WithDefaults()
	cfg := Config{
		Addr: s.Addr, Listener: s.Listener, Secret: or(s.SigningSecret, "BELLHOP_SIGNING_SECRET"),
		Logger: env.Logger, Ready: s.Ready,
	}
	if cfg.Addr == "" {
		cfg.Addr = ":8072"
		if port := or("", "PORT"); port != "" {
			cfg.Addr = ":" + port
		}
	}
	var missing []error
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		value := or(s.Secrets[name], "SECRET_"+name)
		switch {
		case value != "":
			env.Secrets[name] = value
		case !declared[name].Optional:
			missing = append(missing, fmt.Errorf("the secret %s is missing: set SECRET_%s", name, name))
		}
	}
	if s.Transport == nil {
		t, err := transport(or(s.APIURL, "BP_API_URL"))
		if err != nil {
			missing = append(missing, err)
		}
		env.Transport = t
		if env.Token == "" {
			missing = append(missing, fmt.Errorf("the token is missing: set BP_TOKEN; `bellhop token create %s` creates one", code.Subject))
		}
	}
	return env, cfg, errors.Join(missing...)
}

func transport(address string) (platform.Transport, error) {
	if address == "" {
		return nil, errors.New("the platform's address is missing: set BP_API_URL")
	}
	t, err := platformhttp.New(address, platformhttp.Config{})
	if err != nil {
		return nil, fmt.Errorf("the platform's address (BP_API_URL): %w", err)
	}
	return t, nil
}

// checkTime is how long the check of a token may take.
const checkTime = 10 * time.Second

// checkToken makes one cheap call, so that a token which the platform does not accept is an error at the start and not
// at the first message. A platform that does not answer yet is none: the code may be started first.
func (s Settings) checkToken(ctx context.Context, env Env) error {
	t, err := platformhttp.New(s.setting(s.APIURL, "BP_API_URL"), platformhttp.Config{Attempts: 1})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	client := platform.NewClient(t, platform.Caller{Token: env.Token})
	_, err = client.ListUsers(ctx, &platform.ListUsersInput{PageSize: 1})
	e, ok := errors.AsType[*platform.Error](err)
	switch {
	case ok && (e.Type == platform.TypeUnauthorized || e.Type == platform.TypeForbidden):
		return fmt.Errorf("the platform does not accept the token (BP_TOKEN): %s", e.Message)
	case err != nil && !ok:
		env.Logger.WarnContext(ctx, "the platform does not answer yet; the token was not checked", slog.Any("error", err))
	}
	return nil
}
