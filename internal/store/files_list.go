package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
)

// tagMatch wants what m says of the tags of the row whose id is in column.
func (f *filter) tagMatch(kind Kind, scope, column string, m TagMatch) {
	for _, part := range []struct {
		not  string
		tags map[string][]string
	}{{"", m.Is}, {"NOT ", m.Not}} {
		for _, key := range slices.Sorted(maps.Keys(part.tags)) {
			args := []any{tagKey(kind, scope, key)}
			for _, v := range part.tags[key] {
				args = append(args, tagValue(v))
			}
			if len(args) > 1 {
				f.rest(part.not+"EXISTS (SELECT 1 FROM tag_index t WHERE t.k = ? AND t.value IN ("+places(len(args)-1)+") AND t.owner = "+column+")", args...)
			}
		}
	}
}

func places(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

func (ff *FileFilter) where(tx *Tx) *filter {
	f := new(filter)
	f.and("r.bot_id = ?", ff.BotID)
	f.rest("(r.expires_at IS NULL OR r.expires_at > ?)", tx.now)
	if ff.InstallationID != "" {
		f.rest("(r.installation_id = ? OR ' ' || r.policies || ' ' LIKE ?)", ff.InstallationID, "% "+ff.Policy+" %")
	}
	if ff.IDs != nil {
		args := make([]any, len(ff.IDs))
		for i, id := range ff.IDs {
			args[i] = id
		}
		f.and("r.id IN ("+places(len(args))+")", args...)
	}
	if ff.Indexed != nil {
		f.rest("r.indexed = ?", *ff.Indexed)
	}
	f.tagMatch(KindFile, ff.BotID, "r.id", ff.Tags)
	if ff.IDs != nil {
		return f.whole() // they are few, and a page has all of them
	}
	return f
}

// Files lists a bot's files.
func (tx *Tx) Files(ctx context.Context, ff FileFilter, p Page) ([]File, string, error) {
	if ff.SortField == "key" || ff.SortField == "status" {
		list, next, err := tx.filesByText(ctx, ff, p)
		return list, next, wrap(err, "list files")
	}
	by := timeColumn(ff.SortField)
	if ff.SortField == "size" {
		by = "r.size"
	}
	list, next, err := listPage(ctx, tx, scanFile, fileColumns, "files r", ff.where(tx), sorting[File]{
		by: by, id: "r.id", asc: ff.Asc, key: func(f *File) (int64, string) {
			switch by {
			case "r.size":
				return f.Size, f.ID
			case "r.updated_at":
				return f.UpdatedAt.UnixMilli(), f.ID
			}
			return f.CreatedAt.UnixMilli(), f.ID
		},
	}, p)
	return list, next, wrap(err, "list files")
}

// filesByText lists in the order of a text, which the cursor has in place of a number.
func (tx *Tx) filesByText(ctx context.Context, ff FileFilter, p Page) ([]File, string, error) {
	op, dir := "<", " DESC"
	if ff.Asc {
		op, dir = ">", " ASC"
	}
	f := ff.where(tx)
	if p.After != "" {
		var at [2]string
		raw, err := base64.RawURLEncoding.DecodeString(p.After)
		if err != nil || json.Unmarshal(raw, &at) != nil || strings.ContainsRune(at[0]+at[1], 0) {
			return nil, "", ErrCursor
		}
		f.and("(r."+ff.SortField+", r.id) "+op+" (?, ?)", at[0], at[1])
	}
	column := "r." + ff.SortField
	order := " ORDER BY " + column + dir + ", r.id" + dir
	var end []string
	if len(f.more) > 0 {
		var at [2]string
		w := f.leading()
		w.write(order+" LIMIT 1 OFFSET ?", windowSize-1)
		err := tx.row(ctx, "SELECT "+column+", r.id FROM files r"+w.where.String(), w.args, &at[0], &at[1])
		switch {
		case err == nil:
			end = at[:]
			f.and("("+column+", r.id) "+flipped(op)+" (?, ?)", at[0], at[1])
		case !errors.Is(err, ErrNotFound):
			return nil, "", err
		}
	}
	limit := p.limit()
	f = f.whole()
	f.write(order+" LIMIT ?", limit+1)
	list, err := all(ctx, tx, scanFile, `SELECT `+fileColumns+` FROM files r`+f.where.String(), f.args...)
	if err != nil || len(list) <= limit && end == nil {
		return list, "", err
	}
	if len(list) > limit {
		list = list[:limit]
		last := list[limit-1]
		end = []string{last.Key, last.ID}
		if ff.SortField == "status" {
			end[0] = last.Status
		}
	}
	raw, err := json.Marshal(end)
	return list, base64.RawURLEncoding.EncodeToString(raw), err
}
