package alert_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/alert"
)

// The vector is that of the specification's own libraries.
func TestSignatureOfTheSpecification(t *testing.T) {
	t.Parallel()
	const secret, want = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	at, body := time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`)
	got, err := alert.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, body, secret)
	if err != nil || got != want {
		t.Errorf("Sign = %q, %v, want %q", got, err, want)
	}
	both, err := alert.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, body, alert.NewSecret(), secret)
	if list := strings.Split(both, " "); err != nil || len(list) != 2 || list[1] != want {
		t.Errorf("Sign with two secrets = %q, %v", both, err)
	}
	for _, bad := range []string{"", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_*"} {
		if _, err := alert.Sign("msg_1", at, body, bad); err == nil {
			t.Errorf("Sign with the secret %q: no error", bad)
		}
	}
}

func TestSecretsAreRandomAndLong(t *testing.T) {
	t.Parallel()
	a, b := alert.NewSecret(), alert.NewSecret()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(a, "whsec_"))
	if a == b || err != nil || len(key) < 24 || len(key) > 64 {
		t.Errorf("secrets %q and %q: %v", a, b, err)
	}
}
