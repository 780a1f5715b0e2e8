package signing_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/signing"
	"github.com/bellhop-dev/bellhop/wire"
)

func TestRotate(t *testing.T) {
	t.Parallel()
	now := time.UnixMilli(1_767_225_600_000)
	body := []byte("{}")
	verify := func(kept, secret string, at time.Time) bool {
		t.Helper()
		header, err := wire.Sign(signing.Secrets(kept, at), at, body)
		if err != nil {
			t.Fatal(err)
		}
		return wire.Verify(secret, header, at, body) == nil
	}
	one, first := signing.Rotate("", now)
	two, second := signing.Rotate(one, now)
	if first == second || len(first) != 43 {
		t.Errorf("secrets %q and %q, want two of 32 bytes", first, second)
	}
	last := now.Add(signing.Overlap - time.Millisecond)
	for name, c := range map[string]struct {
		kept, secret string
		at           time.Time
		want         bool
	}{
		"the only one":          {one, first, now, true},
		"not made yet":          {one, second, now, false},
		"the new one at once":   {two, second, now, true},
		"the old one meanwhile": {two, first, last, true},
		"the old one after":     {two, first, now.Add(signing.Overlap), false},
		"the new one after":     {two, second, now.Add(signing.Overlap), true},
	} {
		if got := verify(c.kept, c.secret, c.at); got != c.want {
			t.Errorf("%s: accepted is %v, want %v", name, got, c.want)
		}
	}
	kept := two
	for range 10 {
		kept, _ = signing.Rotate(kept, now)
	}
	if n := len(strings.Fields(signing.Secrets(kept, now))); n != 5 {
		t.Errorf("%d secrets count after many turns, want 5", n)
	}
	kept, _ = signing.Rotate(two, last)
	if verify(kept, first, now.Add(signing.Overlap)) || !verify(kept, second, now.Add(signing.Overlap)) {
		t.Error("another turn changed when an older secret ends")
	}
}
