package platform

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// MaxRetryAfter is the longest wait that RetryAfter returns.
const MaxRetryAfter = 24 * time.Hour

// unixFrom is the least number that RetryAfter takes for a Unix time.
const unixFrom = 1_000_000_000

// RetryAfter returns how long an answer asks the caller to wait, up to
// MaxRetryAfter; 0 when it does not say. It reads Retry-After as seconds, with
// a fraction or without, or as a date in each form that HTTP has. Where a limit
// was met, 429 or 503, it also reads RateLimit-Reset and X-RateLimit-Reset,
// which come first and may be a Unix time.
func RetryAfter(status int, h http.Header, now time.Time) time.Duration {
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		for _, key := range []string{"Ratelimit-Reset", "X-Ratelimit-Reset"} {
			if wait, ok := parseWait(h.Get(key), now); ok {
				return wait
			}
		}
	}
	wait, _ := parseWait(h.Get("Retry-After"), now)
	return wait
}

func parseWait(text string, now time.Time) (wait time.Duration, ok bool) {
	text = strings.TrimSpace(text)
	if seconds, ok := parseSeconds(text); ok {
		if seconds >= unixFrom {
			if at := seconds - float64(now.Unix()); at < seconds/2 { // else it is no time of these years
				seconds = at
			}
		}
		return max(0, time.Duration(min(seconds, MaxRetryAfter.Seconds())*float64(time.Second))), true
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	return min(max(0, at.Sub(now)), MaxRetryAfter), true
}

// parseSeconds reads a decimal number; a negative one is 0.
func parseSeconds(text string) (float64, bool) {
	digits, negative := strings.CutPrefix(text, "-")
	if digits == "" || strings.Trim(digits, "0123456789.") != "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(digits, 64)
	if n == 0 && err != nil { // one that is too large is infinite
		return 0, false
	}
	if negative {
		n = 0
	}
	return n, true
}
