package linear

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
)

// Linear lets its clients choose ids: UUIDs of version 4. Ours are in two
// halves. The first is made of what is to be created, so that a retry makes the
// same one; the second shows that this installation made it.

// ownID returns the id of what is created for the reason, which names it among
// all that the installation creates.
func ownID(call *integration.Call, reason string) string {
	sum := sha256.Sum256([]byte(call.WebhookID + " " + reason))
	var id [16]byte
	copy(id[:8], sum[:8])
	id[6] = id[6]&0x0f | 0x40
	mark := ownMark(call, id[:8])
	copy(id[8:], mark)
	text := hex.EncodeToString(id[:])
	return strings.Join([]string{text[:8], text[8:12], text[12:16], text[16:20], text[20:]}, "-")
}

// ownMark is the second half for the first.
func ownMark(call *integration.Call, half []byte) []byte {
	mac := hmac.New(sha256.New, []byte("bellhop linear "+call.WebhookID))
	mac.Write(half)
	mark := mac.Sum(nil)[:8]
	mark[0] = mark[0]&0x3f | 0x80
	return mark
}

// isOwnID reports whether ownID made the id for this installation.
func isOwnID(call *integration.Call, id string) bool {
	raw, err := hex.DecodeString(strings.ReplaceAll(id, "-", ""))
	return err == nil && len(raw) == 16 && subtle.ConstantTimeCompare(raw[8:], ownMark(call, raw[:8])) == 1
}
