package api

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// tableWriter writes rows of a table that the transaction has locked.
type tableWriter struct {
	tx    *store.Tx
	table *store.Table
	cols  columns
	count int64
	spent time.Duration // on patterns
}

func writeTable(ctx context.Context, tx *store.Tx, id *Identity, ref string, rows int) (*tableWriter, error) {
	if rows < 1 || rows > maxRowsAtOnce {
		return nil, badTable("rows has %d rows; give 1 to %d", rows, maxRowsAtOnce)
	}
	t, err := tx.LockTable(ctx, id.Bot.ID, ref)
	if err != nil {
		return nil, tableFault(err, ref)
	}
	w := &tableWriter{tx: tx, table: t}
	if w.cols, _, err = readColumns(t.Columns); err != nil {
		return nil, err
	}
	w.count, err = tx.CountTableRows(ctx, t.ID)
	return w, err
}

// put writes what is given over a row; before is nil for a new one. Members
// that are no columns are left out.
func (w *tableWriter) put(ctx context.Context, n int, before *store.TableRow, given platform.TableRow) (*store.TableRow, error) {
	data := map[string]any{}
	row := &store.TableRow{}
	if before != nil {
		*row = *before
		if err := json.Unmarshal(before.Data, &data); err != nil {
			return nil, err
		}
	} else {
		if w.count++; w.count*w.table.Factor > maxUnits {
			return nil, platform.Errorf(platform.TypeLimitExceeded, "table %s has %d rows of factor %d, as many as it may; delete some", w.table.Name, w.count-1, w.table.Factor)
		}
		w.table.LastRow++
		row.ID = w.table.LastRow
	}
	for name, c := range w.cols {
		raw, ok := given[name]
		if !ok {
			continue
		}
		var value any
		if json.Unmarshal(raw, &value) != nil {
			return nil, platform.Errorf(platform.TypeInvalidDataFormat, "rows.%d.%s: it holds a number that is too large", n, name)
		}
		if err := w.fit(n, name, c, value); err != nil {
			return nil, err
		}
		if data[name] = value; value == nil {
			delete(data, name)
		}
	}
	var err error
	if row.Data, err = json.Marshal(data); err != nil {
		return nil, err
	}
	if most := rowUnit * int(w.table.Factor); len(row.Data) > most {
		return nil, platform.Errorf(platform.TypePayloadTooLarge, "rows.%d has %d bytes; a row of factor %d may have %d", n, len(row.Data), w.table.Factor, most)
	}
	if row.Key, err = keyOfRow(w.table.KeyColumn, data); err != nil {
		return nil, err
	}
	err = w.tx.PutTableRow(ctx, w.table.ID, row)
	if errors.Is(err, store.ErrConflict) {
		return nil, platform.Errorf(platform.TypeAlreadyExists, "rows.%d.%s: another row has this key; use upsertTableRows", n, w.table.KeyColumn)
	}
	return row, err
}

// fit checks a value for a column.
func (w *tableWriter) fit(n int, name string, c *column, value any) error {
	start := time.Now()
	fault := c.fit(value)
	if c.pattern != nil {
		w.spent += time.Since(start)
	}
	switch {
	case fault != "":
		return platform.Errorf(platform.TypeInvalidDataFormat, "rows.%d.%s: %s", n, name, fault)
	case w.spent > patternTime:
		return platform.Errorf(platform.TypeLimitExceeded, "rows.%d.%s: the patterns of the columns take too long; give fewer rows, or simpler patterns", n, name)
	}
	return nil
}

// maxKey is how long the JSON of a key may be, in bytes, which is indexed.
const maxKey = 1000

func keyOfRow(name string, data map[string]any) (*string, error) {
	value := data[name]
	if name == "" || value == nil {
		return nil, nil
	}
	raw, err := json.Marshal(value)
	if err == nil && len(raw) > maxKey {
		err = platform.Errorf(platform.TypeInvalidDataFormat, "%s: a key has %d bytes; give at most %d", name, len(raw), maxKey)
	}
	text := string(raw)
	return &text, err
}

// done writes the table's own row when rows were added.
func (w *tableWriter) done(ctx context.Context) error { return w.tx.UpdateTable(ctx, w.table) }

// rewriteRows does to all rows what a change of their table asks for.
func rewriteRows(ctx context.Context, tx *store.Tx, t *store.Table, do rewriting) error {
	if len(do.reset) == 0 && !do.keys {
		return nil
	}
	return eachRow(ctx, tx, t, func(row *store.TableRow, data map[string]any) (bool, error) {
		for _, name := range do.reset {
			delete(data, name)
		}
		var err error
		if row.Data, err = json.Marshal(data); err != nil {
			return false, err
		}
		if row.Key, err = keyOfRow(t.KeyColumn, data); err != nil {
			return false, err
		}
		err = tx.PutTableRow(ctx, t.ID, row)
		if errors.Is(err, store.ErrConflict) {
			err = platform.Errorf(platform.TypeAlreadyExists, "keyColumn %s: two rows have the same value; change one", t.KeyColumn)
		}
		return true, err
	})
}

const rowsAtOnce = 500

// eachRow calls fn with every row by id until it returns false.
func eachRow(ctx context.Context, tx *store.Tx, t *store.Table, fn func(*store.TableRow, map[string]any) (more bool, err error)) error {
	for after := int64(0); ; {
		list, err := tx.TableRows(ctx, t.ID, after, rowsAtOnce)
		if err != nil {
			return err
		}
		for i := range list {
			data := map[string]any{}
			if err := json.Unmarshal(list[i].Data, &data); err != nil {
				return err
			}
			if more, err := fn(&list[i], data); err != nil || !more {
				return err
			}
			after = list[i].ID
		}
		if len(list) < rowsAtOnce {
			return nil
		}
	}
}

func (s *Service) createTableRows(ctx context.Context, id *Identity, in *platform.CreateTableRowsInput) (*platform.CreateTableRowsOutput, error) {
	return update(ctx, s, func(tx *store.Tx) (*platform.CreateTableRowsOutput, error) {
		w, err := writeTable(ctx, tx, id, in.Table, len(in.Rows))
		if err != nil {
			return nil, err
		}
		out := &platform.CreateTableRowsOutput{}
		for n, given := range in.Rows {
			row, err := w.put(ctx, n, nil, given)
			if err != nil {
				return nil, err
			}
			if out.Rows, err = appendRow(out.Rows, w.cols, row, nil); err != nil {
				return nil, err
			}
		}
		return out, w.done(ctx)
	})
}

// rowID reads the id that a given row names; 0 is none.
func rowID(n int, given platform.TableRow) (int64, error) {
	raw, ok := given["id"]
	if !ok || string(raw) == "null" {
		return 0, nil
	}
	var id float64
	if json.Unmarshal(raw, &id) != nil || id < 1 || id > math.MaxInt32 || id != math.Trunc(id) {
		return 0, badTable("rows.%d.id is not a row's id", n)
	}
	return int64(id), nil
}

func (s *Service) updateTableRows(ctx context.Context, id *Identity, in *platform.UpdateTableRowsInput) (*platform.UpdateTableRowsOutput, error) {
	return update(ctx, s, func(tx *store.Tx) (*platform.UpdateTableRowsOutput, error) {
		w, err := writeTable(ctx, tx, id, in.Table, len(in.Rows))
		if err != nil {
			return nil, err
		}
		out := &platform.UpdateTableRowsOutput{}
		for n, given := range in.Rows {
			ref, err := rowID(n, given)
			if err != nil {
				return nil, err
			}
			before, err := tx.TableRow(ctx, w.table.ID, ref)
			if errors.Is(err, store.ErrNotFound) {
				return nil, platform.Errorf(platform.TypeReferenceNotFound, "rows.%d.id: row %d not found", n, ref)
			} else if err != nil {
				return nil, err
			}
			row, err := w.put(ctx, n, before, given)
			if err != nil {
				return nil, err
			}
			if out.Rows, err = appendRow(out.Rows, w.cols, row, nil); err != nil {
				return nil, err
			}
		}
		return out, w.done(ctx)
	})
}

func (s *Service) upsertTableRows(ctx context.Context, id *Identity, in *platform.UpsertTableRowsInput) (*platform.UpsertTableRowsOutput, error) {
	return update(ctx, s, func(tx *store.Tx) (*platform.UpsertTableRowsOutput, error) {
		w, err := writeTable(ctx, tx, id, in.Table, len(in.Rows))
		if err != nil {
			return nil, err
		}
		known, err := w.known(ctx, in.KeyColumn)
		if err != nil {
			return nil, err
		}
		out := &platform.UpsertTableRowsOutput{Inserted: []platform.TableRow{}, Updated: []platform.TableRow{}}
		for n, given := range in.Rows {
			key := canonical(given[in.KeyColumn])
			if in.KeyColumn == "" || in.KeyColumn == "id" {
				key = canonical(given["id"])
			}
			before := known[key]
			row, err := w.put(ctx, n, before, given)
			if err != nil {
				return nil, err
			}
			if key != "null" {
				known[key] = row
			}
			list := &out.Inserted
			if before != nil {
				list = &out.Updated
			}
			if *list, err = appendRow(*list, w.cols, row, nil); err != nil {
				return nil, err
			}
		}
		return out, w.done(ctx)
	})
}

// known is the rows by the JSON of their value in a column.
func (w *tableWriter) known(ctx context.Context, name string) (map[string]*store.TableRow, error) {
	if name != "" && name != "id" && w.cols[name] == nil {
		return nil, badTable("keyColumn %.60q is not a column of table %s", name, w.table.Name)
	}
	known := map[string]*store.TableRow{}
	err := eachRow(ctx, w.tx, w.table, func(row *store.TableRow, data map[string]any) (bool, error) {
		value := data[name]
		if name == "" || name == "id" {
			value = row.ID
		}
		raw, err := json.Marshal(value)
		if key := string(raw); value != nil && known[key] == nil {
			known[key] = row
		}
		return true, err
	})
	return known, err
}

// canonical is the one form of a JSON value; absent is null.
func canonical(raw json.RawMessage) string {
	var value any
	if len(raw) == 0 || json.Unmarshal(raw, &value) != nil {
		return "null"
	}
	text, err := json.Marshal(value)
	if err != nil {
		return "null"
	}
	return string(text)
}
