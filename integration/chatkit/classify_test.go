package chatkit_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// A repeat of an update is asked for only when it may succeed.
func TestDropFinal(t *testing.T) {
	t.Parallel()
	lost := errors.New("the disk is full")
	for name, c := range map[string]struct {
		err             error
		repeat, dropped bool
	}{
		"nothing":            {},
		"refused":            {err: &chatkit.Error{Vendor: "Acme", Status: 400}, dropped: true},
		"refused, wrapped":   {err: fmt.Errorf("ask: %w", &chatkit.Error{Vendor: "Acme", Status: 404}), dropped: true},
		"busy":               {err: &chatkit.Error{Vendor: "Acme", Status: 503}, repeat: true},
		"final":              {err: integration.RuntimeError("no such thing"), dropped: true},
		"temporary":          {err: integration.Temporary(lost), repeat: true},
		"of the platform":    {err: &platform.Error{Code: 500}, repeat: true},
		"too many calls":     {err: &platform.Error{Code: 429}, repeat: true},
		"token not yet good": {err: &platform.Error{Code: 401}, repeat: true},
		"unknown":            {err: lost, repeat: true},
	} {
		log := new(bytes.Buffer)
		call := &integration.Call{Logger: slog.New(slog.NewTextHandler(log, nil))}
		err := chatkit.DropFinal(t.Context(), call, "update 7", c.err)
		if dropped := strings.Contains(log.String(), "update 7"); (err != nil) != c.repeat || dropped != c.dropped {
			t.Errorf("%s: DropFinal(%v) = %v and logs %q, want repeat %v, dropped %v", name, c.err, err, log, c.repeat, c.dropped)
		}
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	final := chatkit.Explain("the token does not work", &chatkit.Error{Vendor: "Acme", Status: 400, Code: "bad"})
	if e, ok := errors.AsType[*platform.Error](final); !ok || e.Type != platform.TypeRuntime || e.Message != "the token does not work: Acme refused: bad" {
		t.Errorf("Explain of a refusal = %v", final)
	}
	busy := chatkit.Explain("the token does not work", &chatkit.Error{Vendor: "Acme", Status: 503})
	if platform.IsType(busy, platform.TypeRuntime) {
		t.Errorf("Explain of a fault = %v, want one to try again", busy)
	}
	if e, ok := errors.AsType[*chatkit.Error](busy); !ok || e.Error() != "the token does not work: Acme answered 503" {
		t.Errorf("Explain of a fault = %v", busy)
	}
	if other := errors.New("other"); chatkit.Explain("x", other) != other {
		t.Error("Explain changes another error")
	}
}
