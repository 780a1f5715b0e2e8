package platform

import (
	"context"
	"encoding/json"
)

// The operations on files.
var (
	OpUpsertFile         = op[UpsertFileInput, UpsertFileOutput](Operation{Name: "upsertFile", Method: "PUT", Path: "/v1/files", Scope: ScopeRuntime, Idempotent: true})
	OpGetFile            = op[GetFileInput, GetFileOutput](Operation{Name: "getFile", Method: "GET", Path: "/v1/files/{id}", Scope: ScopeRuntime, Idempotent: true})
	OpListFiles          = op[ListFilesInput, ListFilesOutput](Operation{Name: "listFiles", Method: "GET", Path: "/v1/files", Scope: ScopeRuntime, Idempotent: true})
	OpUpdateFileMetadata = op[UpdateFileMetadataInput, UpdateFileMetadataOutput](Operation{Name: "updateFileMetadata", Method: "PUT", Path: "/v1/files/{id}", Scope: ScopeRuntime, Idempotent: true})
	OpDeleteFile         = op[DeleteFileInput, DeleteFileOutput](Operation{Name: "deleteFile", Method: "DELETE", Path: "/v1/files/{id}", Scope: ScopeRuntime, Idempotent: true})
	OpCopyFile           = op[CopyFileInput, CopyFileOutput](Operation{Name: "copyFile", Method: "POST", Path: "/v1/files/{idOrKey}/{destinationKey}", Scope: ScopeRuntime})
	OpSearchFiles        = op[SearchFilesInput, SearchFilesOutput](Operation{Name: "searchFiles", Method: "GET", Path: "/v1/files/search", Scope: ScopeRuntime, Idempotent: true})
	OpListFilePassages   = op[ListFilePassagesInput, ListFilePassagesOutput](Operation{Name: "listFilePassages", Method: "GET", Path: "/v1/files/{id}/passages", Scope: ScopeRuntime, Idempotent: true})
)

// FileStatus says how far a file is.
type FileStatus string

// The statuses. Text is indexed with the upload, so that indexing_pending is
// not met here.
const (
	FilePending         FileStatus = "upload_pending"
	FileUploadFailed    FileStatus = "upload_failed"
	FileUploaded        FileStatus = "upload_completed"
	FileIndexingFailed  FileStatus = "indexing_failed"
	FileIndexed         FileStatus = "indexing_completed"
	FileIndexingPending FileStatus = "indexing_pending"
)

// FilePolicy opens a file to others than its owner and the bot.
type FilePolicy string

// The policies.
const (
	FilePublic       FilePolicy = "public_content" // anybody who knows its address may read the content
	FileIntegrations FilePolicy = "integrations"   // every integration of the bot may read and find it
)

// FileOwner says whose a file is.
type FileOwner struct {
	Type  string `json:"type"` // bot or integration
	ID    string `json:"id,omitempty"`
	Name  string `json:"name,omitempty"`
	Alias string `json:"alias,omitempty"`
}

// File is a file. URL is where its content is read: for good when FilePublic
// is among its policies, else for an hour.
type File struct {
	ID                 string          `json:"id"`
	BotID              string          `json:"botId"`
	Key                string          `json:"key"`
	URL                string          `json:"url"`
	Size               *int64          `json:"size"` // null until the content is there
	ContentType        string          `json:"contentType"`
	Tags               Tags            `json:"tags"`
	Metadata           json.RawMessage `json:"metadata"`
	CreatedAt          Time            `json:"createdAt"`
	UpdatedAt          Time            `json:"updatedAt"`
	AccessPolicies     []FilePolicy    `json:"accessPolicies"`
	Index              bool            `json:"index"`
	Status             FileStatus      `json:"status"`
	FailedStatusReason string          `json:"failedStatusReason,omitempty"`
	ExpiresAt          *Time           `json:"expiresAt,omitempty"`
	Owner              FileOwner       `json:"owner"`
}

// UpsertedFile is a file that waits for its content: a PUT of the bytes to
// UploadURL, within an hour.
type UpsertedFile struct {
	File
	UploadURL string `json:"uploadUrl"`
}

// UpsertFileInput is the input of UpsertFile.
type UpsertFileInput struct {
	Key            string          `json:"key"`
	Size           float64         `json:"size"`
	Tags           Tags            `json:"tags,omitempty"`
	Index          bool            `json:"index,omitempty"`
	Indexing       json.RawMessage `json:"indexing,omitempty"`
	AccessPolicies []FilePolicy    `json:"accessPolicies,omitempty"`
	ContentType    string          `json:"contentType,omitempty"`
	ExpiresAt      *Time           `json:"expiresAt,omitempty"`
	Metadata       json.RawMessage `json:"metadata,omitempty"`
}

// UpsertFileOutput is the output of UpsertFile.
type UpsertFileOutput struct {
	File UpsertedFile `json:"file"`
}

// UpsertFile makes a file, or empties the one of this key; its content comes
// with a PUT to the URL in the answer.
func (c *Client) UpsertFile(ctx context.Context, in *UpsertFileInput) (*UpsertFileOutput, error) {
	return Do(ctx, c, OpUpsertFile, in)
}

// GetFileInput is the input of GetFile.
type GetFileInput struct {
	ID string `path:"id" json:"-"` // or its key
}

// GetFileOutput is the output of GetFile.
type GetFileOutput struct {
	File File `json:"file"`
}

// GetFile reads what is known of a file.
func (c *Client) GetFile(ctx context.Context, in *GetFileInput) (*GetFileOutput, error) {
	return Do(ctx, c, OpGetFile, in)
}

// ListFilesInput is the input of ListFiles.
type ListFilesInput struct {
	NextToken     string    `query:"nextToken" json:"-"`
	SortField     string    `query:"sortField" json:"-"`
	SortDirection string    `query:"sortDirection" json:"-"`
	Tags          TagFilter `query:"tags" json:"-"`
	IDs           []string  `query:"ids" json:"-"`
	Indexed       *bool     `query:"indexed" json:"-"`
}

// ListFilesOutput is the output of ListFiles.
type ListFilesOutput struct {
	Files []File `json:"files"`
	Meta  Meta   `json:"meta"`
}

// ListFiles lists files, newest first.
func (c *Client) ListFiles(ctx context.Context, in *ListFilesInput) (*ListFilesOutput, error) {
	return Do(ctx, c, OpListFiles, in)
}

// UpdateFileMetadataInput is the input of UpdateFileMetadata.
type UpdateFileMetadataInput struct {
	ID             string             `path:"id" json:"-"` // or its key
	Metadata       json.RawMessage    `json:"metadata,omitempty"`
	Tags           map[string]*string `json:"tags,omitempty"`
	AccessPolicies *[]FilePolicy      `json:"accessPolicies,omitempty"`
	ExpiresAt      Field[Time]        `json:"expiresAt,omitzero"`
}

// UpdateFileMetadataOutput is the output of UpdateFileMetadata.
type UpdateFileMetadataOutput struct {
	File File `json:"file"`
}

// UpdateFileMetadata changes what is known of a file, not its content. Tags and
// metadata merge; null removes.
func (c *Client) UpdateFileMetadata(ctx context.Context, in *UpdateFileMetadataInput) (*UpdateFileMetadataOutput, error) {
	return Do(ctx, c, OpUpdateFileMetadata, in)
}

// DeleteFileInput is the input of DeleteFile.
type DeleteFileInput struct {
	ID string `path:"id" json:"-"` // or its key
}

// DeleteFileOutput is the output of DeleteFile; it has no members.
type DeleteFileOutput struct{}

// DeleteFile deletes a file and its content.
func (c *Client) DeleteFile(ctx context.Context, in *DeleteFileInput) (*DeleteFileOutput, error) {
	return Do(ctx, c, OpDeleteFile, in)
}

// CopyFileInput is the input of CopyFile.
type CopyFileInput struct {
	IDOrKey        string `path:"idOrKey" json:"-"`
	DestinationKey string `path:"destinationKey" json:"-"`
	Overwrite      bool   `json:"overwrite,omitempty"`
}

// CopyFileOutput is the output of CopyFile.
type CopyFileOutput struct {
	File File `json:"file"`
}

// CopyFile copies a file to another key of the caller; the bytes are kept once.
func (c *Client) CopyFile(ctx context.Context, in *CopyFileInput) (*CopyFileOutput, error) {
	return Do(ctx, c, OpCopyFile, in)
}
