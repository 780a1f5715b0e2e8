package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// Bounds of a file on its way to Slack.
const (
	maxUpload     = 256 << 20
	uploadTimeout = 50 * time.Second
)

// upload sends a file in Slack's three steps: ask for a place, bring the
// bytes, show it. What the file is called at Slack is noted before it is
// shown: when the last answer is lost, the retry asks whether it is.
func (o *outbound) upload(ctx context.Context, n int, u *upload) (ts string, err error) {
	id, noted := o.uploaded(n)
	if noted {
		info, err := o.client.file(ctx, id)
		if err != nil && !isCode(err, "file_not_found", "file_deleted") {
			return "", err
		}
		if err == nil {
			if ts, shown := info.shares[o.to.channel]; shown {
				return ts, nil
			}
		}
		noted = err == nil
	}
	if !noted {
		if id, err = o.s.bring(ctx, o, u); err != nil {
			return "", err
		}
		if err := o.Record(ctx, platform.Tags{tagUpload: strconv.Itoa(n) + " " + id}); err != nil {
			return "", err
		}
	}
	if err := o.client.complete(ctx, id, cmp.Or(u.title, u.name), o.to); err != nil {
		return "", err
	}
	return o.shownAt(ctx, id), nil
}

// uploaded is the file that is noted for a part.
func (o *outbound) uploaded(n int) (id string, ok bool) {
	part, id, _ := strings.Cut(o.Message.Tags[tagUpload], " ")
	return id, part == strconv.Itoa(n) && id != ""
}

// shownAt is the time of the message that shows the file, when Slack says it
// already: without it, reactions to it are not known to be to this message.
func (o *outbound) shownAt(ctx context.Context, id string) string {
	info, err := o.client.file(ctx, id)
	if err != nil {
		o.Call.Logger.InfoContext(ctx, "the time of a file is not known", "error", err)
		return ""
	}
	return info.shares[o.to.channel]
}

// bring fetches the file and uploads its bytes.
func (s *service) bring(ctx context.Context, o *outbound, u *upload) (id string, err error) {
	ctx, cancel := context.WithTimeout(ctx, uploadTimeout)
	defer cancel()
	body, err := s.fetch(ctx, o, u.address)
	if err != nil {
		return "", err
	}
	// The size comes first: Slack wants it before the bytes.
	spool, err := os.CreateTemp("", "bellhop-slack-*")
	if err != nil {
		body.Close() //nolint:errcheck,gosec // it is not read
		return "", fmt.Errorf("keep the file: %w", err)
	}
	defer os.Remove(spool.Name()) //nolint:errcheck // it is a temporary file
	defer spool.Close()           //nolint:errcheck // it is a temporary file
	size, err := io.Copy(spool, io.LimitReader(body, maxUpload+1))
	body.Close() //nolint:errcheck,gosec // it was read
	switch {
	case err != nil:
		return "", integration.Temporary(errors.New("the file at " + hostOf(u.address) + " could not be read to its end"))
	case size == 0:
		return "", integration.RuntimeError("the file at " + hostOf(u.address) + " is empty, and Slack takes no empty files")
	case size > maxUpload:
		return "", integration.RuntimeError(fmt.Sprintf("the file at %s is over %d MB", hostOf(u.address), maxUpload>>20))
	}
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return "", fmt.Errorf("read the file: %w", err)
	}
	id, target, err := o.client.ticket(ctx, u.name, size, "")
	if err != nil {
		return "", err
	}
	return id, s.put(ctx, target, spool, size)
}

// put brings the bytes to the place that Slack named. The address is the
// permission; no token goes along.
func (s *service) put(ctx context.Context, target string, body io.Reader, size int64) error {
	u, err := url.Parse(target)
	if err != nil || !s.trusted(u) {
		return &chatkit.Error{Vendor: vendor, Final: true, Message: "the place for the file is on a host that is not Slack's"}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, io.NopCloser(body))
	if err != nil {
		return fmt.Errorf("address the upload: %w", err)
	}
	req.ContentLength = size
	req.Header.Set("Content-Type", "application/octet-stream")
	resp, err := s.http.Do(req)
	if err != nil {
		return chatkit.NoAnswer(vendor, err)
	}
	defer resp.Body.Close() //nolint:errcheck // it is not read
	if resp.StatusCode != http.StatusOK {
		return &chatkit.Error{Vendor: vendor, Status: resp.StatusCode, Message: "the bytes of the file were not taken",
			RetryAfter: chatkit.RetryAfterHeader(resp.Header, time.Now())}
	}
	return nil
}

// fetch opens the file that the bot wants to send. One of Slack's own that a
// person sent before is read at Slack.
func (s *service) fetch(ctx context.Context, o *outbound, address string) (io.ReadCloser, error) {
	if body, err := s.ownFile(ctx, o, address); err != nil || body != nil {
		return body, err
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, integration.RuntimeError("the file's address is not an HTTP address")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, integration.RuntimeError("the file's address is not an HTTP address")
	}
	req.Header.Set("User-Agent", "bellhop/1.0")
	resp, err := s.outside(o.Call.WebhookURL).Do(req)
	if err != nil {
		return nil, chatkit.NoAnswer("the file's host "+hostOf(address), err)
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close() //nolint:errcheck,gosec // it is not read
		return nil, &chatkit.Error{Vendor: "the file's host " + hostOf(address), Status: resp.StatusCode, RetryAfter: chatkit.RetryAfterHeader(resp.Header, time.Now())}
	}
	return resp.Body, nil
}

// hostOf names where an address leads, without what may be a secret in it.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "an unknown host"
	}
	return u.Host
}
