package wire_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/wire"
)

const secret = "c2VjcmV0LXNlY3JldA" // base64url of "secret-secret"

func TestVerify(t *testing.T) {
	t.Parallel()
	now := time.UnixMilli(1_767_225_600_000)
	body := []byte(`{"a":1}`)
	good, err := wire.Sign(secret, now, body)
	if err != nil {
		t.Fatal(err)
	}
	ms, hash, _ := strings.Cut(good, ",")
	other, err := wire.Sign("b3RoZXI", now, body)
	if err != nil {
		t.Fatal(err)
	}
	_, otherHash, _ := strings.Cut(other, ",")
	for _, c := range []struct {
		name, secret, header string
		now                  time.Time
		body                 string
		ok                   bool
	}{
		{"good", secret, good, now, `{"a":1}`, true},
		{"padded secret", secret + "==", good, now, `{"a":1}`, true},
		{"rotated", secret, ms + "," + otherHash + "," + hash, now, `{"a":1}`, true},
		{"at the edge", secret, good, now.Add(wire.SignatureTolerance), `{"a":1}`, true},
		{"stale", secret, good, now.Add(wire.SignatureTolerance + time.Millisecond), `{"a":1}`, false},
		{"from the future", secret, good, now.Add(-wire.SignatureTolerance - time.Millisecond), `{"a":1}`, false},
		{"other body", secret, good, now, `{"a":2}`, false},
		{"other secret", secret, other, now, `{"a":1}`, false},
		{"other time", secret, "1767225600001," + hash, now, `{"a":1}`, false},
		{"too many", secret, ms + strings.Repeat(","+otherHash, 5) + "," + hash, now, `{"a":1}`, false},
		{"no hash", secret, ms, now, `{"a":1}`, false},
		{"empty", secret, "", now, `{"a":1}`, false},
		{"no number", secret, "x," + hash, now, `{"a":1}`, false},
		{"empty secret", "", good, now, `{"a":1}`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := wire.Verify(c.secret, c.header, c.now, []byte(c.body))
			if c.ok && err != nil || !c.ok && !errors.Is(err, wire.ErrSignature) {
				t.Errorf("Verify = %v, want ok %v", err, c.ok)
			}
		})
	}
}

// The value was computed apart from this code: HMAC-SHA256 with the key
// "secret-secret" over `1767225600000.{"a":1}`.
func TestSignIsStable(t *testing.T) {
	t.Parallel()
	got, err := wire.Sign(secret, time.UnixMilli(1_767_225_600_000), []byte(`{"a":1}`))
	if want := "1767225600000,AYXwhSD1l22xuq-XDryOTzmekYHBtWyIIAmyKSwpOCs"; err != nil || got != want {
		t.Errorf("Sign = %q, %v, want %q", got, err, want)
	}
	if _, err := wire.Sign("not base64!", time.Time{}, nil); err == nil {
		t.Error("Sign with a bad secret: no error")
	}
}
