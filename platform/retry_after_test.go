package platform_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/platform"
)

func TestRetryAfterInEveryForm(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.December, 1, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"":                                0,
		"7":                               7 * time.Second,
		" 7 ":                             7 * time.Second,
		"1.5":                             1500 * time.Millisecond,
		".25":                             250 * time.Millisecond,
		"0":                               0,
		"-5":                              0,
		"-":                               0,
		"86400":                           24 * time.Hour,
		"86401":                           24 * time.Hour,
		"100000000":                       24 * time.Hour,
		strings.Repeat("9", 400):          24 * time.Hour,
		"1796126430":                      30 * time.Second, // a Unix time
		"1796126390":                      0,
		"Tue, 01 Dec 2026 12:00:20 GMT":   20 * time.Second,
		"Tuesday, 01-Dec-26 12:00:20 GMT": 20 * time.Second,
		"Tue Dec  1 12:00:20 2026":        20 * time.Second,
		"Tue, 01 Dec 2026 11:00:00 GMT":   0,
		"Sat, 01 Dec 2029 12:00:00 GMT":   24 * time.Hour,
		"NaN":                             0,
		"Inf":                             0,
		"1e3":                             0,
		"0x10":                            0,
		"1.2.3":                           0,
		"soon":                            0,
	} {
		if got := platform.RetryAfter(500, http.Header{"Retry-After": {text}}, now); got != want {
			t.Errorf("RetryAfter(%.40q) = %s, want %s", text, got, want)
		}
	}
}

func TestRateLimitResetCountsWhereALimitWasMet(t *testing.T) {
	t.Parallel()
	h := http.Header{"Retry-After": {"3"}, "X-Ratelimit-Reset": {"9"}}
	for status, want := range map[int]time.Duration{429: 9 * time.Second, 503: 9 * time.Second, 500: 3 * time.Second, 400: 3 * time.Second} {
		if got := platform.RetryAfter(status, h, time.Now()); got != want {
			t.Errorf("RetryAfter(%d) = %s, want %s", status, got, want)
		}
	}
	h.Set("X-Ratelimit-Reset", "later")
	if got := platform.RetryAfter(429, h, time.Now()); got != 3*time.Second {
		t.Errorf("with an unreadable reset: %s", got)
	}
}
