package store

import (
	"context"
	"encoding/base64"
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
type filter struct {
	where strings.Builder
	args  []any
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

// between limits column to after..before, both inclusive; nil means open.
func (f *filter) between(column string, after, before *time.Time) {
	if after != nil {
		f.and(column+" >= ?", *after)
	}
	if before != nil {
		f.and(column+" <= ?", *before)
	}
}

// tags wants the tags named by keys on the row whose id is in column.
func (f *filter) tags(kind Kind, scope, column string, tags Tags, keys []string) {
	for _, key := range keys {
		f.and("EXISTS (SELECT 1 FROM tag_index t WHERE t.k = ? AND t.value = ? AND t.owner = "+column+")",
			tagKey(kind, scope, key), tagValue(tags[key]))
	}
}

// sorting is the order of a list: by a time column and id, or by id alone when by is "".
type sorting[T any] struct {
	by, id string
	asc    bool
	key    func(*T) (int64, string)
}

// listPage reads one page of SELECT … FROM … (given in sql) under the filter, in the order.
func listPage[T any](ctx context.Context, tx *Tx, scan func(Rows, *T) error, sql string, f *filter, s sorting[T], p Page) ([]T, string, error) {
	op, dir := "<", " DESC"
	if s.asc {
		op, dir = ">", " ASC"
	}
	if p.After != "" {
		n, id, err := p.cursor()
		if err != nil {
			return nil, "", err
		}
		if s.by == "" {
			f.and(s.id+" "+op+" ?", id)
		} else {
			f.and("("+s.by+", "+s.id+") "+op+" (?, ?)", n, id)
		}
	}
	order := s.id + dir
	if s.by != "" {
		order = s.by + dir + ", " + order
	}
	limit := p.limit()
	f.write(" ORDER BY "+order+" LIMIT ?", limit+1)
	list, err := all(ctx, tx, scan, sql+f.where.String(), f.args...)
	if err != nil {
		return nil, "", err
	}
	if len(list) <= limit {
		return list, "", nil
	}
	list = list[:limit]
	return list, cursor(s.key(&list[limit-1])), nil
}
