// Package signing keeps the secrets that calls to served code are signed with:
// the one in use, and those before it for as long as they still count.
package signing

import (
	"crypto/rand"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

const (
	// Overlap is how long a secret counts after the one that replaced it, so
	// that the code can be given the new one meanwhile.
	Overlap = 24 * time.Hour
	size    = 32 // bytes of a secret
	most    = 5  // secrets at a time: as many hashes fit into a signature
)

// Rotate makes a new secret (base64url) and returns it with what is to be kept
// in the place of kept, which is "" when there was none.
func Rotate(kept string, now time.Time) (keep, secret string) {
	b := make([]byte, size)
	_, _ = rand.Read(b) // it never fails
	secret = base64.RawURLEncoding.EncodeToString(b)
	end := "@" + strconv.FormatInt(now.Add(Overlap).UnixMilli(), 10)
	list := []string{secret}
	for i, old := range valid(kept, now) {
		if len(list) == most {
			break
		}
		if i == 0 {
			old += end
		}
		list = append(list, old)
	}
	return strings.Join(list, " "), secret
}

// Secrets are the kept secrets that count now, the newest first, as wire.Sign
// takes them.
func Secrets(kept string, now time.Time) string {
	list := valid(kept, now)
	for i, s := range list {
		list[i], _, _ = strings.Cut(s, "@")
	}
	return strings.Join(list, " ")
}

// valid are the kept secrets that count, with their ends.
func valid(kept string, now time.Time) (list []string) {
	for s := range strings.FieldsSeq(kept) {
		if _, end, ok := strings.Cut(s, "@"); ok {
			if ms, err := strconv.ParseInt(end, 10, 64); err != nil || ms <= now.UnixMilli() {
				continue
			}
		}
		list = append(list, s)
	}
	return list
}
