package platform

import "context"

// The operations on alerts.
var (
	OpCreateAlert = op[CreateAlertInput, CreateAlertOutput](Operation{Name: "createAlert", Method: "POST", Path: "/v1/bellhop/alerts", Scope: ScopeAccount, Status: 201})
	OpListAlerts  = op[ListAlertsInput, ListAlertsOutput](Operation{Name: "listAlerts", Method: "GET", Path: "/v1/bellhop/alerts", Scope: ScopeAccount, Idempotent: true})
	OpDeleteAlert = op[DeleteAlertInput, DeleteAlertOutput](Operation{Name: "deleteAlert", Method: "DELETE", Path: "/v1/bellhop/alerts/{id}", Scope: ScopeAccount, Idempotent: true})
	OpRotateAlert = op[RotateAlertInput, CreateAlertOutput](Operation{Name: "rotateAlert", Method: "POST", Path: "/v1/bellhop/alerts/{id}/rotate", Scope: ScopeAccount})
	OpTestAlert   = op[TestAlertInput, TestAlertOutput](Operation{Name: "testAlert", Method: "POST", Path: "/v1/bellhop/alerts/{id}/test", Scope: ScopeAccount, Status: 201})
)

// Alert is an endpoint that the server sends alerts to: signed webhooks after
// the Standard Webhooks specification.
type Alert struct {
	ID        string   `json:"id"`
	CreatedAt Time     `json:"createdAt"`
	BotID     string   `json:"botId,omitempty"` // "" is all bots
	URL       string   `json:"url"`
	Note      string   `json:"note,omitempty"`
	Events    []string `json:"events"`             // the types that it gets
	Disabled  string   `json:"disabled,omitempty"` // why nothing is sent; "" is enabled
}

// CreateAlertInput is the input of CreateAlert.
type CreateAlertInput struct {
	URL string `json:"url"`
	// BotID is the bot whose events the endpoint gets; "" is all bots.
	BotID string `json:"botId,omitempty"`
	// Events are the types that the endpoint gets; none is all.
	Events []string `json:"events,omitempty"`
	Note   string   `json:"note,omitempty"`
}

// CreateAlertOutput is the output of CreateAlert and RotateAlert.
type CreateAlertOutput struct {
	Alert  Alert  `json:"alert"`
	Secret string `json:"secret"` // whsec_…; it is shown this once
}

// CreateAlert adds an endpoint and makes its secret.
func (c *Client) CreateAlert(ctx context.Context, in *CreateAlertInput) (*CreateAlertOutput, error) {
	return Do(ctx, c, OpCreateAlert, in)
}

// ListAlertsInput is the input of ListAlerts.
type ListAlertsInput struct {
	BotID string `query:"botId" json:"-"`
}

// ListAlertsOutput is the output of ListAlerts.
type ListAlertsOutput struct {
	Alerts []Alert `json:"alerts"`
}

// ListAlerts lists endpoints, oldest first; with a bot, those that get its
// events.
func (c *Client) ListAlerts(ctx context.Context, in *ListAlertsInput) (*ListAlertsOutput, error) {
	return Do(ctx, c, OpListAlerts, in)
}

// DeleteAlertInput is the input of DeleteAlert.
type DeleteAlertInput struct {
	ID string `path:"id" json:"-"`
}

// DeleteAlertOutput is the output of DeleteAlert; it has no members.
type DeleteAlertOutput struct{}

// DeleteAlert removes an endpoint and discards what is still to be sent to it.
func (c *Client) DeleteAlert(ctx context.Context, in *DeleteAlertInput) (*DeleteAlertOutput, error) {
	return Do(ctx, c, OpDeleteAlert, in)
}

// RotateAlertInput is the input of RotateAlert.
type RotateAlertInput struct {
	ID string `path:"id" json:"-"`
}

// RotateAlert gives an endpoint a new secret and enables it. For a day the old
// secret signs too, beside the new one.
func (c *Client) RotateAlert(ctx context.Context, in *RotateAlertInput) (*CreateAlertOutput, error) {
	return Do(ctx, c, OpRotateAlert, in)
}

// TestAlertInput is the input of TestAlert.
type TestAlertInput struct {
	ID string `path:"id" json:"-"`
}

// TestAlertOutput is the output of TestAlert.
type TestAlertOutput struct {
	Delivery Delivery `json:"delivery"`
}

// TestAlert sends alert.test to an endpoint and returns its delivery, which is
// not yet attempted.
func (c *Client) TestAlert(ctx context.Context, in *TestAlertInput) (*TestAlertOutput, error) {
	return Do(ctx, c, OpTestAlert, in)
}
