package platform

import "context"

// The operations on deliveries that are under way: by the code that holds a
// lease, and by the operator who ends one.
var (
	OpRenewDelivery    = op[RenewDeliveryInput, RenewDeliveryOutput](Operation{Name: "renewDelivery", Method: "POST", Path: "/v1/bellhop/deliveries/{id}/renew", Scope: ScopeRuntime, Idempotent: true})
	OpCompleteDelivery = op[CompleteDeliveryInput, CompleteDeliveryOutput](Operation{Name: "completeDelivery", Method: "POST", Path: "/v1/bellhop/deliveries/{id}/complete", Scope: ScopeRuntime})
	OpFailDelivery     = op[FailDeliveryInput, FailDeliveryOutput](Operation{Name: "failDelivery", Method: "POST", Path: "/v1/bellhop/deliveries/{id}/fail", Scope: ScopeRuntime})
	OpCancelDelivery   = op[CancelDeliveryInput, CancelDeliveryOutput](Operation{Name: "cancelDelivery", Method: "POST", Path: "/v1/bellhop/deliveries/{id}/cancel", Scope: ScopeAccount})
)

// RenewDeliveryInput is the input of RenewDelivery.
type RenewDeliveryInput struct {
	ID string `path:"id" json:"-"`
	// Attempt is the number that the call had, in the header x-bellhop-attempt.
	Attempt int `json:"attempt"`
	// Lease is for how many seconds from now, 1 to 3600.
	Lease int `json:"lease"`
}

// LeaseStatus is whether the holder of a lease goes on.
type LeaseStatus string

// The statuses of a lease.
const (
	LeaseActive    LeaseStatus = "active"
	LeaseCancelled LeaseStatus = "cancelled" // the holder stops
)

// RenewDeliveryOutput is the output of RenewDelivery.
type RenewDeliveryOutput struct {
	Status LeaseStatus `json:"status"`
	Until  Time        `json:"until"`            // when the lease ends
	Reason string      `json:"reason,omitempty"` // of a cancellation
}

// RenewDelivery renews the lease of a delivery that the caller's code works on.
// The lease does not outlast delivery.turnLimit. An attempt that is not the
// latest one, or holds no lease, is refused with a RelationConflict.
func (c *Client) RenewDelivery(ctx context.Context, in *RenewDeliveryInput) (*RenewDeliveryOutput, error) {
	return Do(ctx, c, OpRenewDelivery, in)
}

// CompleteDeliveryInput is the input of CompleteDelivery.
type CompleteDeliveryInput struct {
	ID      string `path:"id" json:"-"`
	Attempt int    `json:"attempt"`
}

// CompleteDeliveryOutput is the output of CompleteDelivery.
type CompleteDeliveryOutput struct {
	State DeliveryState `json:"state"`
}

// CompleteDelivery ends the attempt of a delivery that the caller's code holds a
// lease of: it is delivered. It is refused as RenewDelivery is.
func (c *Client) CompleteDelivery(ctx context.Context, in *CompleteDeliveryInput) (*CompleteDeliveryOutput, error) {
	return Do(ctx, c, OpCompleteDelivery, in)
}

// FailDeliveryInput is the input of FailDelivery.
type FailDeliveryInput struct {
	ID      string `path:"id" json:"-"`
	Attempt int    `json:"attempt"`
	// Final gives the delivery up; otherwise it is attempted again.
	Final  bool   `json:"final,omitempty"`
	Reason string `json:"reason,omitempty"` // for the log of attempts; at most 1000 characters are kept
	// RetryAfter is how many seconds to wait at least before the next attempt.
	RetryAfter int `json:"retryAfter,omitempty"`
}

// FailDeliveryOutput is the output of FailDelivery.
type FailDeliveryOutput struct {
	State         DeliveryState `json:"state"`
	NextAttemptAt *Time         `json:"nextAttemptAt,omitempty"`
}

// FailDelivery ends the attempt of a delivery that the caller's code holds a
// lease of: it failed. It is refused as RenewDelivery is.
func (c *Client) FailDelivery(ctx context.Context, in *FailDeliveryInput) (*FailDeliveryOutput, error) {
	return Do(ctx, c, OpFailDelivery, in)
}

// CancelDeliveryInput is the input of CancelDelivery.
type CancelDeliveryInput struct {
	ID string `path:"id" json:"-"`
}

// CancelDeliveryOutput is the output of CancelDelivery.
type CancelDeliveryOutput struct {
	Delivery Delivery `json:"delivery"`
}

// CancelDelivery gives up an unfinished delivery and ends its attempt, if one is
// under way: its connection is closed, its context cancelled, and the holder of
// a lease is told at its next renewal. A target that has taken the delivery all
// the same makes it delivered.
func (c *Client) CancelDelivery(ctx context.Context, in *CancelDeliveryInput) (*CancelDeliveryOutput, error) {
	return Do(ctx, c, OpCancelDelivery, in)
}
