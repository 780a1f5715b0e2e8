package wire

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Remote calls code that is served over HTTP: by the official SDK, by
// HTTPHandler, or by anything that speaks the contract. It is safe for
// concurrent use. Redirects are not followed: they are answers.
type Remote struct {
	// URL is where the code listens; the call goes to exactly this address.
	URL string
	// Secret signs each call when set, as Sign takes it.
	Secret string
	// Client makes the calls; nil means http.DefaultClient. Its transport
	// decides which addresses may be dialled.
	Client *http.Client
	// MaxBody is the largest answer in bytes; 0 means DefaultMaxBody.
	MaxBody int64
}

var _ Handler = (*Remote)(nil)

// Handle posts the request and returns the answer whatever its status. The
// error, never the code's own, wraps the connection's fault.
func (c *Remote) Handle(ctx context.Context, req *Request) (*Response, error) {
	body := req.Body
	if len(body) == 0 {
		body = []byte("{}")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("call code: %w", err)
	}
	req.Encode(r.Header)
	r.Header["Content-Type"] = []string{"application/json"}
	r.Header["User-Agent"] = []string{"bellhop"}
	if c.Secret != "" {
		signature, err := Sign(c.Secret, time.Now(), body)
		if err != nil {
			return nil, err
		}
		r.Header[HeaderSignature] = []string{signature}
	}
	client := http.Client{}
	if c.Client != nil {
		client = *c.Client
	}
	// A redirect is the code's answer: following one would carry the
	// configuration to an address that nobody chose.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("call code: %w", err)
	}
	defer res.Body.Close()
	limit := c.MaxBody
	if limit == 0 {
		limit = DefaultMaxBody
	}
	answer, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read the code's answer: %w", err)
	}
	if int64(len(answer)) > limit {
		return nil, fmt.Errorf("the code's answer is over %d bytes", limit)
	}
	return &Response{Status: res.StatusCode, Header: res.Header, Body: answer, Remote: true}, nil
}
