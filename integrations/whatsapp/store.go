package whatsapp

import (
	"context"
	"io"

	"github.com/bellhop-dev/bellhop/integration"
)

// upload is a file on its way to this server.
type upload struct {
	key, contentType, mediaID string
	body                      io.Reader
	size                      int64
	fallback                  string // the vendor's address
}

// store keeps the file and returns the address that the bot gets.
func store(_ context.Context, _ *integration.Call, _ *settings, u upload) (string, error) {
	return u.fallback, nil
}
