package tunnel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bellhop-dev/bellhop/platform"
)

// retryAfter is what an answer 503 asks for.
const retryAfter = 2 * time.Second

// transport carries calls through the tunnel of an id, whoever has it at the
// time.
type transport struct {
	hub             *Hub
	id, workspaceID string
}

var _ http.RoundTripper = (*transport)(nil)

// RoundTrip answers 503 while no tunnel is open and while it carries all it
// may, 400 to a body that it cannot carry; the error is a tunnel that broke or
// an answer that did not come in time.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := t.read(r)
	if err != nil {
		return nil, err
	}
	if !utf8.Valid(body) {
		return refusal(r, platform.Errorf(platform.TypeInvalidPayload, "the body is not text; a tunnel carries UTF-8 only"))
	}
	if int64(len(body)) > t.hub.cfg.MaxBody {
		return refusal(r, platform.Errorf(platform.TypePayloadTooLarge, "the body is over the %d bytes that a tunnel carries", t.hub.cfg.MaxBody))
	}
	p := t.hub.find(t.id, t.workspaceID)
	if p == nil {
		return refusal(r, platform.Unavailable(nil, "nobody has opened the tunnel to this code; run bp dev", retryAfter))
	}
	ctx := r.Context()
	if _, bounded := ctx.Deadline(); !bounded {
		limit := t.hub.cfg.AnswerWithin
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, limit, fmt.Errorf("no answer through the tunnel within %s", limit))
		defer cancel()
	}
	a, err := p.exchange(ctx, r, body)
	switch {
	case errors.Is(err, errBusy):
		return refusal(r, platform.Unavailable(err, errBusy.Error(), retryAfter))
	case err != nil:
		return nil, err
	}
	return respond(r, a.status, a.header, a.body), nil
}

func (t *transport) read(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	defer r.Body.Close()
	return io.ReadAll(io.LimitReader(r.Body, t.hub.cfg.MaxBody+1))
}

// refusal is an answer in place of the code's.
func refusal(r *http.Request, e *platform.Error) (*http.Response, error) {
	body, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	header := http.Header{"Content-Type": {"application/json"}}
	if e.RetryAfter > 0 {
		header.Set("Retry-After", strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
	}
	return respond(r, e.Code, header, string(body)), nil
}

func respond(r *http.Request, status int, header http.Header, body string) *http.Response {
	return &http.Response{
		Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: header, Request: r,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}
