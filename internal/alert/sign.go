// Package alert reports failures: to the operator's endpoints as webhooks that
// are signed after the Standard Webhooks specification, to the integration, and
// to the person in the conversation. What it sends are rows of the deliveries
// table, so that they are durable, ordered by endpoint and can be replayed.
//
// It does not decide when an attempt is made (package delivery).
package alert

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
)

const secretPrefix = "whsec_"

// NewSecret makes a secret of an endpoint.
func NewSecret() string {
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails (crypto/rand)
	return secretPrefix + base64.StdEncoding.EncodeToString(key[:])
}

// Sign returns the webhook-signature of a body: a signature for each secret,
// with a space between them.
func Sign(id string, at time.Time, body []byte, secrets ...string) (string, error) {
	var signatures []string
	for _, secret := range secrets {
		encoded, ok := strings.CutPrefix(secret, secretPrefix)
		if !ok {
			return "", errors.New("the secret does not begin with " + secretPrefix)
		}
		key, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return "", errors.New("the secret is not base64")
		}
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%d.", id, at.Unix())
		mac.Write(body)
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(signatures, " "), nil
}
