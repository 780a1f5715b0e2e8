package outbound_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/outbound"
	"github.com/bellhop-dev/bellhop/platform"
)

func TestSettle(t *testing.T) {
	t.Parallel()
	lost := errors.New("the disk is full")
	for name, c := range map[string]struct {
		err            error
		again, dropped bool
	}{
		"nothing":            {},
		"refused":            {err: &outbound.Error{Vendor: "Acme", Status: 400}, dropped: true},
		"refused, wrapped":   {err: fmt.Errorf("ask: %w", &outbound.Error{Vendor: "Acme", Status: 404}), dropped: true},
		"busy":               {err: &outbound.Error{Vendor: "Acme", Status: 503}, again: true},
		"final":              {err: integration.RuntimeError("no such thing"), dropped: true},
		"temporary":          {err: integration.Temporary(lost), again: true},
		"of the platform":    {err: &platform.Error{Code: 500}, again: true},
		"too many calls":     {err: &platform.Error{Code: 429}, again: true},
		"token not yet good": {err: &platform.Error{Code: 401}, again: true},
		"unknown":            {err: lost, again: true},
	} {
		again, dropped := outbound.Settle(c.err)
		if (again != nil) != c.again || (dropped != nil) != c.dropped {
			t.Errorf("%s: Settle(%v) = %v, %v, want again %v, dropped %v", name, c.err, again, dropped, c.again, c.dropped)
		}
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	final := outbound.Explain("the token does not work", &outbound.Error{Vendor: "Acme", Status: 400, Code: "bad"})
	if e, ok := errors.AsType[*platform.Error](final); !ok || e.Type != platform.TypeRuntime || e.Message != "the token does not work: Acme refused: bad" {
		t.Errorf("Explain of a refusal = %v", final)
	}
	busy := outbound.Explain("the token does not work", &outbound.Error{Vendor: "Acme", Status: 503})
	if platform.IsType(busy, platform.TypeRuntime) {
		t.Errorf("Explain of a fault = %v, want one to try again", busy)
	}
	if e, ok := errors.AsType[*outbound.Error](busy); !ok || e.Error() != "the token does not work: Acme answered 503" {
		t.Errorf("Explain of a fault = %v", busy)
	}
	if other := errors.New("other"); outbound.Explain("x", other) != other {
		t.Error("Explain changes another error")
	}
}
