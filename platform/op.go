package platform

import (
	"context"
	"reflect"
)

// Scope is a set of kinds of callers.
type Scope uint8

// Kinds of callers.
const (
	ScopeAccount     Scope = 1 << iota // an account token: a person's
	ScopeBot                           // a bot, by its key or running here
	ScopeIntegration                   // an installed integration
	ScopePublic                        // anybody, without a token

	ScopeRuntime = ScopeAccount | ScopeBot | ScopeIntegration
)

// Has reports whether s includes all of t.
func (s Scope) Has(t Scope) bool { return s&t == t }

// Operation is one row of the operation table, without its Go types.
//
// In is a struct: fields with the tag `path:"name"` fill {name} of Path, those
// with `query:"name"` the query, the others are members of the JSON body.
type Operation struct {
	Name       string
	Method     string
	Path       string // escaped pattern with {names}
	Status     int    // of success
	Scope      Scope
	Idempotent bool // may be repeated after an unknown outcome
	In, Out    reflect.Type
}

// Op is a typed row of the operation table.
type Op[In, Out any] struct{ *Operation }

func op[In, Out any](row Operation) Op[In, Out] {
	if row.Status == 0 {
		row.Status = 200
	}
	row.In, row.Out = reflect.TypeFor[In](), reflect.TypeFor[Out]()
	return Op[In, Out]{&row}
}

// Caller says on whose behalf a call is made. Over HTTP its fields become the
// headers that platformhttp writes.
type Caller struct {
	Token            string
	WorkspaceID      string
	BotID            string
	IntegrationID    string
	IntegrationAlias string
	TraceParent      string
	TraceState       string
	// AllowBreaking lets updates of public versions break those who use them.
	AllowBreaking bool
	// ByIntegration wants the installations of a bot by the ids of their
	// integrations, as clients from before aliases know them.
	ByIntegration bool
}

// Call is one operation on its way. In points to the input, Out to where the
// output goes.
type Call struct {
	Op     *Operation
	Caller Caller
	In     any
	Out    any
}

// Transport carries calls to the platform. It may read In until Do returns and
// keeps neither In nor Out. Errors are *Error, or wrap the connection's fault
// or the context's error. Implementations are safe for concurrent use.
type Transport interface {
	Do(ctx context.Context, call *Call) error
}

// Do makes one call of a typed operation.
func Do[In, Out any](ctx context.Context, c *Client, op Op[In, Out], in *In) (*Out, error) {
	out := new(Out)
	if err := c.transport.Do(ctx, &Call{Op: op.Operation, Caller: c.caller, In: in, Out: out}); err != nil {
		return nil, err
	}
	return out, nil
}

// Client has one method per operation. It is safe for concurrent use and
// cheap to copy with With.
type Client struct {
	transport Transport
	caller    Caller
}

// NewClient returns a client that calls over t as the caller.
func NewClient(t Transport, as Caller) *Client { return &Client{transport: t, caller: as} }

// Caller returns on whose behalf the client calls.
func (c *Client) Caller() Caller { return c.caller }

// With returns a client for another caller over the same transport.
func (c *Client) With(as Caller) *Client { return &Client{transport: c.transport, caller: as} }

// New returns a pointer to a new input of the operation.
func (o *Operation) New() any { return reflect.New(o.In).Interface() }

// NewOut returns a pointer to a new output of the operation.
func (o *Operation) NewOut() any { return reflect.New(o.Out).Interface() }
