// Package platformhttp carries platform calls over HTTP: the client's
// transport, and the binding of operation inputs to paths, queries and bodies
// that the server uses too.
package platformhttp

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/platform"
)

// Config configures a Transport; the zero value is usable.
type Config struct {
	// Client makes the requests; nil means one of the transport's own.
	// Redirects are never followed: a token must not travel on.
	Client *http.Client
	// Timeout bounds one attempt; 0 means 60 s.
	Timeout time.Duration
	// Attempts is how often a call is tried; 0 means 3, 1 never repeats.
	Attempts int
	// Backoff is how much longer, at the most, each pause between attempts is
	// than the one before; 0 means 1 s.
	Backoff time.Duration
	// MaxBody is the largest answer in bytes; 0 means 100 MiB.
	MaxBody int64
}

// Transport calls a server. It is safe for concurrent use.
type Transport struct {
	base    string
	cfg     Config
	client  *http.Client
	binding Binding
}

var _ platform.Transport = (*Transport)(nil)

// New returns a transport to the server at base, for example
// "https://bots.example.com"; a path of base is kept in front of /v1.
func New(base string, cfg Config) (*Transport, error) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("%q is not an http address of a server", base)
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = time.Minute
	}
	if cfg.Backoff <= 0 {
		cfg.Backoff = time.Second
	}
	if cfg.Attempts == 0 {
		cfg.Attempts = 3
	}
	if cfg.MaxBody == 0 {
		cfg.MaxBody = 100 << 20
	}
	client := &http.Client{}
	if cfg.Client != nil {
		*client = *cfg.Client
	} else {
		pool := http.DefaultTransport.(*http.Transport).Clone()
		pool.MaxIdleConns, pool.MaxIdleConnsPerHost = 256, 256 // of one host
		client.Transport = pool
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Transport{base: strings.TrimRight(base, "/"), cfg: cfg, client: client}, nil
}

// Headers of idempotent calls.
const (
	// HeaderKey carries the idempotency key of a call.
	HeaderKey = "Idempotency-Key"
	// HeaderReplayed is true in the answer to a call that an earlier call with
	// the same key carried out.
	HeaderReplayed = "Idempotent-Replayed"
)

// Do makes the call. It repeats it after connection faults and 5xx when the
// operation is idempotent or takes an idempotency key, and after 429, 502 and
// 503 always, waiting as the answer says or else a little longer each time.
// All attempts of a call carry the same key: that of the input, or a random
// one.
func (t *Transport) Do(ctx context.Context, call *platform.Call) error {
	path, query, err := t.binding.Encode(call.Op, call.In)
	if err != nil {
		return err
	}
	var body []byte
	if call.Op.Method != http.MethodGet {
		body = []byte("{}")
		if t.binding.HasBody(call.Op) {
			if body, err = json.Marshal(call.In); err != nil {
				return fmt.Errorf("%s: %w", call.Op.Name, err)
			}
		}
	}
	address := t.base + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	q := &request{address: address, body: body, repeatable: call.Op.Idempotent}
	if own := platform.IdempotencyKey(call.In); own != nil {
		q.repeatable = true
		if *own == "" {
			q.key = crand.Text()
		}
	}
	for attempt := 1; ; attempt++ {
		wait, err := t.attempt(ctx, call, q, attempt)
		if err == nil || wait < 0 || attempt >= t.cfg.Attempts {
			return err
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
	}
}

// request is what all attempts of a call send.
type request struct {
	address    string
	body       []byte
	key        string // "" when the body has it, or the operation takes none
	repeatable bool   // after an unknown outcome
}

// attempt tries once; a negative wait says that trying again is no use.
func (t *Transport) attempt(ctx context.Context, call *platform.Call, q *request, n int) (wait time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, t.cfg.Timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, call.Op.Method, q.address, bytes.NewReader(q.body))
	if err != nil {
		return -1, fmt.Errorf("%s: %w", call.Op.Name, err)
	}
	if q.body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if q.key != "" {
		r.Header.Set(HeaderKey, q.key)
	}
	setCaller(r.Header, &call.Caller)
	res, err := t.client.Do(r)
	if err != nil {
		return t.again(q.repeatable, n), fmt.Errorf("%s: server %w: %w", call.Op.Name, platform.ErrUnavailable, err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, t.cfg.MaxBody))
	if err != nil {
		return t.again(q.repeatable, n), fmt.Errorf("%s: server %w: read the answer: %w", call.Op.Name, platform.ErrUnavailable, err)
	}
	if res.StatusCode >= 200 && res.StatusCode < 300 {
		if err := json.Unmarshal(answer, call.Out); err != nil {
			return -1, fmt.Errorf("%s: read the answer: %w", call.Op.Name, err)
		}
		if replayed := platform.Replayed(call.Out); replayed != nil {
			*replayed = res.Header.Get(HeaderReplayed) == "true"
		}
		return 0, nil
	}
	failure := decodeError(res, answer)
	repeat := res.StatusCode == 429 || res.StatusCode == 502 || res.StatusCode == 503
	if wait = t.again(repeat || q.repeatable && res.StatusCode >= 500, n); wait >= 0 && failure.RetryAfter > 0 {
		wait = failure.RetryAfter
	}
	return wait, failure
}

// again is how long to wait before the next attempt when there may be one.
func (t *Transport) again(ok bool, n int) time.Duration {
	if !ok {
		return -1
	}
	limit := time.Duration(n) * t.cfg.Backoff
	return limit/2 + rand.N(limit/2+1)
}

// setCaller writes the headers by which a caller says who it is.
func setCaller(h http.Header, c *platform.Caller) {
	set := func(key, value string) {
		if value != "" {
			h.Set(key, value)
		}
	}
	if c.Token != "" {
		h.Set("Authorization", "Bearer "+c.Token)
	}
	set("X-Workspace-Id", c.WorkspaceID)
	set("X-Bot-Id", c.BotID)
	set("X-Integration-Id", c.IntegrationID)
	set("X-Integration-Alias", c.IntegrationAlias)
	set("Traceparent", c.TraceParent)
	set("Tracestate", c.TraceState)
	if !c.ByIntegration {
		h["X-Multiple-Integrations"] = aliases
	}
}

// aliases is the value of the header that asks for installations by alias.
var aliases = []string{"true"}

// decodeError reads the wire's error body; anything else becomes Unknown with
// a bounded part of its text, and matches platform.ErrUnavailable: something on
// the way answered, not the server.
func decodeError(res *http.Response, body []byte) *platform.Error {
	e := &platform.Error{}
	if err := json.Unmarshal(body, e); err != nil || e.Type == "" {
		e = platform.Errorf(platform.TypeUnknown, "the server answered %s: %.200s", res.Status, bytes.TrimSpace(body)).MarkRetryable()
	}
	e.Code = res.StatusCode
	e.RetryAfter = platform.RetryAfter(res.StatusCode, res.Header, time.Now())
	return e
}
