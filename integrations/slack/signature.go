package slack

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// Headers of what Slack posts, in lower case.
const (
	headerSignature = "x-slack-signature"
	headerTimestamp = "x-slack-request-timestamp"
	headerRetry     = "x-slack-retry-num"
	headerReason    = "x-slack-retry-reason"
)

// maxSkew is how far Slack's clock and ours may be apart, in both directions.
const maxSkew = 5 * time.Minute

// signed reports whether the headers hold the signature of the body with the
// secret, made at about now.
func signed(secret string, headers map[string]string, body string, now time.Time) bool {
	stamp := headers[headerTimestamp]
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || secret == "" || now.Sub(time.Unix(seconds, 0)).Abs() > maxSkew {
		return false
	}
	digits, ok := strings.CutPrefix(headers[headerSignature], "v0=")
	given, err := hex.DecodeString(digits)
	if !ok || err != nil {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + stamp + ":" + body))
	return hmac.Equal(mac.Sum(nil), given)
}
