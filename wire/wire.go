// Package wire defines how the platform calls an integration or a bot,
// wherever that code runs: in this process, behind an HTTP address, or as a
// bundle in another process.
//
// Everything that crosses is bytes, so that the places to run cannot differ by
// accident: an in-process handler sees the same request that a remote one
// reads from the network. The package holds the request, the answer, the
// names of operations and headers, and both ends of the HTTP form. It knows
// no nouns; those are in package platform.
package wire

import (
	"context"
	"net/http"
)

// Operations that the platform calls. Integrations receive all but
// OpEventReceived; bots receive OpEventReceived, OpActionTriggered and the
// life-cycle ones.
const (
	OpPing                = "ping"
	OpRegister            = "register"
	OpUnregister          = "unregister"
	OpWebhookReceived     = "webhook_received"
	OpMessageCreated      = "message_created"
	OpMessageUpdated      = "message_updated"
	OpConversationUpdated = "conversation_updated"
	OpActionTriggered     = "action_triggered"
	OpCreateUser          = "create_user"
	OpCreateConversation  = "create_conversation"
	OpEventReceived       = "event_received"
)

// OpListen is ours and goes to code that is linked into the server only: the
// code listens to its external system (a socket, long polling) for one
// installation until the context ends. An answer before that says that there
// is nothing to listen to when it is 2xx or 4xx, and asks for another call
// when it is 5xx.
const OpListen = "listen"

// OpDeliveryFailed is ours and goes to integrations whose definition asks for
// it: a bot does not get a message, or not now.
const OpDeliveryFailed = "delivery_failed"

// Request is one call into an integration or a bot.
//
// A handler must not keep or change Body and Configuration after it returned.
type Request struct {
	Operation string // one of the Op constants
	Type      string // event type, message type, action name, or the operation again; never empty on the wire

	BotID            string
	BotUserID        string // integrations only; equal to BotID
	IntegrationID    string // integrations only
	IntegrationAlias string // integrations only
	WebhookID        string // integrations only
	// WebhookURL is the installation's public address; integrations only. It
	// is ours and optional.
	WebhookURL string

	// ConfigurationType names the alternative configuration in use; empty
	// means the default one.
	ConfigurationType string
	// Configuration is JSON text; nil means {}.
	Configuration []byte

	// DeliveryID is the same for every attempt of one delivery and empty for
	// calls that are not deliveries. Attempt counts from 1.
	DeliveryID string
	Attempt    int
	// CallID is the same for each repeat of a call of an action under one
	// idempotency key; empty for calls that are not repeated.
	CallID string

	TraceParent string // W3C trace context, copied to the calls the code makes
	TraceState  string

	// Body is the JSON body; nil means {}.
	Body []byte
}

// Response is the answer to a Request. Body is JSON text except for
// OpWebhookReceived, where Status, Header and Body are what the outside caller
// gets.
type Response struct {
	Status int // HTTP status; 0 means 200
	Header http.Header
	Body   []byte

	// Remote says that the answer came over a network, where a proxy may have
	// answered instead of the code. It does not cross the wire.
	Remote bool
}

// OK reports whether the status is 2xx.
func (r *Response) OK() bool {
	return r.Status == 0 || r.Status >= 200 && r.Status < 300
}

// Handler answers calls. An answer with a 4xx or 5xx status is the code's own
// refusal; an error means that no answer could be had (connection, time-out,
// crash) and that the same request may be tried again. Handlers are safe for
// concurrent use and honour the context's deadline.
type Handler interface {
	Handle(ctx context.Context, req *Request) (*Response, error)
}

// HandlerFunc makes a Handler of a function.
type HandlerFunc func(ctx context.Context, req *Request) (*Response, error)

var _ Handler = HandlerFunc(nil)

// Handle calls f.
func (f HandlerFunc) Handle(ctx context.Context, req *Request) (*Response, error) {
	return f(ctx, req)
}

// Middleware wraps a Handler. It is the only extension mechanism.
type Middleware func(next Handler) Handler

// Chain applies middleware so that the first one is the outermost.
func Chain(h Handler, mw ...Middleware) Handler {
	for i := len(mw) - 1; i >= 0; i-- {
		h = mw[i](h)
	}
	return h
}
