package chat

import (
	"crypto/sha256"
	"encoding/base64"

	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/platformhttp"
)

// headerKey is the header with an idempotency key, as webhooks name it.
const headerKey = "idempotency-key"

// readKey reads the client's idempotency key. It counts where a user creates a
// message, an event or a conversation. It does not where a user is created:
// whoever guessed the key would get that user's own key.
func (c *call) readKey(headers map[string]string) error {
	key, given := headers[headerKey]
	if !given {
		return nil
	}
	c.key = key
	return platform.CheckIdempotencyKey("header "+headerKey, key)
}

// ownKey is the key for the platform, apart from those of other users.
func (c *call) ownKey() string {
	if c.key == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(c.key))
	return c.me.ID + "/" + base64.RawURLEncoding.EncodeToString(sum[:16])
}

// keyFault names the client's key, which the platform does not know, in a
// conflict.
func (c *call) keyFault(err error) error {
	conflict, ok := platform.AsKeyConflict(err)
	if !ok {
		return err
	}
	conflict.Key = c.key
	return conflict.Error()
}

// repeated marks the answer to a call that was made before.
func (c *call) repeated(replayed bool) bool {
	if replayed {
		c.reply.Set(platformhttp.HeaderReplayed, "true")
	}
	return replayed
}
