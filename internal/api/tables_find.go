package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bellhop-dev/bellhop/internal/passage"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// addOwn adds the members of a row that the server writes, as filters and
// orders know them.
func addOwn(row *store.TableRow, data map[string]any) {
	data["id"] = float64(row.ID)
	data["createdAt"], data["updatedAt"] = platform.At(row.CreatedAt).String(), platform.At(row.UpdatedAt).String()
}

// appendRow appends a row as callers see it, with the columns that are chosen;
// none chosen is all.
func appendRow(list []platform.TableRow, cols columns, row *store.TableRow, chosen []string) ([]platform.TableRow, error) {
	data := platform.TableRow{}
	if err := json.Unmarshal(row.Data, &data); err != nil {
		return nil, err
	}
	out := platform.TableRow{"computed": json.RawMessage("{}"), "stale": json.RawMessage("[]")}
	for name := range cols {
		if len(chosen) > 0 && !slices.Contains(chosen, name) {
			continue
		}
		if out[name] = data[name]; out[name] == nil {
			out[name] = json.RawMessage("null")
		}
	}
	own := map[string]any{}
	addOwn(row, own)
	for name, value := range own {
		raw, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		out[name] = raw
	}
	return append(list, out), nil
}

func (s *Service) getTableRow(ctx context.Context, id *Identity, in *platform.GetTableRowInput) (*platform.GetTableRowOutput, error) {
	return view(ctx, s, func(tx *store.Tx) (*platform.GetTableRowOutput, error) {
		t, err := tx.Table(ctx, id.Bot.ID, in.Table)
		if err != nil {
			return nil, tableFault(err, in.Table)
		}
		cols, _, err := readColumns(t.Columns)
		if err != nil {
			return nil, err
		}
		row, err := tx.TableRow(ctx, t.ID, in.ID)
		if errors.Is(err, store.ErrNotFound) {
			return nil, platform.Errorf(platform.TypeResourceNotFound, "row %d not found in table %s", in.ID, t.Name)
		} else if err != nil {
			return nil, err
		}
		list, err := appendRow(nil, cols, row, nil)
		if err != nil {
			return nil, err
		}
		return &platform.GetTableRowOutput{Row: list[0]}, nil
	})
}

const (
	defaultRows  = 100
	maxRowSearch = 1024 // characters
)

// rowQuery is a findTableRows that was checked.
type rowQuery struct {
	wanted        rowFilter
	words         []string // of the search
	orderBy       string
	desc          bool
	offset, limit int
	chosen        []string
}

func readQuery(in *platform.FindTableRowsInput) (*rowQuery, error) {
	q := &rowQuery{orderBy: cmp.Or(in.OrderBy, "id"), offset: in.Offset, limit: cmp.Or(in.Limit, defaultRows)}
	if len(in.Group) > 0 && string(in.Group) != "null" && string(in.Group) != "{}" {
		return nil, badTable("group is not available here; read the rows and group them yourself")
	}
	if q.limit < 1 || q.limit > maxRowsAtOnce || q.offset < 0 {
		return nil, badTable("limit is 1 to %d and offset not negative; got %d and %d", maxRowsAtOnce, in.Limit, in.Offset)
	}
	direction, err := oneOf("orderDirection", in.OrderDirection, "asc", "desc")
	if err != nil {
		return nil, err
	}
	q.desc = direction == "desc"
	if n := utf8.RuneCountInString(in.Search); n > maxRowSearch {
		return nil, badTable("search has %d characters; give at most %d", n, maxRowSearch)
	}
	q.words = passage.Words(in.Search)
	slices.Sort(q.words)
	q.words = slices.Compact(q.words)
	for _, name := range in.Select {
		first, _, _ := strings.Cut(name, ".")
		q.chosen = append(q.chosen, first)
	}
	q.wanted, err = readFilter(in.Filter)
	return q, err
}

// foundRow is a row that fits, with what it is sorted by.
type foundRow struct {
	row        store.TableRow
	by         any
	similarity float64
}

func (s *Service) findTableRows(ctx context.Context, id *Identity, in *platform.FindTableRowsInput) (*platform.FindTableRowsOutput, error) {
	q, err := readQuery(in)
	if err != nil {
		return nil, err
	}
	leave, err := s.scans.enter(ctx, id.Bot.ID)
	if err != nil {
		return nil, err
	}
	defer leave()
	return view(ctx, s, func(tx *store.Tx) (*platform.FindTableRowsOutput, error) {
		t, err := tx.Table(ctx, id.Bot.ID, in.Table)
		if err != nil {
			return nil, tableFault(err, in.Table)
		}
		cols, _, err := readColumns(t.Columns)
		if err != nil {
			return nil, err
		}
		if cols[q.orderBy] == nil && !slices.Contains(ownColumns[:3], q.orderBy) {
			return nil, badTable("orderBy %.60q is not a column of table %s", q.orderBy, t.Name)
		}
		found, err := q.find(ctx, tx, t, cols)
		if err != nil {
			return nil, err
		}
		out := &platform.FindTableRowsOutput{Rows: []platform.TableRow{}, Offset: q.offset, Limit: q.limit, HasMore: len(found) > q.offset+q.limit}
		for i := q.offset; i < min(len(found), q.offset+q.limit); i++ {
			if out.Rows, err = appendRow(out.Rows, cols, &found[i].row, q.chosen); err != nil {
				return nil, err
			}
			if len(q.words) > 0 {
				raw, err := json.Marshal(found[i].similarity)
				if err != nil {
					return nil, err
				}
				out.Rows[len(out.Rows)-1]["similarity"] = raw
			}
		}
		return out, nil
	})
}

// find reads the rows that fit, in order. In the order of ids it stops when it
// has those that are asked for and one more.
func (q *rowQuery) find(ctx context.Context, tx *store.Tx, t *store.Table, cols columns) (found []foundRow, err error) {
	quick := q.orderBy == "id" && !q.desc && len(q.words) == 0
	err = scanRows(ctx, tx, t, func(row *store.TableRow, data map[string]any) (bool, error) {
		f := foundRow{row: *row}
		if len(q.words) > 0 {
			if f.similarity = similarity(q.words, cols, data); f.similarity == 0 {
				return true, nil
			}
		}
		addOwn(row, data)
		if q.wanted(data) {
			f.by = data[q.orderBy]
			found = append(found, f)
		}
		return !quick || len(found) <= q.offset+q.limit, nil
	})
	slices.SortStableFunc(found, func(a, b foundRow) int {
		if n := cmp.Compare(b.similarity, a.similarity); n != 0 {
			return n
		}
		n, ok := compare(a.by, b.by)
		if !ok { // null comes first
			n = map[bool]int{true: 1, false: -1}[a.by != nil]
			if a.by == nil && b.by == nil {
				n = 0
			}
		}
		if q.desc {
			return -n
		}
		return n
	})
	return found, err
}

// similarity is the share of the words that are in the searchable columns of a
// row, or in all of them when the table has none.
func similarity(words []string, cols columns, data map[string]any) float64 {
	some := false
	for _, c := range cols {
		some = some || c.Zui.Searchable
	}
	have := map[string]bool{}
	for name, c := range cols {
		if some && !c.Zui.Searchable {
			continue
		}
		text, ok := data[name].(string)
		if raw, err := json.Marshal(data[name]); !ok && data[name] != nil && err == nil {
			text = string(raw)
		}
		for _, word := range passage.Words(text) {
			have[word] = true
		}
	}
	n := 0
	for _, word := range words {
		if have[word] {
			n++
		}
	}
	return float64(n) / float64(len(words))
}
