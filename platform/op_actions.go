package platform

import (
	"context"
	"encoding/json"
)

// The operations on actions.
var (
	OpCallAction           = op[CallActionInput, CallActionOutput](Operation{Name: "callAction", Method: "POST", Path: "/v1/chat/actions", Scope: ScopeRuntime})
	OpListTagValues        = op[ListTagValuesInput, ListTagValuesOutput](Operation{Name: "listTagValues", Method: "GET", Path: "/v1/chat/tags/{key}/values", Scope: ScopeRuntime, Idempotent: true})
	OpConfigureIntegration = op[ConfigureIntegrationInput, ConfigureIntegrationOutput](Operation{Name: "configureIntegration", Method: "POST", Path: "/v1/chat/integrations/configure", Scope: ScopeAccount | ScopeIntegration, Idempotent: true})
)

// CallActionInput is the input of CallAction.
type CallActionInput struct {
	Type  string          `json:"type"`
	Input json.RawMessage `json:"input"`
	// IdempotencyKey, unless empty, makes repeated calls with the same key and
	// payload one call.
	IdempotencyKey string `json:"idempotencyKey,omitempty"`
}

// CallActionOutput is the output of CallAction.
type CallActionOutput struct {
	Output json.RawMessage `json:"output"`
	Meta   Cached          `json:"meta"`
	// Replayed is set when an earlier call with the same idempotency key
	// produced the output.
	Replayed bool `json:"-"`
}

// CallAction calls an action and waits for its output.
func (c *Client) CallAction(ctx context.Context, in *CallActionInput) (*CallActionOutput, error) {
	return Do(ctx, c, OpCallAction, in)
}

// ListTagValuesInput is the input of ListTagValues.
type ListTagValuesInput struct {
	Key       string `path:"key" json:"-"`
	Type      string `query:"type" json:"-"`
	NextToken string `query:"nextToken" json:"-"`
	PageSize  int    `query:"pageSize" json:"-"`
}

// ListTagValuesOutput is the output of ListTagValues.
type ListTagValuesOutput struct {
	Tags []TagValue `json:"tags"`
	Meta Meta       `json:"meta"`
}

// ListTagValues lists the values that a tag has.
func (c *Client) ListTagValues(ctx context.Context, in *ListTagValuesInput) (*ListTagValuesOutput, error) {
	return Do(ctx, c, OpListTagValues, in)
}

// ConfigureIntegrationInput is the input of ConfigureIntegration.
type ConfigureIntegrationInput struct {
	Identifier           Field[string] `json:"identifier,omitzero"`
	ScheduleRegisterCall string        `json:"scheduleRegisterCall,omitempty"`
	// SandboxIdentifiers are of accounts that bots share for trying out; there
	// are none here, so only null is taken.
	SandboxIdentifiers map[string]*string `json:"sandboxIdentifiers,omitempty"`
}

// ConfigureIntegrationOutput is the output of ConfigureIntegration; it has no
// members.
type ConfigureIntegrationOutput struct{}

// ConfigureIntegration sets what the platform keeps about the caller's
// installation.
func (c *Client) ConfigureIntegration(ctx context.Context, in *ConfigureIntegrationInput) (*ConfigureIntegrationOutput, error) {
	return Do(ctx, c, OpConfigureIntegration, in)
}
