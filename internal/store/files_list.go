package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
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
				f.and(part.not+"EXISTS (SELECT 1 FROM tag_index t WHERE t.k = ? AND t.value IN ("+places(len(args)-1)+") AND t.owner = "+column+")", args...)
			}
		}
	}
}

func places(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

func (ff *FileFilter) where(tx *Tx) *filter {
	f := new(filter)
	f.and("(r.expires_at IS NULL OR r.expires_at > ?)", tx.now)
	f.and("r.bot_id = ?", ff.BotID)
	if ff.InstallationID != "" {
		f.and("(r.installation_id = ? OR ' ' || r.policies || ' ' LIKE ?)", ff.InstallationID, "% "+ff.Policy+" %")
	}
	if ff.IDs != nil {
		args := make([]any, len(ff.IDs))
		for i, id := range ff.IDs {
			args[i] = id
		}
		f.and("r.id IN ("+places(len(args))+")", args...)
	}
	if ff.Indexed != nil {
		f.and("r.indexed = ?", *ff.Indexed)
	}
	f.tagMatch(KindFile, ff.BotID, "r.id", ff.Tags)
	return f
}

// Files lists a bot's files.
func (tx *Tx) Files(ctx context.Context, ff FileFilter, p Page) ([]File, string, error) {
	const sql = `SELECT ` + fileColumns + ` FROM files r`
	if ff.SortField == "key" || ff.SortField == "status" {
		list, next, err := tx.filesByText(ctx, sql, ff, p)
		return list, next, wrap(err, "list files")
	}
	by := timeColumn(ff.SortField)
	if ff.SortField == "size" {
		by = "r.size"
	}
	list, next, err := listPage(ctx, tx, scanFile, sql, ff.where(tx), sorting[File]{
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
func (tx *Tx) filesByText(ctx context.Context, sql string, ff FileFilter, p Page) ([]File, string, error) {
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
	limit := p.limit()
	f.write(" ORDER BY r."+ff.SortField+dir+", r.id"+dir+" LIMIT ?", limit+1)
	list, err := all(ctx, tx, scanFile, sql+f.where.String(), f.args...)
	if err != nil || len(list) <= limit {
		return list, "", err
	}
	last := list[limit-1]
	at := [2]string{last.Key, last.ID}
	if ff.SortField == "status" {
		at[0] = last.Status
	}
	raw, err := json.Marshal(at)
	return list[:limit], base64.RawURLEncoding.EncodeToString(raw), err
}
