package platform

import (
	"context"
)

// The operations on server.
var (
	OpGetServer = op[GetServerInput, GetServerOutput](Operation{Name: "getServer", Method: "GET", Path: "/v1/bellhop/server", Scope: ScopeAccount, Idempotent: true})
)

// GetServerInput is the input of GetServer; it has no members.
type GetServerInput struct{}

// GetServerOutput is the output of GetServer.
type GetServerOutput struct {
	Version      string   `json:"version"`
	URL          string   `json:"url"`
	Store        string   `json:"store"`
	Integrations []string `json:"integrations"`
}

// GetServer tells about the server.
func (c *Client) GetServer(ctx context.Context, in *GetServerInput) (*GetServerOutput, error) {
	return Do(ctx, c, OpGetServer, in)
}
