package api

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bellhop-dev/bellhop/platform"
)

// Limits of tables.
const (
	maxColumns    = 20
	maxSchema     = 64 << 10 // bytes of all columns
	maxColumnName = 30
	maxTableName  = 100
	maxTables     = 100
	rowUnit       = 4 << 10 // bytes of a row, times the table's factor
	maxFactor     = 30
	maxUnits      = 20_000 // rows of a table, times its factor
	maxRowsAtOnce = 1000
)

// column is a column of a table as the contract writes it.
type column struct {
	Type        string          `json:"type"`
	Format      string          `json:"format,omitempty"`
	Description string          `json:"description,omitempty"`
	Pattern     string          `json:"pattern,omitempty"`
	Enum        []string        `json:"enum,omitempty"`
	Items       json.RawMessage `json:"items,omitempty"`
	Nullable    *bool           `json:"nullable,omitempty"`
	Properties  json.RawMessage `json:"properties,omitempty"`
	Zui         columnZui       `json:"x-zui"`

	pattern *regexp.Regexp
}

// columnZui is what is said of a column beside its type.
type columnZui struct {
	Index      int             `json:"index"`
	Searchable bool            `json:"searchable,omitempty"`
	Hidden     bool            `json:"hidden,omitempty"`
	Typings    string          `json:"typings,omitempty"`
	Computed   json.RawMessage `json:"computed,omitempty"`
}

type columns map[string]*column

// ownColumns are members of a row that the server writes.
var ownColumns = []string{"id", "createdAt", "updatedAt", "computed", "stale", "similarity"}

var columnTypes = []string{"string", "number", "boolean", "object", "array", "null"}

func badTable(format string, args ...any) error {
	return platform.Errorf(platform.TypeInvalidPayload, format, args...)
}

// givenColumns is readColumns for what a caller gives.
func givenColumns(raw json.RawMessage) (cols columns, gone []string, err error) {
	if len(raw) > maxSchema {
		return nil, nil, tooMuchSchema(len(raw))
	}
	if cols, gone, err = readColumns(raw); err != nil {
		return nil, nil, err
	}
	for name, c := range cols {
		if err := checkPattern(c.Pattern); err != nil {
			return nil, nil, badTable("schema.%s.pattern: %v", name, err)
		}
	}
	return cols, gone, nil
}

func tooMuchSchema(n int) error {
	return platform.Errorf(platform.TypeLimitExceeded, "schema has %d bytes; a table may have at most %d", n, maxSchema)
}

// keep is the columns as a table keeps them.
func (cols columns) keep() (json.RawMessage, error) {
	raw, err := json.Marshal(cols)
	if err == nil && len(raw) > maxSchema {
		err = tooMuchSchema(len(raw))
	}
	return raw, err
}

// readColumns reads a JSON schema of rows, or an object of columns. Columns
// that are null are left out, and named in gone.
func readColumns(raw json.RawMessage) (cols columns, gone []string, err error) {
	var whole struct {
		Type       string                     `json:"type"`
		Properties map[string]json.RawMessage `json:"properties"`
	}
	list := map[string]json.RawMessage{}
	if json.Unmarshal(raw, &whole) == nil && whole.Type == "object" && whole.Properties != nil {
		list = whole.Properties
	} else if err := json.Unmarshal(raw, &list); err != nil {
		return nil, nil, badTable("schema is not an object of columns; give one such as {\"name\": {\"type\": \"string\"}}")
	}
	cols = columns{}
	for i, name := range slices.Sorted(maps.Keys(list)) {
		if string(list[name]) == "null" {
			gone = append(gone, name)
			continue
		}
		if n := utf8.RuneCountInString(name); n == 0 || n > maxColumnName || slices.Contains(ownColumns, name) || strings.ContainsAny(name, ".$") {
			return nil, nil, badTable("schema: %.60q is not a column's name; give 1 to %d characters without . and $, and none of %s", name, maxColumnName, strings.Join(ownColumns, ", "))
		}
		c := &column{}
		if err := json.Unmarshal(list[name], c); err != nil {
			return nil, nil, badTable("schema.%s is not a column such as {\"type\": \"string\"}: %v", name, err)
		}
		if err := c.complete(name); err != nil {
			return nil, nil, err
		}
		if c.Zui.Index == 0 {
			c.Zui.Index = i
		}
		cols[name] = c
	}
	if len(cols) > maxColumns {
		return nil, nil, platform.Errorf(platform.TypeLimitExceeded, "schema has %d columns; give at most %d", len(cols), maxColumns)
	}
	return cols, gone, nil
}

func (c *column) complete(name string) (err error) {
	switch c.Type {
	case "date":
		c.Type, c.Format = "string", "date-time"
	case "integer":
		c.Type = "number"
	}
	if !slices.Contains(columnTypes, c.Type) {
		return badTable("schema.%s.type %.40q is not known; give one of %s", name, c.Type, strings.Join(columnTypes, ", "))
	}
	if c.Format != "date-time" {
		c.Format = ""
	}
	if len(c.Zui.Computed) > 0 && string(c.Zui.Computed) != "null" {
		return badTable("schema.%s is a computed column; this server computes none: write its values yourself", name)
	}
	c.Zui.Computed = nil
	if c.Pattern != "" {
		if c.pattern, err = regexp.Compile(c.Pattern); err != nil {
			return badTable("schema.%s.pattern is not understood: %v", name, err)
		}
	}
	return nil
}

// tableSchema is the columns as the contract has them.
func (cols columns) schema() (json.RawMessage, error) {
	return json.Marshal(map[string]any{"type": "object", "properties": cols, "additionalProperties": true})
}

// fit checks a value for a column; null fits unless the column says no.
func (c *column) fit(value any) string {
	if value == nil {
		if c.Nullable != nil && !*c.Nullable {
			return "it is null, and the column is not nullable"
		}
		return ""
	}
	ok := false
	switch v := value.(type) {
	case string:
		ok = c.Type == "string"
		if ok {
			return c.fitText(v)
		}
	case float64:
		ok = c.Type == "number"
	case bool:
		ok = c.Type == "boolean"
	case map[string]any:
		ok = c.Type == "object"
	case []any:
		ok = c.Type == "array"
	}
	if !ok {
		return "it is not of the type " + c.Type
	}
	return ""
}

func (c *column) fitText(v string) string {
	switch {
	case len(c.Enum) > 0 && !slices.Contains(c.Enum, v):
		return "it is not one of " + strings.Join(c.Enum, ", ")
	case c.pattern != nil && !c.pattern.MatchString(v):
		return "it does not match " + c.Pattern
	case c.Format == "date-time":
		if _, err := time.Parse(time.RFC3339Nano, v); err != nil {
			return "it is not a time such as 2026-01-02T03:04:05Z"
		}
	}
	return ""
}
