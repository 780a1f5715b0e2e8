package chat

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
)

// maxUserKey is the longest user key in bytes.
const maxUserKey = 4 << 10

// minSecret is the shortest secret for HS256 in bytes: a shorter one can be
// found by trying (RFC 7518, 3.2).
const minSecret = 32

// checkSecret refuses an encryptionKey that is too short; "" is none.
func checkSecret(secret string) error {
	if n := len(secret); n > 0 && n < minSecret {
		return integration.RuntimeError(fmt.Sprintf("encryptionKey: it has %d bytes; give at least %d random ones, such as \"openssl rand -base64 32\" makes", n, minSecret))
	}
	return nil
}

// clockSkew is how far an own back end's clock may be off.
const clockSkew = time.Minute

type jwtHeader struct {
	Alg string `json:"alg"`
	Typ string `json:"typ,omitempty"`
}

// claims are the members of a user key that count. ID is the user's own id, or,
// in keys of an own back end, a foreign one.
type claims struct {
	ID        string   `json:"id"`
	IssuedAt  float64  `json:"iat,omitempty"`
	Expires   *float64 `json:"exp,omitempty"`
	NotBefore *float64 `json:"nbf,omitempty"`
}

// signKey makes the key of the user with the (foreign) id.
func signKey(secret, id string, now time.Time) string {
	head, _ := json.Marshal(jwtHeader{Alg: "HS256", Typ: "JWT"})
	body, _ := json.Marshal(claims{ID: id, IssuedAt: float64(now.Unix())})
	text := encode(head) + "." + encode(body)
	return text + "." + encode(mac(secret, text))
}

// verifyKey returns the (foreign) id of the user whose key it is. Its errors
// are Unauthorized and do not tell which part is wrong.
func verifyKey(secret, key string, now time.Time) (string, error) {
	refuse := platform.Errorf(platform.TypeUnauthorized, "the header x-user-key is not a valid user key")
	if secret == "" || len(key) > maxUserKey || strings.Count(key, ".") != 2 {
		return "", refuse
	}
	dot := strings.LastIndexByte(key, '.')
	sum, err := base64.RawURLEncoding.Strict().DecodeString(key[dot+1:])
	if err != nil || !hmac.Equal(sum, mac(secret, key[:dot])) {
		return "", refuse
	}
	head, body, _ := strings.Cut(key[:dot], ".")
	var h jwtHeader
	var c claims
	if !decode(head, &h) || h.Alg != "HS256" || !decode(body, &c) || c.ID == "" {
		return "", refuse
	}
	at := float64(now.Unix())
	if c.Expires != nil && at > *c.Expires+clockSkew.Seconds() || c.NotBefore != nil && at < *c.NotBefore-clockSkew.Seconds() {
		return "", refuse
	}
	return c.ID, nil
}

func mac(secret, text string) []byte {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(text))
	return m.Sum(nil)
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func decode(part string, v any) bool {
	b, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.Unmarshal(b, v) == nil
}
