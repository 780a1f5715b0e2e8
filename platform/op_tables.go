package platform

import (
	"context"
	"encoding/json"
)

// The operations on tables.
var (
	OpListTables       = op[ListTablesInput, ListTablesOutput](Operation{Name: "listTables", Method: "GET", Path: "/v1/tables", Scope: ScopeRuntime, Idempotent: true})
	OpGetTable         = op[GetTableInput, GetTableOutput](Operation{Name: "getTable", Method: "GET", Path: "/v1/tables/{table}", Scope: ScopeRuntime, Idempotent: true})
	OpCreateTable      = op[CreateTableInput, CreateTableOutput](Operation{Name: "createTable", Method: "POST", Path: "/v1/tables", Scope: ScopeRuntime})
	OpGetOrCreateTable = op[GetOrCreateTableInput, GetOrCreateTableOutput](Operation{Name: "getOrCreateTable", Method: "POST", Path: "/v1/tables/{table}", Scope: ScopeRuntime, Idempotent: true})
	OpUpdateTable      = op[UpdateTableInput, UpdateTableOutput](Operation{Name: "updateTable", Method: "PUT", Path: "/v1/tables/{table}", Scope: ScopeRuntime, Idempotent: true})
	OpDeleteTable      = op[DeleteTableInput, DeleteTableOutput](Operation{Name: "deleteTable", Method: "DELETE", Path: "/v1/tables/{table}", Scope: ScopeRuntime, Idempotent: true})
)

// Table is a table of a bot. Schema is a JSON schema of its rows.
type Table struct {
	ID               string          `json:"id"`
	Name             string          `json:"name"`
	Factor           int             `json:"factor"`
	Frozen           bool            `json:"frozen"`
	KeyColumn        *string         `json:"keyColumn"`
	Schema           json.RawMessage `json:"schema"`
	Tags             Tags            `json:"tags"`
	IsComputeEnabled bool            `json:"isComputeEnabled"`
	CreatedAt        Time            `json:"createdAt"`
	UpdatedAt        Time            `json:"updatedAt"`
}

// TableSettings is what createTable and getOrCreateTable say of a table.
type TableSettings struct {
	Factor           float64         `json:"factor,omitempty"` // 1 to 30; a row has 4 KiB of each
	Frozen           bool            `json:"frozen,omitempty"`
	KeyColumn        *string         `json:"keyColumn,omitempty"`
	Schema           json.RawMessage `json:"schema"`
	Tags             Tags            `json:"tags,omitempty"`
	IsComputeEnabled bool            `json:"isComputeEnabled,omitempty"`
}

// TableCounts are what is counted of a table. Nothing is computed or indexed
// later here, so that only Rows is not 0.
type TableCounts struct {
	Rows     int64 `json:"rows"`
	Stale    int64 `json:"stale"`
	Indexing int64 `json:"indexing"`
}

// ListTablesInput is the input of ListTables.
type ListTablesInput struct {
	Tags Tags `query:"tags" json:"-"`
}

// ListTablesOutput is the output of ListTables.
type ListTablesOutput struct {
	Tables []Table `json:"tables"`
}

// ListTables lists all tables of the bot that have the tags.
func (c *Client) ListTables(ctx context.Context, in *ListTablesInput) (*ListTablesOutput, error) {
	return Do(ctx, c, OpListTables, in)
}

// GetTableInput is the input of GetTable.
type GetTableInput struct {
	Table string `path:"table" json:"-"` // its name or id
}

// GetTableOutput is the output of GetTable.
type GetTableOutput struct {
	Table Table `json:"table"`
	TableCounts
}

// GetTable reads a table.
func (c *Client) GetTable(ctx context.Context, in *GetTableInput) (*GetTableOutput, error) {
	return Do(ctx, c, OpGetTable, in)
}

// CreateTableInput is the input of CreateTable.
type CreateTableInput struct {
	Name string `json:"name"`
	TableSettings
}

// CreateTableOutput is the output of CreateTable.
type CreateTableOutput struct {
	Table Table `json:"table"`
}

// CreateTable makes a table.
func (c *Client) CreateTable(ctx context.Context, in *CreateTableInput) (*CreateTableOutput, error) {
	return Do(ctx, c, OpCreateTable, in)
}

// GetOrCreateTableInput is the input of GetOrCreateTable.
type GetOrCreateTableInput struct {
	Table string `path:"table" json:"-"`
	TableSettings
}

// GetOrCreateTableOutput is the output of GetOrCreateTable.
type GetOrCreateTableOutput struct {
	Table   Table `json:"table"`
	Created bool  `json:"created"`
	TableCounts
}

// GetOrCreateTable reads a table, or makes it; concurrent calls make one.
func (c *Client) GetOrCreateTable(ctx context.Context, in *GetOrCreateTableInput) (*GetOrCreateTableOutput, error) {
	return Do(ctx, c, OpGetOrCreateTable, in)
}

// UpdateTableInput is the input of UpdateTable. A column whose schema is null is
// removed, with its values.
type UpdateTableInput struct {
	Table            string          `path:"table" json:"-"`
	Name             string          `json:"name,omitempty"`
	Factor           float64         `json:"factor,omitempty"`
	Frozen           *bool           `json:"frozen,omitempty"`
	KeyColumn        Field[string]   `json:"keyColumn,omitzero"`
	Schema           json.RawMessage `json:"schema,omitempty"`
	Tags             Tags            `json:"tags,omitempty"`
	IsComputeEnabled *bool           `json:"isComputeEnabled,omitempty"`
}

// UpdateTableOutput is the output of UpdateTable.
type UpdateTableOutput struct {
	Table        Table    `json:"table"`
	StaleColumns []string `json:"staleColumns"`
}

// UpdateTable changes a table; the columns that the schema names are added or
// replaced.
func (c *Client) UpdateTable(ctx context.Context, in *UpdateTableInput) (*UpdateTableOutput, error) {
	return Do(ctx, c, OpUpdateTable, in)
}

// DeleteTableInput is the input of DeleteTable.
type DeleteTableInput struct {
	Table string `path:"table" json:"-"`
}

// DeleteTableOutput is the output of DeleteTable; it has no members.
type DeleteTableOutput struct{}

// DeleteTable deletes a table with its rows.
func (c *Client) DeleteTable(ctx context.Context, in *DeleteTableInput) (*DeleteTableOutput, error) {
	return Do(ctx, c, OpDeleteTable, in)
}
