package integration

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/bellhop-dev/bellhop/platform"
)

// uploadTimeout bounds one upload.
const uploadTimeout = time.Minute

// Upload keeps content as a file of the bot: it makes the file, or empties the
// one of the same key, and uploads the content. The size is taken from the
// content; the other members of in are the caller's. The content goes to the
// address that the platform gives for it, not through HTTPClient, which is for
// the external system. After an error the file may be there without its
// content; the same call made again mends that.
func (c *Call) Upload(ctx context.Context, in platform.UpsertFileInput, content []byte) (*platform.File, error) {
	in.Size = float64(len(content))
	made, err := c.Client.UpsertFile(ctx, &in)
	if err != nil {
		return nil, fmt.Errorf("make the file %q: %w", in.Key, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, made.File.UploadURL, bytes.NewReader(content))
	if err != nil {
		return nil, Temporary(fmt.Errorf("upload the file %q: the platform gave no address", in.Key))
	}
	if in.ContentType != "" {
		req.Header.Set("Content-Type", in.ContentType)
	}
	client := http.Client{Timeout: uploadTimeout}
	resp, err := client.Do(req)
	if err != nil {
		// The error's text has the address, which is signed.
		return nil, Temporary(fmt.Errorf("upload the file %q: the platform cannot be reached at its public address", in.Key))
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection is used again
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, Temporary(fmt.Errorf("upload the file %q: the platform answered %d", in.Key, resp.StatusCode))
	}
	return &made.File.File, nil
}
