package platform

import (
	"bytes"
	"context"
	"encoding/json"
)

// The operations on bots.
var (
	OpCreateBot = op[CreateBotInput, CreateBotOutput](Operation{Name: "createBot", Method: "POST", Path: "/v1/admin/bots", Scope: ScopeAccount})
	OpGetBot    = op[GetBotInput, GetBotOutput](Operation{Name: "getBot", Method: "GET", Path: "/v1/admin/bots/{id}", Scope: ScopeAccount, Idempotent: true})
	OpListBots  = op[ListBotsInput, ListBotsOutput](Operation{Name: "listBots", Method: "GET", Path: "/v1/admin/bots", Scope: ScopeAccount, Idempotent: true})
	OpUpdateBot = op[UpdateBotInput, UpdateBotOutput](Operation{Name: "updateBot", Method: "PUT", Path: "/v1/admin/bots/{id}", Scope: ScopeAccount, Idempotent: true})
	OpDeleteBot = op[DeleteBotInput, DeleteBotOutput](Operation{Name: "deleteBot", Method: "DELETE", Path: "/v1/admin/bots/{id}", Scope: ScopeAccount, Idempotent: true})
)

// CreateBotInput is the input of CreateBot.
type CreateBotInput struct {
	Name string `json:"name,omitempty"`
	URL  string `json:"url,omitempty"`
	// Builtin names a Go bot that is linked into the server and answers in
	// place of code at URL.
	Builtin string `json:"builtin,omitempty"`
	Dev     bool   `json:"dev,omitempty"`
	// Tags, whose names are free, Description and Medias are told as they are.
	Tags        Tags       `json:"tags,omitempty"`
	Description string     `json:"description,omitempty"`
	Medias      []BotMedia `json:"medias,omitempty"`
	// Code and Secrets are as in IntegrationUpload.
	Code    string  `json:"code,omitempty"`
	Secrets Secrets `json:"secrets,omitempty"`
	BotDefinition
}

// CreateBotOutput is the output of CreateBot.
type CreateBotOutput struct {
	Bot Bot `json:"bot"`
}

// CreateBot makes a bot.
func (c *Client) CreateBot(ctx context.Context, in *CreateBotInput) (*CreateBotOutput, error) {
	return Do(ctx, c, OpCreateBot, in)
}

// GetBotInput is the input of GetBot.
type GetBotInput struct {
	ID string `path:"id" json:"-"`
}

// GetBotOutput is the output of GetBot.
type GetBotOutput struct {
	Bot Bot `json:"bot"`
}

// GetBot reads a bot.
func (c *Client) GetBot(ctx context.Context, in *GetBotInput) (*GetBotOutput, error) {
	return Do(ctx, c, OpGetBot, in)
}

// ListBotsInput is the input of ListBots.
type ListBotsInput struct {
	NextToken string `query:"nextToken" json:"-"`
	PageSize  int    `query:"pageSize" json:"-"`
	// Dev asks for the bots in development; without it there are the others.
	Dev           *bool  `query:"dev" json:"-"`
	Tags          Tags   `query:"tags" json:"-"` // all of which a bot has
	SortField     string `query:"sortField" json:"-"`
	SortDirection string `query:"sortDirection" json:"-"`
}

// ListBotsOutput is the output of ListBots.
type ListBotsOutput struct {
	Bots []BotSummary `json:"bots"`
	Meta Meta         `json:"meta"`
}

// ListBots lists bots, newest first.
func (c *Client) ListBots(ctx context.Context, in *ListBotsInput) (*ListBotsOutput, error) {
	return Do(ctx, c, OpListBots, in)
}

// UpdateBotInput is the input of UpdateBot.
type UpdateBotInput struct {
	ID   string        `path:"id" json:"-"`
	Name Field[string] `json:"name,omitzero"`
	URL  Field[string] `json:"url,omitzero"`
	// Code and Secrets are as in IntegrationUpload.
	Code    string  `json:"code,omitempty"`
	Secrets Secrets `json:"secrets,omitempty"`
	// Tags sets those that are named, and removes those without a value.
	// Description and Medias are replaced when they are given.
	Tags        Tags          `json:"tags,omitempty"`
	Description Field[string] `json:"description,omitzero"`
	Medias      []BotMedia    `json:"medias,omitzero"`
	BotDefinition

	// Integrations installs, changes or, where it is null, removes, by alias.
	Integrations map[string]*BotIntegrationInput `json:"integrations,omitempty"`

	// Patch is the change as the JSON it was read from, where null removes;
	// nil means what BotDefinition says.
	Patch json.RawMessage `json:"-"`
}

// BotIntegrationInput is an installation as UpdateBot takes it. Without
// IntegrationID the alias must be installed already, or be the integration's
// id.
type BotIntegrationInput struct {
	IntegrationID     string          `json:"integrationId,omitempty"`
	Enabled           *bool           `json:"enabled,omitempty"`
	Configuration     json.RawMessage `json:"configuration,omitempty"`
	ConfigurationType Field[string]   `json:"configurationType,omitzero"`
	DisabledChannels  []string        `json:"disabledChannels,omitzero"` // nil leaves them as they are
}

// UnmarshalJSON reads the change and keeps it as Patch.
func (in *UpdateBotInput) UnmarshalJSON(data []byte) error {
	type plain UpdateBotInput
	in.Patch = bytes.Clone(data)
	return json.Unmarshal(data, (*plain)(in))
}

// UpdateBotOutput is the output of UpdateBot.
type UpdateBotOutput struct {
	Bot Bot `json:"bot"`
}

// UpdateBot changes a bot; members that are absent stay.
func (c *Client) UpdateBot(ctx context.Context, in *UpdateBotInput) (*UpdateBotOutput, error) {
	return Do(ctx, c, OpUpdateBot, in)
}

// DeleteBotInput is the input of DeleteBot.
type DeleteBotInput struct {
	ID string `path:"id" json:"-"`
}

// DeleteBotOutput is the output of DeleteBot; it has no members.
type DeleteBotOutput struct{}

// DeleteBot unregisters a bot's installations and deletes all that is the
// bot's.
func (c *Client) DeleteBot(ctx context.Context, in *DeleteBotInput) (*DeleteBotOutput, error) {
	return Do(ctx, c, OpDeleteBot, in)
}
