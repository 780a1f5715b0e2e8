package chat

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/platformhttp"
)

// maxBody is the largest request body in bytes.
const maxBody = 1 << 20

// call is one request of the chat API. me is nil for the operations that need
// no user.
type call struct {
	*session
	me    *platform.User
	fid   string   // the id in the user key
	args  []string // the parts of the path that the pattern leaves open
	query url.Values
	body  string
	key   string      // the client's idempotency key; "" without one
	reply http.Header // of the answer
}

// into decodes the body; an empty one is an empty object.
func (c *call) into(v any) error {
	if strings.TrimSpace(c.body) == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(c.body), v); err != nil {
		return platform.Errorf(platform.TypeInvalidPayload, "the body does not fit: %w", err)
	}
	return nil
}

type operation struct {
	method, pattern string
	status          int
	who             who
	do              func(context.Context, *call) (any, error)
}

// who says what an operation needs to know of its caller.
type who int

const (
	anybody who = iota
	keyHolder
	member // a user that exists
)

// operations is the table of the chat API; * in a pattern stands for one part
// of the path.
func operations() []operation {
	return []operation{
		{"POST", "users", 201, anybody, createUser},
		{"POST", "users/get-or-create", 200, keyHolder, getOrCreateUser},
		{"GET", "users/me", 200, member, getUser},
		{"PUT", "users/me", 200, member, updateUser},
		{"DELETE", "users/me", 200, member, deleteUser},
		{"POST", "conversations", 201, member, createConversation},
		{"POST", "conversations/get-or-create", 200, member, getOrCreateConversation},
		{"GET", "conversations", 200, member, listConversations},
		{"GET", "conversations/*", 200, member, getConversation},
		{"DELETE", "conversations/*", 200, member, deleteConversation},
		{"GET", "conversations/*/messages", 200, member, listMessages},
		{"GET", "conversations/*/listen", 200, member, listenElsewhere},
		{"POST", "conversations/*/participants", 201, member, addParticipant},
		{"GET", "conversations/*/participants", 200, member, listParticipants},
		{"GET", "conversations/*/participants/*", 200, member, getParticipant},
		{"DELETE", "conversations/*/participants/*", 200, member, removeParticipant},
		{"POST", "messages", 201, member, createMessage},
		{"GET", "messages/*", 200, member, getMessage},
		{"DELETE", "messages/*", 200, member, deleteMessage},
		{"POST", "events", 201, member, createEvent},
		{"GET", "events/*", 200, member, getEvent},
		{"GET", pathPage, 200, anybody, getPage},
		{"POST", "files", 201, member, createFile},
	}
}

// split returns the decoded parts of a path.
func split(path string) []string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	for i, p := range parts {
		if decoded, err := url.PathUnescape(p); err == nil {
			parts[i] = decoded
		}
	}
	return parts
}

// match returns the open parts of a path that has the pattern.
func match(pattern string, parts []string) ([]string, bool) {
	want := strings.Split(pattern, "/")
	if len(want) != len(parts) {
		return nil, false
	}
	var args []string
	for i, w := range want {
		switch {
		case w == "*":
			args = append(args, parts[i])
		case w != parts[i]:
			return nil, false
		}
	}
	return args, true
}

// webhook answers one request of the chat API.
func (s *service) webhook(ctx context.Context, ic *integration.Call, req *platform.WebhookRequest) (*integration.WebhookResponse, error) {
	header := cors(req.Headers["origin"], req.Headers["access-control-request-headers"])
	if req.Method == http.MethodOptions {
		return &integration.WebhookResponse{Status: http.StatusNoContent, Header: header}, nil
	}
	if req.Method == http.MethodGet && strings.Trim(req.Path, "/") == "hello" {
		header.Set("Content-Type", "text/plain; charset=utf-8")
		return &integration.WebhookResponse{Status: http.StatusOK, Header: header, Body: []byte("hello")}, nil
	}
	status, out, err := s.answer(ctx, ic, req, header)
	if err != nil {
		status, out = s.refusal(ctx, header, err)
	}
	body, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	header.Set("Content-Type", "application/json")
	header.Set("Cache-Control", "no-store")
	return &integration.WebhookResponse{Status: status, Header: header, Body: body}, nil
}

func (s *service) answer(ctx context.Context, ic *integration.Call, req *platform.WebhookRequest, reply http.Header) (int, any, error) {
	if len(req.Body) > maxBody {
		return 0, nil, platform.Errorf(platform.TypePayloadTooLarge, "the body is over %d bytes", maxBody)
	}
	sess, err := s.session(ic.Client, ic.BotUserID, ic.IntegrationID, ic.BotID, ic.WebhookID, ic.Configuration)
	if err != nil {
		return 0, nil, err
	}
	parts, known := split(req.Path), false
	for _, op := range operations() {
		args, ok := match(op.pattern, parts)
		if !ok {
			continue
		}
		known = true
		if op.method != req.Method {
			continue
		}
		query, err := url.ParseQuery(req.Query)
		if err != nil {
			return 0, nil, platform.Errorf(platform.TypeInvalidQuery, "the query cannot be read")
		}
		c := &call{session: sess, args: args, query: query, body: req.Body, reply: reply}
		if err := c.readKey(req.Headers); err != nil {
			return 0, nil, err
		}
		if err := c.identify(ctx, op.who, req.Headers["x-user-key"]); err != nil {
			return 0, nil, err
		}
		out, err := op.do(ctx, c)
		return op.status, out, err
	}
	if known {
		return 0, nil, platform.Errorf(platform.TypeMethodNotFound, "%.20s is not a method of this address", req.Method)
	}
	return 0, nil, platform.Errorf(platform.TypeResourceNotFound, "there is nothing at this address")
}

func (c *call) identify(ctx context.Context, need who, key string) error {
	if need == anybody {
		return nil
	}
	fid, err := c.authenticate(ctx, key)
	if err != nil {
		return err
	}
	if fid == c.botUserID {
		return platform.Errorf(platform.TypeUnauthorized, "nobody speaks for the bot with a user key")
	}
	c.fid = fid
	if need == member {
		c.me, err = c.user(ctx, fid)
		if platform.IsType(err, platform.TypeResourceNotFound) {
			return platform.Errorf(platform.TypeUnauthorized, "the user of this key does not exist")
		}
	}
	return err
}

// refusal turns an error into the answer that the client decodes. What is not
// the caller's to know stays in the log.
func (s *service) refusal(ctx context.Context, header http.Header, err error) (int, *platform.Error) {
	if _, ok := errors.AsType[*platform.Error](err); !ok {
		e := platform.AsError(err)
		s.log.ErrorContext(ctx, "chat request failed", "error", err, "error_id", e.ID)
		return e.Code, e
	}
	e := platform.AsError(err)
	if e.RetryAfter > 0 {
		header.Set("Retry-After", strconv.Itoa(int((e.RetryAfter.Seconds())+0.999)))
	}
	return e.Code, e
}

// cors lets pages of any origin call: a user proves who they are with a header
// that only their own page knows, never with a cookie.
func cors(origin, asked string) http.Header {
	if origin == "" {
		origin = "*"
	}
	if asked == "" {
		asked = "content-type, x-user-key, last-event-id, idempotency-key"
	}
	h := http.Header{
		"Access-Control-Allow-Origin":   {origin},
		"Access-Control-Allow-Methods":  {"GET, POST, PUT, DELETE, OPTIONS"},
		"Access-Control-Allow-Headers":  {asked},
		"Access-Control-Expose-Headers": {"Retry-After, " + platformhttp.HeaderReplayed},
		"Access-Control-Max-Age":        {"600"},
		"Vary":                          {"Origin, Access-Control-Request-Headers"},
	}
	if origin != "*" {
		h.Set("Access-Control-Allow-Credentials", "true") // the official client asks with credentials
	}
	return h
}
