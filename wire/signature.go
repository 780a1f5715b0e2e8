package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"
)

// SignatureTolerance is how far a signature's time may be from the verifier's
// clock.
const SignatureTolerance = 5 * time.Minute

// maxSignatures is how many hashes one header may carry while keys rotate.
const maxSignatures = 5

// ErrSignature is the one error of Verify: it does not say which part was
// wrong, so that it teaches a forger nothing.
var ErrSignature = errors.New("the request's signature is missing, stale or wrong")

// Sign returns the value of HeaderSignature for body at time now:
// "<unix ms>,<hash>". The secret is base64url; while secrets rotate it is
// several with spaces between, each of which makes a hash.
func Sign(secret string, now time.Time, body []byte) (string, error) {
	ms := strconv.FormatInt(now.UnixMilli(), 10)
	header := ms
	for s := range strings.FieldsSeq(secret) {
		key, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
		if err != nil {
			return "", errors.New("the signing secret is not base64url")
		}
		header += "," + base64.RawURLEncoding.EncodeToString(sum(key, ms, body))
	}
	return header, nil
}

// Verify checks a HeaderSignature value over the raw body in constant time.
func Verify(secret, header string, now time.Time, body []byte) error {
	key, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(secret, "="))
	if err != nil || len(key) == 0 {
		return ErrSignature
	}
	parts := strings.Split(header, ",")
	if len(parts) < 2 || len(parts) > maxSignatures+1 {
		return ErrSignature
	}
	ms, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || now.Sub(time.UnixMilli(ms)).Abs() > SignatureTolerance {
		return ErrSignature
	}
	want := sum(key, parts[0], body)
	ok := false
	for _, part := range parts[1:] {
		got, err := base64.RawURLEncoding.DecodeString(part)
		if err == nil && hmac.Equal(got, want) {
			ok = true
		}
	}
	if !ok {
		return ErrSignature
	}
	return nil
}

func sum(key []byte, ms string, body []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(ms + "."))
	mac.Write(body)
	return mac.Sum(nil)
}
