package platform

import (
	"context"
	"encoding/json"
)

// The operations on deliveries.
var (
	OpListDeliveries  = op[ListDeliveriesInput, ListDeliveriesOutput](Operation{Name: "listDeliveries", Method: "GET", Path: "/v1/bellhop/deliveries", Scope: ScopeAccount, Idempotent: true})
	OpGetDelivery     = op[GetDeliveryInput, GetDeliveryOutput](Operation{Name: "getDelivery", Method: "GET", Path: "/v1/bellhop/deliveries/{id}", Scope: ScopeAccount, Idempotent: true})
	OpReplayDelivery  = op[ReplayDeliveryInput, ReplayDeliveryOutput](Operation{Name: "replayDelivery", Method: "POST", Path: "/v1/bellhop/deliveries/{id}/replay", Scope: ScopeAccount})
	OpDiscardDelivery = op[DiscardDeliveryInput, DiscardDeliveryOutput](Operation{Name: "discardDelivery", Method: "POST", Path: "/v1/bellhop/deliveries/{id}/discard", Scope: ScopeAccount})
)

// ListDeliveriesInput is the input of ListDeliveries.
type ListDeliveriesInput struct {
	NextToken      string `query:"nextToken" json:"-"`
	PageSize       int    `query:"pageSize" json:"-"`
	BotID          string `query:"botId" json:"-"`
	State          string `query:"state" json:"-"`
	ConversationID string `query:"conversationId" json:"-"`
	Alias          string `query:"alias" json:"-"`
}

// ListDeliveriesOutput is the output of ListDeliveries.
type ListDeliveriesOutput struct {
	Deliveries []Delivery `json:"deliveries"`
	Meta       Meta       `json:"meta"`
}

// ListDeliveries lists deliveries, newest first.
func (c *Client) ListDeliveries(ctx context.Context, in *ListDeliveriesInput) (*ListDeliveriesOutput, error) {
	return Do(ctx, c, OpListDeliveries, in)
}

// GetDeliveryInput is the input of GetDelivery.
type GetDeliveryInput struct {
	ID string `path:"id" json:"-"`
}

// GetDeliveryOutput is the output of GetDelivery.
type GetDeliveryOutput struct {
	Delivery Delivery        `json:"delivery"`
	Body     json.RawMessage `json:"body,omitempty"`
}

// GetDelivery reads a delivery with its attempts and its body.
func (c *Client) GetDelivery(ctx context.Context, in *GetDeliveryInput) (*GetDeliveryOutput, error) {
	return Do(ctx, c, OpGetDelivery, in)
}

// ReplayDeliveryInput is the input of ReplayDelivery.
type ReplayDeliveryInput struct {
	ID string `path:"id" json:"-"`
}

// ReplayDeliveryOutput is the output of ReplayDelivery.
type ReplayDeliveryOutput struct {
	Delivery Delivery `json:"delivery"`
}

// ReplayDelivery sends a dead or held delivery again, under the same delivery
// id.
func (c *Client) ReplayDelivery(ctx context.Context, in *ReplayDeliveryInput) (*ReplayDeliveryOutput, error) {
	return Do(ctx, c, OpReplayDelivery, in)
}

// DiscardDeliveryInput is the input of DiscardDelivery.
type DiscardDeliveryInput struct {
	ID string `path:"id" json:"-"`
}

// DiscardDeliveryOutput is the output of DiscardDelivery.
type DiscardDeliveryOutput struct {
	Delivery Delivery `json:"delivery"`
}

// DiscardDelivery gives up a pending, held or dead delivery and frees its lane.
func (c *Client) DiscardDelivery(ctx context.Context, in *DiscardDeliveryInput) (*DiscardDeliveryOutput, error) {
	return Do(ctx, c, OpDiscardDelivery, in)
}
