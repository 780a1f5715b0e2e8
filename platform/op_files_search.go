package platform

import (
	"context"
	"encoding/json"
)

// PassageMeta says what a passage is and where in its file.
type PassageMeta struct {
	Type     string `json:"type"`
	Subtype  string `json:"subtype"`
	Position int64  `json:"position"`
}

// PassageFile is the file of a passage that was found.
type PassageFile struct {
	ID          string          `json:"id"`
	Key         string          `json:"key"`
	ContentType string          `json:"contentType"`
	Metadata    json.RawMessage `json:"metadata"`
	Tags        Tags            `json:"tags"`
	CreatedAt   Time            `json:"createdAt"`
	UpdatedAt   Time            `json:"updatedAt"`
}

// PassageContext is a passage beside one that was found.
type PassageContext struct {
	Text   string `json:"text"`
	Offset int64  `json:"offset"` // in passages
	Type   string `json:"type"`   // preceding, current or subsequent
}

// FoundPassage is a passage that was found.
type FoundPassage struct {
	Content string           `json:"content"`
	Score   float64          `json:"score"` // 0 to 1
	Meta    PassageMeta      `json:"meta"`
	File    PassageFile      `json:"file"`
	Context []PassageContext `json:"context,omitempty"`
}

// SearchFilesInput is the input of SearchFiles.
type SearchFilesInput struct {
	Query        string    `query:"query" json:"-"`
	Tags         TagFilter `query:"tags" json:"-"`
	Limit        int       `query:"limit" json:"-"`
	ContextDepth int       `query:"contextDepth" json:"-"`
	WithContext  bool      `query:"withContext" json:"-"`
	Consolidate  bool      `query:"consolidate" json:"-"`
}

// SearchFilesOutput is the output of SearchFiles.
type SearchFilesOutput struct {
	Passages []FoundPassage `json:"passages"`
}

// SearchFiles finds passages of indexed text files by words, best first.
func (c *Client) SearchFiles(ctx context.Context, in *SearchFilesInput) (*SearchFilesOutput, error) {
	return Do(ctx, c, OpSearchFiles, in)
}

// Passage is a passage of a file.
type Passage struct {
	ID      string      `json:"id"`
	Content string      `json:"content"`
	Meta    PassageMeta `json:"meta"`
}

// ListFilePassagesInput is the input of ListFilePassages.
type ListFilePassagesInput struct {
	ID        string `path:"id" json:"-"` // or its key
	NextToken string `query:"nextToken" json:"-"`
	Limit     int    `query:"limit" json:"-"`
}

// ListFilePassagesOutput is the output of ListFilePassages.
type ListFilePassagesOutput struct {
	Passages []Passage `json:"passages"`
	Meta     Meta      `json:"meta"`
}

// ListFilePassages lists what a file is found by, in the order of its text.
func (c *Client) ListFilePassages(ctx context.Context, in *ListFilePassagesInput) (*ListFilePassagesOutput, error) {
	return Do(ctx, c, OpListFilePassages, in)
}
