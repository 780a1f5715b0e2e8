package platform

import (
	"context"
	"encoding/json"
)

// The operations that help those who write integrations and bots.
var (
	OpIntrospect                  = op[IntrospectInput, IntrospectOutput](Operation{Name: "introspect", Method: "POST", Path: "/v1/admin/introspect", Scope: ScopeAccount})
	OpRunVRL                      = op[RunVRLInput, RunVRLOutput](Operation{Name: "runVrl", Method: "POST", Path: "/v1/admin/helper/vrl", Scope: ScopeAccount})
	OpValidateIntegrationCreation = op[CreateIntegrationInput, ValidateIntegrationCreationOutput](Operation{Name: "validateIntegrationCreation", Method: "POST", Path: "/v1/admin/integrations/validate", Scope: ScopeAccount})
	OpValidateIntegrationUpdate   = op[UpdateIntegrationInput, ValidateIntegrationUpdateOutput](Operation{Name: "validateIntegrationUpdate", Method: "PUT", Path: "/v1/admin/integrations/{id}/validate", Scope: ScopeAccount, Idempotent: true})
)

// IntrospectInput is the input of Introspect.
type IntrospectInput struct {
	BotID string `json:"botId"`
}

// IntrospectOutput is the output of Introspect.
type IntrospectOutput struct {
	WorkspaceID string `json:"workspaceId"`
	BotID       string `json:"botId"`
	UserID      string `json:"userId"`
}

// Introspect tells whose a bot is.
func (c *Client) Introspect(ctx context.Context, in *IntrospectInput) (*IntrospectOutput, error) {
	return Do(ctx, c, OpIntrospect, in)
}

// RunVRLInput is the input of RunVRL.
type RunVRLInput struct {
	Script string          `json:"script"`
	Data   json.RawMessage `json:"data"`
}

// RunVRLOutput is the output of RunVRL.
type RunVRLOutput struct {
	Data   json.RawMessage `json:"data"`
	Result json.RawMessage `json:"result"`
}

// RunVRL runs a script on data, as webhooks of integrations do.
func (c *Client) RunVRL(ctx context.Context, in *RunVRLInput) (*RunVRLOutput, error) {
	return Do(ctx, c, OpRunVRL, in)
}

// ValidateIntegrationCreationOutput is the output of ValidateIntegrationCreation; it has no members.
type ValidateIntegrationCreationOutput struct{}

// ValidateIntegrationCreation is CreateIntegration that changes nothing.
func (c *Client) ValidateIntegrationCreation(ctx context.Context, in *CreateIntegrationInput) (*ValidateIntegrationCreationOutput, error) {
	return Do(ctx, c, OpValidateIntegrationCreation, in)
}

// ValidateIntegrationUpdateOutput is the output of ValidateIntegrationUpdate; it has no members.
type ValidateIntegrationUpdateOutput struct{}

// ValidateIntegrationUpdate is UpdateIntegration that changes nothing.
func (c *Client) ValidateIntegrationUpdate(ctx context.Context, in *UpdateIntegrationInput) (*ValidateIntegrationUpdateOutput, error) {
	return Do(ctx, c, OpValidateIntegrationUpdate, in)
}
