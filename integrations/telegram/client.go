package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
)

const (
	defaultAPI = "https://api.telegram.org"
	// maxAnswer is the largest answer that is read, unless it is a file.
	maxAnswer = 32 << 20
	// callTimeout is the deadline of a call, uploadTimeout that of one with a file.
	callTimeout   = 20 * time.Second
	uploadTimeout = 50 * time.Second
)

// client calls the Bot API as one bot. Its addresses contain the token: no error
// and no log may have one.
type client struct {
	http  *http.Client // follows no redirects
	base  *url.URL
	token string
	own   bool // base is the configuration's, not Telegram's
}

func (s *service) client(c *settings) *client {
	return &client{http: s.http, base: c.base, token: c.token, own: strings.TrimSpace(c.APIURL) != ""}
}

// call calls a method and decodes the result into out, which may be nil.
func (c *client) call(ctx context.Context, method string, in, out any) error {
	return c.callWithin(ctx, callTimeout, method, in, out)
}

func (c *client) callWithin(ctx context.Context, limit time.Duration, method string, in, out any) error {
	body := []byte("{}")
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return fmt.Errorf("encode the call of %s: %w", method, err)
		}
	}
	return c.post(ctx, limit, method, "application/json", bytes.NewReader(body), out)
}

func (c *client) post(ctx context.Context, limit time.Duration, method, contentType string, body io.Reader, out any) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base.JoinPath("bot"+c.token, method).String(), body)
	if err != nil {
		return &chatkit.Error{Vendor: vendor, Final: true, Message: "the method's address is not valid"}
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("User-Agent", "bellhop/1.0")
	resp, err := c.http.Do(req)
	if err != nil {
		return chatkit.NoAnswer(vendor, err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	var answer apiAnswer
	switch parsed := json.Unmarshal(raw, &answer) == nil; {
	case resp.StatusCode/100 == 2 && err != nil:
		return errors.Join(chatkit.ErrAccepted, chatkit.NoAnswer(vendor, err))
	case resp.StatusCode/100 == 2 && !parsed:
		return c.unreadable(resp, "its answer cannot be read", c.suspect())
	case !parsed || !answer.OK:
		return answer.refusal(resp, c.suspect())
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer.Result, out); err != nil {
		return c.unreadable(resp, "its answer has another shape than expected", "")
	}
	return nil
}

// unreadable is the error of a call that was accepted, and whose answer does not
// say more.
func (c *client) unreadable(resp *http.Response, message, remedy string) error {
	return errors.Join(chatkit.ErrAccepted, &chatkit.Error{
		Vendor: vendor, Status: resp.StatusCode, Temporary: true, Message: message, Remedy: remedy,
	})
}

// suspect is the remedy for an answer that is not the Bot API's.
func (c *client) suspect() string {
	if c.own {
		return "what answers at apiUrl does not look like a Bot API server: check apiUrl in the configuration"
	}
	return "that is no answer of the Bot API: see what stands between this server and Telegram"
}

// file opens a file by the path that getFile returned.
func (c *client) file(ctx context.Context, path string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base.JoinPath("file", "bot"+c.token, path).String(), http.NoBody)
	if err != nil {
		return nil, &chatkit.Error{Vendor: vendor, Final: true, Message: "the file's address is not valid"}
	}
	req.Header.Set("User-Agent", "bellhop/1.0")
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, chatkit.NoAnswer(vendor, err)
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close() //nolint:errcheck,gosec // it is not read
		return nil, &chatkit.Error{Vendor: vendor, Status: resp.StatusCode, Message: "the file cannot be read"}
	}
	return resp, nil
}
