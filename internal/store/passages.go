package store

import (
	"context"
	"strconv"
	"strings"
)

// Passage is a part of a file's text, found by its words.
type Passage struct {
	FileID   string
	Position int64 // from 0
	Kind     string
	Content  string
	Words    map[string]int // how often each is in it; written, never read back
	Length   int64          // all words
}

// PutPassages replaces what a file is found by.
func (tx *Tx) PutPassages(ctx context.Context, botID, fileID string, list []Passage) error {
	if err := tx.DeletePassages(ctx, fileID); err != nil {
		return err
	}
	var passages, words bulk
	hits := map[string]*strings.Builder{}
	for _, p := range list {
		passages.row(fileID, p.Position, botID, p.Kind, p.Content, p.Length)
		for word, times := range p.Words {
			if hits[word] == nil {
				hits[word] = new(strings.Builder)
			}
			hits[word].WriteString(strconv.FormatInt(p.Position, 10) + ":" + strconv.Itoa(times) + ":" + strconv.FormatInt(p.Length, 10) + " ")
		}
	}
	for word, at := range hits {
		words.row(botID, word, fileID, at.String())
	}
	err := passages.insert(ctx, tx, "file_passages (file_id, position, bot_id, kind, content, words)")
	if err == nil {
		err = words.insert(ctx, tx, "file_words (bot_id, word, file_id, hits)")
	}
	return wrap(err, "put passages")
}

// DeletePassages lets a file not be found any more.
func (tx *Tx) DeletePassages(ctx context.Context, fileID string) error {
	err := tx.exec(ctx, `DELETE FROM file_passages WHERE file_id = $1`, fileID)
	if err == nil {
		err = tx.exec(ctx, `DELETE FROM file_words WHERE file_id = $1`, fileID)
	}
	return wrap(err, "delete passages")
}

// CountPassages tells how many passages a bot has and how many words they have in all.
func (tx *Tx) CountPassages(ctx context.Context, botID string) (passages, words int64, err error) {
	err = tx.row(ctx, `SELECT COUNT(*), COALESCE(CAST(SUM(words) AS BIGINT), 0) FROM file_passages WHERE bot_id = $1`, []any{botID}, &passages, &words)
	return passages, words, wrap(err, "count passages")
}

// WordHit is a passage with a word in it.
type WordHit struct {
	FileID                  string
	Position, Times, Length int64
}

// WordHits lists the passages of a bot with a word in them, in at most limit of the files that the filter chooses.
func (tx *Tx) WordHits(ctx context.Context, ff FileFilter, word string, limit int) ([]WordHit, error) {
	f := ff.where(tx).whole()
	f.and("w.bot_id = ? AND w.word = ?", ff.BotID, word)
	f.write(" ORDER BY r.id DESC LIMIT ?", limit)
	type row struct{ file, hits string }
	rows, err := all(ctx, tx, func(rows Rows, r *row) error { return rows.Scan(&r.file, &r.hits) },
		`SELECT r.id, w.hits FROM file_words w JOIN files r ON r.id = w.file_id`+f.where.String(), f.args...)
	if err != nil {
		return nil, wrap(err, "look up a word")
	}
	var list []WordHit
	for _, r := range rows {
		for part := range strings.FieldsSeq(r.hits) {
			at := strings.Split(part, ":")
			if len(at) != 3 {
				continue // was never written
			}
			h := WordHit{FileID: r.file}
			for i, n := range []*int64{&h.Position, &h.Times, &h.Length} {
				*n, _ = strconv.ParseInt(at[i], 10, 64)
			}
			list = append(list, h)
		}
	}
	return list, nil
}

// PassagesFrom reads a file's passages between two positions, both included, in order.
func (tx *Tx) PassagesFrom(ctx context.Context, fileID string, from, to int64) ([]Passage, error) {
	list, err := all(ctx, tx, func(rows Rows, p *Passage) error {
		return rows.Scan(&p.FileID, &p.Position, &p.Kind, &p.Content, &p.Length)
	}, `SELECT file_id, position, kind, content, words FROM file_passages WHERE file_id = $1 AND position BETWEEN $2 AND $3 ORDER BY position`,
		fileID, from, to)
	return list, wrap(err, "read passages")
}

// bulk inserts many rows with few statements.
type bulk struct {
	width int
	args  []any
}

func (b *bulk) row(args ...any) {
	b.width = len(args)
	b.args = append(b.args, args...)
}

const bulkRows = 100

// insert writes the rows into a table, named with its columns.
func (b *bulk) insert(ctx context.Context, tx *Tx, into string) error {
	for args := b.args; len(args) > 0; {
		n := min(bulkRows*b.width, len(args))
		f := new(filter)
		for i := 0; i < n; i += b.width {
			if i > 0 {
				f.where.WriteString(", ")
			}
			f.write("("+places(b.width)+")", args[i:i+b.width]...)
		}
		if err := tx.exec(ctx, "INSERT INTO "+into+" VALUES "+f.where.String(), f.args...); err != nil {
			return err
		}
		args = args[n:]
	}
	return nil
}
