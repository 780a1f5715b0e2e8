package platform

import (
	"context"
	"encoding/json"
)

// The operations on rows of tables.
var (
	OpGetTableRow     = op[GetTableRowInput, GetTableRowOutput](Operation{Name: "getTableRow", Method: "GET", Path: "/v1/tables/{table}/row", Scope: ScopeRuntime, Idempotent: true})
	OpFindTableRows   = op[FindTableRowsInput, FindTableRowsOutput](Operation{Name: "findTableRows", Method: "POST", Path: "/v1/tables/{table}/rows/find", Scope: ScopeRuntime, Idempotent: true})
	OpCreateTableRows = op[CreateTableRowsInput, CreateTableRowsOutput](Operation{Name: "createTableRows", Method: "POST", Path: "/v1/tables/{table}/rows", Scope: ScopeRuntime})
	OpUpdateTableRows = op[UpdateTableRowsInput, UpdateTableRowsOutput](Operation{Name: "updateTableRows", Method: "PUT", Path: "/v1/tables/{table}/rows", Scope: ScopeRuntime, Idempotent: true})
	OpUpsertTableRows = op[UpsertTableRowsInput, UpsertTableRowsOutput](Operation{Name: "upsertTableRows", Method: "POST", Path: "/v1/tables/{table}/rows/upsert", Scope: ScopeRuntime})
	OpDeleteTableRows = op[DeleteTableRowsInput, DeleteTableRowsOutput](Operation{Name: "deleteTableRows", Method: "POST", Path: "/v1/tables/{table}/rows/delete", Scope: ScopeRuntime, Idempotent: true})
)

// TableRow is a row: its columns, and id, createdAt, updatedAt, computed, stale
// and similarity, which the server writes.
type TableRow = map[string]json.RawMessage

// GetTableRowInput is the input of GetTableRow.
type GetTableRowInput struct {
	Table string `path:"table" json:"-"`
	ID    int64  `query:"id" json:"-"`
}

// GetTableRowOutput is the output of GetTableRow.
type GetTableRowOutput struct {
	Row TableRow `json:"row"`
}

// GetTableRow reads a row.
func (c *Client) GetTableRow(ctx context.Context, in *GetTableRowInput) (*GetTableRowOutput, error) {
	return Do(ctx, c, OpGetTableRow, in)
}

// FindTableRowsInput is the input of FindTableRows.
type FindTableRowsInput struct {
	Table          string          `path:"table" json:"-"`
	Limit          int             `json:"limit,omitempty"` // 1 to 1000; 0 is 100
	Offset         int             `json:"offset,omitempty"`
	Filter         json.RawMessage `json:"filter,omitempty"`
	Group          json.RawMessage `json:"group,omitempty"`
	Search         string          `json:"search,omitempty"`
	Select         []string        `json:"select,omitempty"`
	OrderBy        string          `json:"orderBy,omitempty"`
	OrderDirection string          `json:"orderDirection,omitempty"`
}

// FindTableRowsOutput is the output of FindTableRows.
type FindTableRowsOutput struct {
	Rows     []TableRow `json:"rows"`
	HasMore  bool       `json:"hasMore"`
	Offset   int        `json:"offset"`
	Limit    int        `json:"limit"`
	Warnings []string   `json:"warnings,omitempty"`
}

// FindTableRows finds rows by a filter like those of MongoDB, and by words.
func (c *Client) FindTableRows(ctx context.Context, in *FindTableRowsInput) (*FindTableRowsOutput, error) {
	return Do(ctx, c, OpFindTableRows, in)
}

// CreateTableRowsInput is the input of CreateTableRows.
type CreateTableRowsInput struct {
	Table string     `path:"table" json:"-"`
	Rows  []TableRow `json:"rows"`
}

// CreateTableRowsOutput is the output of CreateTableRows.
type CreateTableRowsOutput struct {
	Rows []TableRow `json:"rows"`
}

// CreateTableRows adds rows: all, or none when one does not fit.
func (c *Client) CreateTableRows(ctx context.Context, in *CreateTableRowsInput) (*CreateTableRowsOutput, error) {
	return Do(ctx, c, OpCreateTableRows, in)
}

// UpdateTableRowsInput is the input of UpdateTableRows; each row names its id.
type UpdateTableRowsInput struct {
	Table string     `path:"table" json:"-"`
	Rows  []TableRow `json:"rows"`
}

// UpdateTableRowsOutput is the output of UpdateTableRows.
type UpdateTableRowsOutput struct {
	Rows []TableRow `json:"rows"`
}

// UpdateTableRows changes the columns that are given: in all rows, or in none.
func (c *Client) UpdateTableRows(ctx context.Context, in *UpdateTableRowsInput) (*UpdateTableRowsOutput, error) {
	return Do(ctx, c, OpUpdateTableRows, in)
}

// UpsertTableRowsInput is the input of UpsertTableRows.
type UpsertTableRowsInput struct {
	Table     string     `path:"table" json:"-"`
	Rows      []TableRow `json:"rows"`
	KeyColumn string     `json:"keyColumn,omitempty"` // "" is id
}

// UpsertTableRowsOutput is the output of UpsertTableRows.
type UpsertTableRowsOutput struct {
	Inserted []TableRow `json:"inserted"`
	Updated  []TableRow `json:"updated"`
}

// UpsertTableRows changes the rows that have the same value in the key column,
// and adds the others: all, or none when one does not fit.
func (c *Client) UpsertTableRows(ctx context.Context, in *UpsertTableRowsInput) (*UpsertTableRowsOutput, error) {
	return Do(ctx, c, OpUpsertTableRows, in)
}

// DeleteTableRowsInput is the input of DeleteTableRows; it takes one of the
// three.
type DeleteTableRowsInput struct {
	Table         string          `path:"table" json:"-"`
	IDs           []int64         `json:"ids,omitempty"`
	Filter        json.RawMessage `json:"filter,omitempty"`
	DeleteAllRows bool            `json:"deleteAllRows,omitempty"`
}

// DeleteTableRowsOutput is the output of DeleteTableRows.
type DeleteTableRowsOutput struct {
	DeletedRows int64 `json:"deletedRows"`
}

// DeleteTableRows deletes rows.
func (c *Client) DeleteTableRows(ctx context.Context, in *DeleteTableRowsInput) (*DeleteTableRowsOutput, error) {
	return Do(ctx, c, OpDeleteTableRows, in)
}
