package platform

import "context"

// The operations on the versions of a bot: its code and its definition as they
// were, to which it can go back.
var (
	OpCreateBotVersion     = op[CreateBotVersionInput, CreateBotVersionOutput](Operation{Name: "createBotVersion", Method: "POST", Path: "/v1/admin/bots/{id}/versions", Scope: ScopeAccount})
	OpListBotVersions      = op[ListBotVersionsInput, ListBotVersionsOutput](Operation{Name: "listBotVersions", Method: "GET", Path: "/v1/admin/bots/{id}/versions", Scope: ScopeAccount, Idempotent: true})
	OpGetBotVersion        = op[GetBotVersionInput, GetBotVersionOutput](Operation{Name: "getBotVersion", Method: "GET", Path: "/v1/admin/bots/{id}/versions/{versionId}", Scope: ScopeAccount, Idempotent: true})
	OpGetBotVersionContent = op[GetBotVersionInput, BotVersionContent](Operation{Name: "getBotVersionContent", Method: "GET", Path: "/v1/bellhop/bots/{id}/versions/{versionId}", Scope: ScopeAccount, Idempotent: true})
	OpDeployBotVersion     = op[DeployBotVersionInput, DeployBotVersionOutput](Operation{Name: "deployBotVersion", Method: "POST", Path: "/v1/admin/bots/{id}/versions/deploy", Scope: ScopeAccount, Idempotent: true})
)

// BotVersion is a version as lists tell it. Names need not differ.
type BotVersion struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

// CreateBotVersionInput is the input of CreateBotVersion.
type CreateBotVersionInput struct {
	ID          string `path:"id" json:"-"`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

// CreateBotVersionOutput is the output of CreateBotVersion.
type CreateBotVersionOutput struct {
	Version BotVersion `json:"version"`
}

// CreateBotVersion keeps the code and the definition that a bot has now. What
// it is configured with and its secrets are not part of a version.
func (c *Client) CreateBotVersion(ctx context.Context, in *CreateBotVersionInput) (*CreateBotVersionOutput, error) {
	return Do(ctx, c, OpCreateBotVersion, in)
}

// ListBotVersionsInput is the input of ListBotVersions.
type ListBotVersionsInput struct {
	ID string `path:"id" json:"-"`
}

// ListBotVersionsOutput is the output of ListBotVersions: all, newest first.
type ListBotVersionsOutput struct {
	Versions []BotVersion `json:"versions"`
}

// ListBotVersions lists the versions of a bot.
func (c *Client) ListBotVersions(ctx context.Context, in *ListBotVersionsInput) (*ListBotVersionsOutput, error) {
	return Do(ctx, c, OpListBotVersions, in)
}

// GetBotVersionInput is the input of GetBotVersion and GetBotVersionContent.
type GetBotVersionInput struct {
	ID        string `path:"id" json:"-"`
	VersionID string `path:"versionId" json:"-"`
}

// GetBotVersionOutput is the output of GetBotVersion.
type GetBotVersionOutput struct {
	URL string `json:"url"` // of GetBotVersionContent
}

// GetBotVersion tells where the content of a version is read.
func (c *Client) GetBotVersion(ctx context.Context, in *GetBotVersionInput) (*GetBotVersionOutput, error) {
	return Do(ctx, c, OpGetBotVersion, in)
}

// BotVersionContent is a version whole. Of Code, URL and Builtin one is set.
type BotVersionContent struct {
	Name        string        `json:"name"`
	Description string        `json:"description,omitempty"`
	Code        string        `json:"code,omitempty"`
	URL         string        `json:"url,omitempty"`
	Builtin     string        `json:"builtin,omitempty"`
	Definition  BotDefinition `json:"definition"`
}

// GetBotVersionContent reads a version.
func (c *Client) GetBotVersionContent(ctx context.Context, in *GetBotVersionInput) (*BotVersionContent, error) {
	return Do(ctx, c, OpGetBotVersionContent, in)
}

// DeployBotVersionInput is the input of DeployBotVersion.
type DeployBotVersionInput struct {
	ID        string `path:"id" json:"-"`
	VersionID string `json:"versionId"`
}

// DeployBotVersionOutput is the output of DeployBotVersion; it has no members.
type DeployBotVersionOutput struct{}

// DeployBotVersion gives a bot the code and the definition of a version.
func (c *Client) DeployBotVersion(ctx context.Context, in *DeployBotVersionInput) (*DeployBotVersionOutput, error) {
	return Do(ctx, c, OpDeployBotVersion, in)
}
