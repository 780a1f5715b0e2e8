package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
)

// Tags are a row's tags in the bot's view: an integration's tag is alias:key, a bot's own is key.
type Tags = map[string]string

// Kind is a kind of row that has tags.
type Kind string

// The kinds.
const (
	KindUser         Kind = "user"
	KindConversation Kind = "conversation"
	KindMessage      Kind = "message"
	KindFile         Kind = "file"
	KindBot          Kind = "bot" // in no bot: its scope is ""
)

// Rows carry their tags as JSON; tag_index finds rows by them. Its k is 64 bits of a digest over kind, bot and key,
// which keeps the one index narrow; a collision finds nothing wrong, because the row's own columns are compared too.
func tagKey(kind Kind, botID, key string) int64 {
	sum := sha256.Sum256([]byte(string(kind) + "\x00" + botID + "\x00" + key))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// tagValue is a value as it is indexed: PostgreSQL's text has no zero byte, and its indexes take no long values.
func tagValue(v string) string {
	v = strings.ReplaceAll(v, "\x00", "")
	if len(v) <= maxIndexed {
		return v
	}
	sum := sha256.Sum256([]byte(v))
	return "sha256:" + hex.EncodeToString(sum[:])
}

const maxIndexed = 2000 // bytes

func sortedKeys(tags Tags) []string {
	if len(tags) == 0 {
		return nil
	}
	return slices.Sorted(maps.Keys(tags))
}

const insertTag = `INSERT INTO tag_index (k, value, owner) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`

const deleteTag = `DELETE FROM tag_index WHERE k = $1 AND value = $2 AND owner = $3`

// retag changes the index entries of a row from old to new tags.
func (tx *Tx) retag(ctx context.Context, kind Kind, botID, owner string, before, after Tags) error {
	for _, key := range sortedKeys(before) {
		if v, ok := after[key]; ok && v == before[key] {
			continue
		}
		if err := tx.exec(ctx, deleteTag, tagKey(kind, botID, key), tagValue(before[key]), owner); err != nil {
			return err
		}
	}
	for _, key := range sortedKeys(after) {
		if v, ok := before[key]; ok && v == after[key] {
			continue
		}
		if err := tx.exec(ctx, insertTag, tagKey(kind, botID, key), tagValue(after[key]), owner); err != nil {
			return err
		}
	}
	return nil
}

// LockTags makes get-or-create by tags free of races: until this transaction ends, no other that asks for the same
// kind, scope and tags goes on. SQLite has one writer and needs no lock.
func (tx *Tx) LockTags(ctx context.Context, kind Kind, scope string, tags Tags) error {
	if tx.dialect != Postgres {
		return nil
	}
	return tx.lock(ctx, string(kind)+"\x00"+scope+"\x00"+encodeTags(tags))
}

// findByTags reads the row that has every one of tags: the one that has no others if there is one, else the oldest.
// table is aliased r; cond narrows it and uses $1 to $len(args). No tags find nothing.
func findByTags[T any](ctx context.Context, tx *Tx, scan func(Rows, *T) error, sql string, f *filter, kind Kind, botID string, tags Tags) (*T, error) {
	if len(tags) == 0 {
		return nil, ErrNotFound
	}
	keys := sortedKeys(tags)
	// The join is on the first tag; the planner starts from its index entry.
	f.and("t.k = ? AND t.value = ?", tagKey(kind, botID, keys[0]), tagValue(tags[keys[0]]))
	f.tags(kind, botID, "r.id", tags, keys[1:])
	// Mostly there is one or none, and nothing to be sorted.
	found, err := all(ctx, tx, scan, sql+f.where.String()+" LIMIT 2", f.args...)
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0:
		return nil, ErrNotFound
	case len(found) == 1:
		return &found[0], nil
	}
	f.write(" ORDER BY CASE WHEN r.tags = ? THEN 0 ELSE 1 END, r.created_at, r.id LIMIT 1", encodeTags(tags))
	return one(ctx, tx, scan, sql+f.where.String(), f.args...)
}

// TagValues lists the different values that a tag has on a bot's rows of a kind, sorted.
func (tx *Tx) TagValues(ctx context.Context, botID string, kind Kind, key string, p Page) ([]string, string, error) {
	f := new(filter)
	f.and("k = ?", tagKey(kind, botID, key))
	values, next, err := listPage(ctx, tx, scanString, "DISTINCT value", "tag_index", f, sorting[string]{
		id: "value", asc: true, key: func(v *string) (int64, string) { return 0, *v },
	}, p)
	return values, next, wrap(err, "list tag values")
}
