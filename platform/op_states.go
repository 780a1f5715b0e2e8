package platform

import (
	"context"
	"encoding/json"
)

// The operations on states.
var (
	OpGetState       = op[GetStateInput, GetStateOutput](Operation{Name: "getState", Method: "GET", Path: "/v1/chat/states/{type}/{id}/{name}", Scope: ScopeRuntime, Idempotent: true})
	OpSetState       = op[SetStateInput, SetStateOutput](Operation{Name: "setState", Method: "POST", Path: "/v1/chat/states/{type}/{id}/{name}", Scope: ScopeRuntime, Idempotent: true})
	OpGetOrSetState  = op[GetOrSetStateInput, GetOrSetStateOutput](Operation{Name: "getOrSetState", Method: "POST", Path: "/v1/chat/states/{type}/{id}/{name}/get-or-set", Scope: ScopeRuntime, Idempotent: true})
	OpPatchState     = op[PatchStateInput, PatchStateOutput](Operation{Name: "patchState", Method: "PATCH", Path: "/v1/chat/states/{type}/{id}/{name}", Scope: ScopeRuntime})
	OpSetStateExpiry = op[SetStateExpiryInput, SetStateExpiryOutput](Operation{Name: "setStateExpiry", Method: "POST", Path: "/v1/chat/states/{type}/{id}/{name}/expiry", Scope: ScopeRuntime, Idempotent: true})
)

// GetStateInput is the input of GetState.
type GetStateInput struct {
	Type StateType `path:"type" json:"-"`
	ID   string    `path:"id" json:"-"`
	Name string    `path:"name" json:"-"`
}

// GetStateOutput is the output of GetState.
type GetStateOutput struct {
	State State  `json:"state"`
	Meta  Cached `json:"meta"`
}

// GetState reads a state.
func (c *Client) GetState(ctx context.Context, in *GetStateInput) (*GetStateOutput, error) {
	return Do(ctx, c, OpGetState, in)
}

// SetStateInput is the input of SetState.
type SetStateInput struct {
	Type    StateType       `path:"type" json:"-"`
	ID      string          `path:"id" json:"-"`
	Name    string          `path:"name" json:"-"`
	Payload json.RawMessage `json:"payload"`
	Expiry  Field[int64]    `json:"expiry,omitzero"`
}

// SetStateOutput is the output of SetState.
type SetStateOutput struct {
	State State `json:"state"`
}

// SetState replaces a state; a null payload deletes it.
func (c *Client) SetState(ctx context.Context, in *SetStateInput) (*SetStateOutput, error) {
	return Do(ctx, c, OpSetState, in)
}

// GetOrSetStateInput is the input of GetOrSetState.
type GetOrSetStateInput struct {
	Type    StateType       `path:"type" json:"-"`
	ID      string          `path:"id" json:"-"`
	Name    string          `path:"name" json:"-"`
	Payload json.RawMessage `json:"payload"`
	Expiry  Field[int64]    `json:"expiry,omitzero"`
}

// GetOrSetStateOutput is the output of GetOrSetState.
type GetOrSetStateOutput struct {
	State State  `json:"state"`
	Meta  Cached `json:"meta"`
}

// GetOrSetState reads a state or sets it when there is none.
func (c *Client) GetOrSetState(ctx context.Context, in *GetOrSetStateInput) (*GetOrSetStateOutput, error) {
	return Do(ctx, c, OpGetOrSetState, in)
}

// PatchStateInput is the input of PatchState.
type PatchStateInput struct {
	Type    StateType       `path:"type" json:"-"`
	ID      string          `path:"id" json:"-"`
	Name    string          `path:"name" json:"-"`
	Payload json.RawMessage `json:"payload"`
	Expiry  Field[int64]    `json:"expiry,omitzero"`
}

// PatchStateOutput is the output of PatchState.
type PatchStateOutput struct {
	State State `json:"state"`
}

// PatchState merges members into a state.
func (c *Client) PatchState(ctx context.Context, in *PatchStateInput) (*PatchStateOutput, error) {
	return Do(ctx, c, OpPatchState, in)
}

// SetStateExpiryInput is the input of SetStateExpiry.
type SetStateExpiryInput struct {
	Type   StateType    `path:"type" json:"-"`
	ID     string       `path:"id" json:"-"`
	Name   string       `path:"name" json:"-"`
	Expiry Field[int64] `json:"expiry"`
}

// SetStateExpiryOutput is the output of SetStateExpiry.
type SetStateExpiryOutput struct {
	State State `json:"state"`
}

// SetStateExpiry changes how long a state lives unused.
func (c *Client) SetStateExpiry(ctx context.Context, in *SetStateExpiryInput) (*SetStateExpiryOutput, error) {
	return Do(ctx, c, OpSetStateExpiry, in)
}
