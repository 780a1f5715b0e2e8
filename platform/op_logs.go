package platform

import "context"

// The operations on what uploaded code printed.
var (
	OpGetBotLogs         = op[GetLogsInput, GetLogsOutput](Operation{Name: "getBotLogs", Method: "GET", Path: "/v1/admin/bots/{id}/logs", Scope: ScopeAccount, Idempotent: true})
	OpGetIntegrationLogs = op[GetLogsInput, GetLogsOutput](Operation{Name: "getIntegrationLogs", Method: "GET", Path: "/v1/admin/integrations/{id}/logs", Scope: ScopeAccount, Idempotent: true})
)

// GetLogsInput is the input of GetBotLogs and GetIntegrationLogs; what is left
// out asks for everything.
type GetLogsInput struct {
	ID              string `path:"id" json:"-"`
	TimeStart       string `query:"timeStart" json:"-"` // RFC 3339, as TimeEnd; both are included
	TimeEnd         string `query:"timeEnd" json:"-"`
	Level           string `query:"level" json:"-"`
	UserID          string `query:"userId" json:"-"`
	ConversationID  string `query:"conversationId" json:"-"`
	MessageContains string `query:"messageContains" json:"-"`
	NextToken       string `query:"nextToken" json:"-"`
}

// GetLogsOutput is the output of GetBotLogs and GetIntegrationLogs: lines, the
// last ones first. The token of the next page stands here, not in a meta.
type GetLogsOutput struct {
	Logs      []LogLine `json:"logs"`
	NextToken string    `json:"nextToken,omitempty"`
}

// LogLine is a line that code printed, or that the server tells about it.
type LogLine struct {
	Timestamp      Time   `json:"timestamp"`
	Level          string `json:"level"` // debug, info, warn or error
	Message        string `json:"message"`
	ConversationID string `json:"conversationId,omitempty"`
	UserID         string `json:"userId,omitempty"`
}

// GetBotLogs lists what a bot's uploaded code printed.
func (c *Client) GetBotLogs(ctx context.Context, in *GetLogsInput) (*GetLogsOutput, error) {
	return Do(ctx, c, OpGetBotLogs, in)
}

// GetIntegrationLogs lists what an integration's uploaded code printed.
func (c *Client) GetIntegrationLogs(ctx context.Context, in *GetLogsInput) (*GetLogsOutput, error) {
	return Do(ctx, c, OpGetIntegrationLogs, in)
}
