package platform

import "context"

// OpListAudit is the operation on the changes of administrators.
var OpListAudit = op[ListAuditInput, ListAuditOutput](Operation{Name: "listAudit", Method: "GET", Path: "/v1/bellhop/audit", Scope: ScopeAccount, Idempotent: true})

// AuditEntry is one change that an administrator made. It names the members that were given, never their values.
type AuditEntry struct {
	ID        string   `json:"id"`
	At        Time     `json:"at"`
	TokenID   string   `json:"tokenId,omitempty"` // absent for the server's own process
	Actor     string   `json:"actor"`             // the token's note
	Address   string   `json:"address,omitempty"` // IP address of the caller; absent for the server's own process
	Operation string   `json:"operation"`
	BotID     string   `json:"botId,omitempty"`
	Subject   string   `json:"subject"` // path of the call
	Fields    []string `json:"fields"`
}

// ListAuditInput is the input of ListAudit.
type ListAuditInput struct {
	BotID     string `query:"botId" json:"-"` // only what concerns this bot
	NextToken string `query:"nextToken" json:"-"`
	PageSize  int    `query:"pageSize" json:"-"`
}

// ListAuditOutput is the output of ListAudit.
type ListAuditOutput struct {
	Entries []AuditEntry `json:"entries"`
	Meta    Meta         `json:"meta"`
}

// ListAudit lists the changes that administrators made, newest first. Entries are kept for 400 days.
func (c *Client) ListAudit(ctx context.Context, in *ListAuditInput) (*ListAuditOutput, error) {
	return Do(ctx, c, OpListAudit, in)
}
