package linear

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"strconv"
	"time"
)

const (
	headerSignature = "linear-signature"
	headerTimestamp = "linear-timestamp"
	headerDelivery  = "linear-delivery"
)

// tolerance is how far a webhook's clock may be from ours, either way.
const tolerance = time.Minute

// signed reports whether the header is the body's signature with the secret: 64
// hexadecimal digits in lower case.
func signed(secret, header, body string) bool {
	if secret == "" {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	want := make([]byte, hex.EncodedLen(sha256.Size))
	hex.Encode(want, mac.Sum(nil))
	return subtle.ConstantTimeCompare(want, []byte(header)) == 1
}

// fresh reports whether the webhook was sent within the tolerance, by its own
// time, which is signed, else by the header's. Without either it is not: it
// could be repeated for ever.
func fresh(stamp float64, header string, now time.Time) bool {
	if stamp == 0 {
		given, err := strconv.ParseInt(header, 10, 64)
		if err != nil {
			return false
		}
		stamp = float64(given)
	}
	// Written so that a number that is none is refused.
	away := stamp - float64(now.UnixMilli())
	limit := float64(tolerance.Milliseconds())
	return away >= -limit && away <= limit
}
