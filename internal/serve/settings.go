package serve

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"

	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/platformhttp"
)

// Settings is what the author set and what the code declares; Resolve fills
// the rest from the environment.
type Settings struct {
	Addr          string
	Listener      net.Listener
	APIURL        string
	Token         string
	SigningSecret string
	Secrets       map[string]string
	Declared      []Secret
	Transport     platform.Transport
	Logger        *slog.Logger
	Getenv        func(string) string
	Ready         func(net.Addr)
}

// Secret is a declared secret.
type Secret struct {
	Name     string
	Optional bool
}

// Place is where code runs, with everything that it needs.
type Place struct {
	Transport platform.Transport
	Token     string
	Secrets   map[string]string
	Config    Config
}

// Resolve applies environment and defaults. The error joins everything that is
// missing.
func (s Settings) Resolve() (*Place, error) {
	getenv := s.Getenv
	if getenv == nil {
		getenv = os.Getenv
	}
	or := func(value, name string) string {
		if value != "" {
			return value
		}
		return getenv(name)
	}
	p := &Place{
		Transport: s.Transport, Token: or(s.Token, "BP_TOKEN"), Secrets: map[string]string{},
		Config: Config{
			Addr: s.Addr, Listener: s.Listener, Secret: or(s.SigningSecret, "BELLHOP_SIGNING_SECRET"),
			Logger: s.Logger, Ready: s.Ready,
		},
	}
	if p.Config.Logger == nil {
		p.Config.Logger = slog.New(slog.DiscardHandler)
	}
	if p.Config.Addr == "" {
		p.Config.Addr = ":8072"
		if port := getenv("PORT"); port != "" {
			p.Config.Addr = ":" + port
		}
	}
	var missing []error
	for _, secret := range s.Declared {
		value := or(s.Secrets[secret.Name], "SECRET_"+secret.Name)
		if value == "" && !secret.Optional {
			missing = append(missing, fmt.Errorf("the secret %s is missing: set SECRET_%s", secret.Name, secret.Name))
		}
		p.Secrets[secret.Name] = value
	}
	if p.Transport == nil {
		t, err := transport(or(s.APIURL, "BP_API_URL"))
		if err != nil {
			missing = append(missing, err)
		}
		p.Transport = t
	}
	return p, errors.Join(missing...)
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
