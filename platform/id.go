package platform

import (
	"crypto/rand"
	"encoding/binary"
	"strings"
	"sync"
	"time"
)

// Prefixes of ids. An id is a prefix, an underscore and a ULID: 28 to 36
// characters, sorted by time of creation.
const (
	PrefixBot            = "bot"
	PrefixDevBot         = "devbot"
	PrefixIntegration    = "intver"
	PrefixDevIntegration = "devint"
	PrefixInstallation   = "inst"
	PrefixUser           = "user"
	PrefixConversation   = "conv"
	PrefixMessage        = "msg"
	PrefixEvent          = "evt"
	PrefixState          = "state"
	PrefixDelivery       = "dlv"
	PrefixToken          = "tok"
	PrefixAlert          = "alert"
	PrefixWorkspace      = "wkspace"
	PrefixDeployment     = "dpl"
	PrefixInterface      = "ifver"
	PrefixPlugin         = "plugver"
	PrefixBotVersion     = "botver"
	PrefixFile           = "file"
	PrefixTable          = "table"
	PrefixErasure        = "erase"
	PrefixAudit          = "audit"
)

// alphabet is Crockford's base 32, upper case.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// IDs makes ids that grow strictly within one process, also within one
// millisecond. The zero value is ready; it is safe for concurrent use.
type IDs struct {
	mu   sync.Mutex
	ms   uint64
	high uint16
	low  uint64
}

// New returns a new id with the prefix, for the time now.
func (g *IDs) New(prefix string, now time.Time) string {
	ms := uint64(now.UnixMilli())
	g.mu.Lock()
	if ms > g.ms {
		var seed [10]byte
		_, _ = rand.Read(seed[:]) // never fails (crypto/rand)
		g.ms, g.high, g.low = ms, binary.BigEndian.Uint16(seed[:2])>>1, binary.BigEndian.Uint64(seed[2:])
	} else {
		g.low++
		if g.low == 0 {
			g.high++
		}
	}
	ms, high, low := g.ms, g.high, g.low
	g.mu.Unlock()

	// 128 bits: 48 of time, 80 of randomness, written as 26 characters of
	// five bits after two leading zero bits.
	hi := ms<<16 | uint64(high)
	var buf [26]byte
	for i := 25; i >= 0; i-- {
		buf[i] = alphabet[low&31]
		low = low>>5 | hi<<59
		hi >>= 5
	}
	return prefix + "_" + string(buf[:])
}

// FirstID returns a text that sorts after every id with the prefix from before t
// and before every later one: the bound of a range of ids by time.
func FirstID(prefix string, t time.Time) string {
	ms := uint64(max(t.UnixMilli(), 0))
	var buf [10]byte
	for i := len(buf) - 1; i >= 0; i-- {
		buf[i] = alphabet[ms&31]
		ms >>= 5
	}
	return prefix + "_" + string(buf[:])
}

// IsID reports whether s has the form of an id with the prefix.
func IsID(s, prefix string) bool {
	rest, ok := strings.CutPrefix(s, prefix+"_")
	if !ok || len(rest) != 26 {
		return false
	}
	return strings.Trim(rest, alphabet) == ""
}

// IsIntegrationID reports whether s has the form of an id of an integration
// version, published or in development.
func IsIntegrationID(s string) bool {
	return IsID(s, PrefixIntegration) || IsID(s, PrefixDevIntegration)
}
