// Package webhook is the integration that turns any HTTP call into an event
// for the bot, and lets the bot answer the call when it is configured so.
//
// A call that waits for the bot is kept in memory: the node that took it must
// be the one that runs the action respond, and a restart ends it. The caller
// then gets 504 or a broken connection and may call again.
package webhook

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
	"github.com/bellhop-dev/bellhop/wire"
)

// Bounds of calls that wait for the bot.
const (
	maxWaiting     = 1000
	defaultTimeout = 20 * time.Second
	maxTimeout     = 50 * time.Second
)

const (
	secretName   = "x-bp-secret"
	eventName    = "event"
	actionName   = "respond"
	answerBySync = "sync"
)

// Configuration is how an installation is configured.
type Configuration struct {
	// Secret, when set, must come as the header or query member x-bp-secret.
	Secret string `json:"secret,omitempty" title:"Secret" description:"Callers must send it as the header or query member x-bp-secret. Empty lets everybody call who knows the address." secret:"true"`
	// AllowedOrigins are the pages that may call from a browser; empty lets
	// all.
	AllowedOrigins []string `json:"allowedOrigins,omitempty" title:"Pages that may call" description:"Origins, as https://www.example.com, whose pages may call from a browser. Empty lets all."`
	// Answer is "sync" when the caller waits for the bot's action respond.
	Answer string `json:"answer,omitempty" title:"What callers get" description:"async answers 200 as soon as the event is stored. sync waits for the bot to call the action respond, and gives what that says." enum:"async,sync" default:"async"`
	// TimeoutSeconds is how long it waits; 0 means 20, and 50 is the most.
	TimeoutSeconds int `json:"timeoutSeconds,omitempty" title:"Seconds to wait" description:"How long a sync caller waits before it is answered 504." minimum:"0" maximum:"50" default:"20"`
}

// call is the event's payload.
type call struct {
	Body      any               `json:"body,omitempty"` // the JSON value, else the text
	Query     map[string]any    `json:"query"`          // texts, or lists of them
	Method    string            `json:"method"`
	Path      string            `json:"path"`
	Headers   map[string]string `json:"headers"`
	RequestID string            `json:"requestId,omitempty"` // when the caller waits
}

const callSchema = `{"type":"object","required":["query","method","path","headers"],"properties":{"body":{},` +
	`"query":{"type":"object"},"method":{"type":"string"},"path":{"type":"string"},"headers":{"type":"object"},"requestId":{"type":"string"}}}`

const respondSchema = `{"type":"object","required":["requestId"],"properties":{"requestId":{"type":"string"},` +
	`"status":{"type":"integer","minimum":200,"maximum":599},"headers":{"type":"object","additionalProperties":{"type":"string"}},"body":{}}}`

// respond is the input of the action: Body is a text, or a value that is sent
// as JSON.
type respond struct {
	RequestID string            `json:"requestId"`
	Status    int               `json:"status"`
	Headers   map[string]string `json:"headers"`
	Body      json.RawMessage   `json:"body"`
}

type nothing struct{}

func definition() integration.Definition {
	return integration.Definition{
		Name: "webhook", Version: "1.0.0", Title: "Webhook", Description: "Turns HTTP calls into events.",
		Configuration: &integration.Configuration{Schema: schema.For[Configuration]},
		Events: map[string]integration.EventDefinition{
			eventName: {Title: "Event", Description: "Somebody called", Schema: integration.RawSchema(callSchema)},
		},
		Actions: map[string]integration.ActionDefinition{
			actionName: {Title: "Respond", Description: "Answers a call that waits", Input: integration.RawSchema(respondSchema)},
		},
	}
}

// New returns the integration.
func New() integration.Integration {
	return integration.Integration{Definition: definition(), New: func(env integration.Env) (wire.Handler, error) {
		w := &waiting{calls: map[string]chan *respond{}}
		m := integration.NewMux(definition(), env)
		m.OnWebhook(w.webhook)
		integration.Action(m, actionName, w.respond)
		return m.Handler()
	}}
}

// waiting holds the calls that wait for the bot, by installation and request.
type waiting struct {
	mu    sync.Mutex
	calls map[string]chan *respond
}

func key(c *integration.Call, requestID string) string {
	return c.BotID + " " + c.Alias + " " + requestID
}

func (w *waiting) webhook(ctx context.Context, c *integration.Call, req *platform.WebhookRequest) (*integration.WebhookResponse, error) {
	config, err := integration.Config[Configuration](c)
	if err != nil {
		return nil, err
	}
	query, err := url.ParseQuery(req.Query)
	if err != nil {
		return integration.Text(http.StatusBadRequest, "the query cannot be read"), nil
	}
	header, ok := cors(config, req.Headers)
	switch {
	case !ok:
		return integration.Text(http.StatusForbidden, "this origin may not call"), nil
	case req.Method == http.MethodOptions && req.Headers["access-control-request-method"] != "":
		return &integration.WebhookResponse{Status: http.StatusNoContent, Header: header}, nil
	case !config.admits(req, query):
		return integration.Text(http.StatusUnauthorized, "the secret is missing or wrong"), nil
	}
	resp, err := w.take(ctx, c, config, toCall(req, query))
	if err != nil {
		return nil, err
	}
	if resp.Header == nil {
		resp.Header = http.Header{}
	}
	for name, values := range header {
		resp.Header[name] = values
	}
	return resp, nil
}

// take makes the event, and waits for the bot's answer when it is to come.
func (w *waiting) take(ctx context.Context, c *integration.Call, config *Configuration, in call) (*integration.WebhookResponse, error) {
	var answered chan *respond
	if config.Answer == answerBySync {
		in.RequestID = rand.Text()
		id := key(c, in.RequestID)
		w.mu.Lock()
		if len(w.calls) >= maxWaiting {
			w.mu.Unlock()
			resp := integration.Text(http.StatusServiceUnavailable, "too many calls are waiting")
			resp.Header.Set("Retry-After", "5")
			return resp, nil
		}
		answered = make(chan *respond, 1)
		w.calls[id] = answered
		w.mu.Unlock()
		defer func() {
			w.mu.Lock()
			delete(w.calls, id)
			w.mu.Unlock()
		}()
	}
	_, err := c.Emit(ctx, integration.Event{Type: eventName, Payload: in})
	if tooLarge, ok := errors.AsType[*platform.Error](err); ok && tooLarge.Type == platform.TypePayloadTooLarge {
		// Not a fault of the platform: the same call will never fit.
		return integration.Text(http.StatusRequestEntityTooLarge, "the call does not fit into an event: "+tooLarge.Message), nil
	}
	if err != nil {
		return nil, err
	}
	if answered == nil {
		return &integration.WebhookResponse{Status: http.StatusOK, Header: http.Header{}}, nil
	}
	timer := time.NewTimer(config.timeout())
	defer timer.Stop()
	select {
	case a := <-answered:
		return a.response(), nil
	case <-timer.C:
	case <-ctx.Done():
	}
	return integration.Text(http.StatusGatewayTimeout, "the bot did not answer in time"), nil
}

func (w *waiting) respond(_ context.Context, c *integration.Call, in *respond) (*nothing, error) {
	id := key(c, in.RequestID)
	w.mu.Lock()
	answered := w.calls[id]
	delete(w.calls, id)
	w.mu.Unlock()
	if answered == nil {
		return nil, integration.RuntimeError("no call waits under this requestId: it was answered, gave up, or came to another node")
	}
	answered <- in
	return &nothing{}, nil
}

func (r *respond) response() *integration.WebhookResponse {
	resp := &integration.WebhookResponse{Status: r.Status, Header: http.Header{}, Body: r.Body}
	var text string
	switch {
	case len(r.Body) == 0 || string(r.Body) == "null":
		resp.Body = nil
	case json.Unmarshal(r.Body, &text) == nil:
		resp.Body = []byte(text)
		resp.Header.Set("Content-Type", "text/plain; charset=utf-8")
	default:
		resp.Header.Set("Content-Type", "application/json")
	}
	for name, value := range r.Headers {
		resp.Header.Set(name, value)
	}
	return resp
}

func (c *Configuration) timeout() time.Duration {
	if c.TimeoutSeconds <= 0 {
		return defaultTimeout
	}
	return min(time.Duration(c.TimeoutSeconds)*time.Second, maxTimeout)
}

// admits checks the secret in constant time.
func (c *Configuration) admits(req *platform.WebhookRequest, query url.Values) bool {
	if c.Secret == "" {
		return true
	}
	given := req.Headers[secretName]
	if given == "" {
		given = query.Get(secretName)
	}
	return subtle.ConstantTimeCompare([]byte(given), []byte(c.Secret)) == 1
}

func toCall(req *platform.WebhookRequest, query url.Values) call {
	in := call{Query: map[string]any{}, Method: req.Method, Path: req.Path, Headers: map[string]string{}}
	for name, value := range req.Headers {
		if name != secretName {
			in.Headers[name] = value
		}
	}
	for name, values := range query {
		switch {
		case name == secretName:
		case len(values) == 1:
			in.Query[name] = values[0]
		default:
			in.Query[name] = values
		}
	}
	if json.Valid([]byte(req.Body)) {
		in.Body = json.RawMessage(req.Body)
	} else if req.Body != "" {
		in.Body = req.Body
	}
	return in
}

// cors says whether the origin may call and what a browser is told.
func cors(c *Configuration, headers map[string]string) (http.Header, bool) {
	origin := headers["origin"]
	if origin == "" {
		return nil, true
	}
	allow := origin
	if len(c.AllowedOrigins) == 0 {
		allow = "*"
	} else if !slices.Contains(c.AllowedOrigins, origin) {
		return nil, false
	}
	h := http.Header{
		"Access-Control-Allow-Origin":  {allow},
		"Access-Control-Allow-Methods": {"GET, POST, PUT, PATCH, DELETE, OPTIONS"},
		"Vary":                         {"Origin"},
	}
	if asked := headers["access-control-request-headers"]; asked != "" {
		h.Set("Access-Control-Allow-Headers", asked)
	}
	return h, true
}
