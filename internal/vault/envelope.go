package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// prefix begins every sealed value. JSON does not begin with it, so what was
// kept in clear before is told apart.
const prefix = "~1."

// encoding has one text for each value only.
var encoding = base64.RawStdEncoding.Strict()

// ErrRefused is returned for a value that was not sealed for its place, was
// changed, or is sealed under a key that is not known.
var ErrRefused = errors.New("the sealed value is refused: it was changed, belongs to another row, or its key is not known")

// Sealed tells whether a value is sealed.
func Sealed(value string) bool { return strings.HasPrefix(value, prefix) }

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// seal writes ~1.<key id>.<nonce and ciphertext in base64>.
func seal(aead cipher.AEAD, id int64, place string, plain []byte) string {
	return keyPrefix(id) + encoding.EncodeToString(aead.Seal(nil, nil, plain, bound(id, place)))
}

func keyPrefix(id int64) string { return prefix + strconv.FormatInt(id, 10) + "." }

// keyID returns the data key of a sealed value, and its body.
func keyID(value string) (id int64, body string, ok bool) {
	rest, ok := strings.CutPrefix(value, prefix)
	name, body, found := strings.Cut(rest, ".")
	id, err := strconv.ParseInt(name, 10, 64)
	return id, body, ok && found && err == nil
}

func open(aead cipher.AEAD, id int64, place, body string) ([]byte, error) {
	raw, err := encoding.DecodeString(body)
	if err != nil {
		return nil, ErrRefused
	}
	plain, err := aead.Open(nil, nil, raw, bound(id, place))
	if err != nil {
		return nil, ErrRefused
	}
	return plain, nil
}

// bound is what is authenticated with a value: its key and its place.
func bound(id int64, place string) []byte { return fmt.Appendf(nil, "bellhop/1/%d/%s", id, place) }
