package store

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	defaultLimit = 20
	maxLimit     = 1000
)

func (p Page) limit() int { return limited(p.Limit) }

func limited(n int) int {
	if n <= 0 {
		return defaultLimit
	}
	return min(n, maxLimit)
}

// A cursor is the sort key of the last row that was given: a number (0 where rows are sorted by id alone) and an id.
func cursor(n int64, id string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(n, 36) + "." + id))
}

func (p Page) cursor() (n int64, id string, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(p.After)
	if err != nil {
		return 0, "", ErrCursor
	}
	num, id, ok := strings.Cut(string(raw), ".")
	if !ok {
		return 0, "", ErrCursor
	}
	n, err = strconv.ParseInt(num, 36, 64)
	if err != nil || strings.ContainsRune(id, 0) || !utf8.ValidString(id) {
		return 0, "", ErrCursor
	}
	return n, id, nil
}

// filter builds the WHERE of a list; ? in a condition is the next argument.
//
// What and and is add leads: an index has the rows in the list's order. What rest adds is looked at row by row, in a
// window of that index (see listPage).
type filter struct {
	where strings.Builder
	args  []any
	more  []condition
}

// condition is one that is written later.
type condition struct {
	text string
	args []any
}

// rest adds a condition that no index has.
func (f *filter) rest(cond string, args ...any) {
	f.more = append(f.more, condition{cond, args})
}

// restIs adds column = value to the rest unless value is "". It is written so that no engine reads an index for it in
// place of the leading one, which is in the list's order.
func (f *filter) restIs(column, value string) {
	if value != "" {
		f.rest(column+" || '' = ?", value)
	}
}

// whole returns the filter with the rest as conditions like the others.
func (f *filter) whole() *filter {
	w := &filter{args: slices.Clone(f.args)}
	w.where.WriteString(f.where.String())
	for _, c := range f.more {
		w.and(c.text, c.args...)
	}
	return w
}

// leading returns the filter without the rest.
func (f *filter) leading() *filter {
	w := &filter{args: slices.Clone(f.args)}
	w.where.WriteString(f.where.String())
	return w
}

func (f *filter) and(cond string, args ...any) {
	if f.where.Len() == 0 {
		f.where.WriteString(" WHERE ")
	} else {
		f.where.WriteString(" AND ")
	}
	f.write(cond, args...)
}

func (f *filter) write(cond string, args ...any) {
	for _, arg := range args {
		before, after, _ := strings.Cut(cond, "?")
		f.args = append(f.args, arg)
		f.where.WriteString(before)
		f.where.WriteByte('$')
		f.where.WriteString(strconv.Itoa(len(f.args)))
		cond = after
	}
	f.where.WriteString(cond)
}

// is adds column = value unless value is "".
func (f *filter) is(column, value string) {
	if value != "" {
		f.and(column+" = ?", value)
	}
}

// restBetween limits column to after..before, both inclusive; nil means open.
func (f *filter) restBetween(column string, after, before *time.Time) {
	if after != nil {
		f.rest(column+" >= ?", *after)
	}
	if before != nil {
		f.rest(column+" <= ?", *before)
	}
}

// byTags has a list led by the first of the tags, whose index entries are in the order of the rows' ids: it returns the
// FROM of the list, of rows with an alias r, and of its window, and the column of the order. The other tags are the rest.
// Without tags nothing leads.
func (f *filter) byTags(kind Kind, scope, table string, tags Tags) (from, window, id string) {
	keys := sortedKeys(tags)
	if len(keys) == 0 {
		return table + " r", "", ""
	}
	f.and("t.k = ? AND t.value = ?", tagKey(kind, scope, keys[0]), tagValue(tags[keys[0]]))
	f.restTags(kind, scope, "r.id", tags, keys[1:])
	// A cross join is read in this order by SQLite.
	return "tag_index t CROSS JOIN " + table + " r", "tag_index t", "t.owner"
}

// restTags is tags for the rest.
func (f *filter) restTags(kind Kind, scope, column string, tags Tags, keys []string) {
	for _, key := range keys {
		f.rest("EXISTS (SELECT 1 FROM tag_index o WHERE o.k = ? AND o.value = ? AND o.owner = "+column+")",
			tagKey(kind, scope, key), tagValue(tags[key]))
	}
}

// tags wants the tags named by keys on the row whose id is in column.
func (f *filter) tags(kind Kind, scope, column string, tags Tags, keys []string) {
	for _, key := range keys {
		f.and("EXISTS (SELECT 1 FROM tag_index t WHERE t.k = ? AND t.value = ? AND t.owner = "+column+")",
			tagKey(kind, scope, key), tagValue(tags[key]))
	}
}

// sorting is the order of a list: by a number, such as a time, and id, or by id alone when by is "".
type sorting[T any] struct {
	by, id string
	asc    bool
	key    func(*T) (int64, string)
	// window is the FROM that has the order's columns and the leading filter's; "" is the list's own.
	window string
	// join ties the list's tables together, where the window has fewer of them.
	join string
}

func (s *sorting[T]) directions() (op, dir string) {
	if s.asc {
		return ">", " ASC"
	}
	return "<", " DESC"
}

// columns are the order's, and order is what follows ORDER BY.
func (s *sorting[T]) columns() (columns, order string) {
	_, dir := s.directions()
	if s.by == "" {
		return s.id, s.id + dir
	}
	return s.by + ", " + s.id, s.by + dir + ", " + s.id + dir
}

// beyond limits a list to what follows a key; with equal also to the key itself, and in the other direction.
func (s *sorting[T]) beyond(f *filter, op string, n int64, id string) {
	if s.by == "" {
		f.and(s.id+" "+op+" ?", id)
	} else {
		f.and("("+s.by+", "+s.id+") "+op+" (?, ?)", n, id)
	}
}

// windowSize is how many rows of its leading index a page looks at, so that none costs more in a large table.
const windowSize = 2000

// listPage reads one page of SELECT columns FROM from under the filter, in the order. Where the filter has a rest, the
// page ends after windowSize rows of the leading index: then it may have fewer rows than were asked for, or none, and a
// cursor for the next page.
func listPage[T any](ctx context.Context, tx *Tx, scan func(Rows, *T) error, columns, from string, f *filter, s sorting[T], p Page) ([]T, string, error) {
	op, _ := s.directions()
	if p.After != "" {
		n, id, err := p.cursor()
		if err != nil {
			return nil, "", err
		}
		s.beyond(f, op, n, id)
	}
	end := ""
	if len(f.more) > 0 {
		n, id, err := windowEnd(ctx, tx, cmp.Or(s.window, from), f.leading(), &s)
		switch {
		case err == nil:
			end = cursor(n, id)
			s.beyond(f, flipped(op), n, id)
		case !errors.Is(err, ErrNotFound):
			return nil, "", err
		}
	}
	_, order := s.columns()
	limit := p.limit()
	w := f.whole()
	if s.join != "" {
		w.and(s.join)
	}
	w.write(" ORDER BY "+order+" LIMIT ?", limit+1)
	list, err := all(ctx, tx, scan, "SELECT "+columns+" FROM "+from+w.where.String(), w.args...)
	if err != nil {
		return nil, "", err
	}
	if len(list) <= limit {
		return list, end, nil
	}
	list = list[:limit]
	return list, cursor(s.key(&list[limit-1])), nil
}

// flipped is the comparison that holds for a row at the end of the window and all before it.
func flipped(op string) string {
	if op == ">" {
		return "<="
	}
	return ">="
}

// windowEnd returns the key of the last row that a page looks at; ErrNotFound when the list ends before.
func windowEnd[T any](ctx context.Context, tx *Tx, from string, f *filter, s *sorting[T]) (n int64, id string, err error) {
	columns, order := s.columns()
	dest := []any{&n, &id}
	if s.by == "" {
		dest = dest[1:]
	}
	f.write(" ORDER BY "+order+" LIMIT 1 OFFSET ?", windowSize-1)
	err = tx.row(ctx, "SELECT "+columns+" FROM "+from+f.where.String(), f.args, dest...)
	return n, id, err
}
