package api

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"unicode/utf8"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

func (s *Service) tableRoutes() []route {
	return []route{
		onBot(platform.OpListTables, s.listTables),
		onBot(platform.OpGetTable, s.getTable),
		onBot(platform.OpCreateTable, s.createTable),
		onBot(platform.OpGetOrCreateTable, s.getOrCreateTable),
		onBot(platform.OpUpdateTable, s.updateTable),
		onBot(platform.OpDeleteTable, s.deleteTable),
		onBot(platform.OpGetTableRow, s.getTableRow),
		onBot(platform.OpFindTableRows, s.findTableRows),
		onBot(platform.OpCreateTableRows, s.createTableRows),
		onBot(platform.OpUpdateTableRows, s.updateTableRows),
		onBot(platform.OpUpsertTableRows, s.upsertTableRows),
		onBot(platform.OpDeleteTableRows, s.deleteTableRows),
	}
}

func tableFault(err error, ref string) error {
	if errors.Is(err, store.ErrNotFound) {
		return platform.Errorf(platform.TypeResourceNotFound, "table %.100q not found", ref)
	}
	return err
}

func tableView(t *store.Table) (platform.Table, error) {
	cols, _, err := readColumns(t.Columns)
	if err != nil {
		return platform.Table{}, err
	}
	schema, err := cols.schema()
	v := platform.Table{
		ID: t.ID, Name: t.Name, Factor: int(t.Factor), Frozen: t.Frozen, Schema: schema, Tags: t.Tags, IsComputeEnabled: t.Compute,
		CreatedAt: platform.At(t.CreatedAt), UpdatedAt: platform.At(t.UpdatedAt),
	}
	if t.KeyColumn != "" {
		v.KeyColumn = &t.KeyColumn
	}
	return v, err
}

func (s *Service) listTables(ctx context.Context, id *Identity, in *platform.ListTablesInput) (*platform.ListTablesOutput, error) {
	return view(ctx, s, func(tx *store.Tx) (*platform.ListTablesOutput, error) {
		list, err := tx.Tables(ctx, id.Bot.ID)
		if err != nil {
			return nil, err
		}
		out := &platform.ListTablesOutput{Tables: []platform.Table{}}
		for i := range list {
			if !hasTags(list[i].Tags, in.Tags) {
				continue
			}
			v, err := tableView(&list[i])
			if err != nil {
				return nil, err
			}
			out.Tables = append(out.Tables, v)
		}
		return out, nil
	})
}

func hasTags(tags, want map[string]string) bool {
	for name, value := range want {
		if have, ok := tags[name]; !ok || have != value {
			return false
		}
	}
	return true
}

func countTable(ctx context.Context, tx *store.Tx, t *store.Table) (v platform.Table, counts platform.TableCounts, err error) {
	if v, err = tableView(t); err == nil {
		counts.Rows, err = tx.CountTableRows(ctx, t.ID)
	}
	return v, counts, err
}

func (s *Service) getTable(ctx context.Context, id *Identity, in *platform.GetTableInput) (*platform.GetTableOutput, error) {
	return view(ctx, s, func(tx *store.Tx) (*platform.GetTableOutput, error) {
		t, err := tx.Table(ctx, id.Bot.ID, in.Table)
		if err != nil {
			return nil, tableFault(err, in.Table)
		}
		v, counts, err := countTable(ctx, tx, t)
		return &platform.GetTableOutput{Table: v, TableCounts: counts}, err
	})
}

func (s *Service) createTable(ctx context.Context, id *Identity, in *platform.CreateTableInput) (*platform.CreateTableOutput, error) {
	return update(ctx, s, func(tx *store.Tx) (*platform.CreateTableOutput, error) {
		t, err := s.insertTable(ctx, tx, id, in.Name, &in.TableSettings)
		if err != nil {
			return nil, err
		}
		v, err := tableView(t)
		return &platform.CreateTableOutput{Table: v}, err
	})
}

func (s *Service) getOrCreateTable(ctx context.Context, id *Identity, in *platform.GetOrCreateTableInput) (*platform.GetOrCreateTableOutput, error) {
	return update(ctx, s, func(tx *store.Tx) (*platform.GetOrCreateTableOutput, error) {
		if err := tx.LockTables(ctx, id.Bot.ID); err != nil {
			return nil, err
		}
		out := &platform.GetOrCreateTableOutput{}
		t, err := tx.Table(ctx, id.Bot.ID, in.Table)
		if errors.Is(err, store.ErrNotFound) {
			out.Created = true
			t, err = s.insertTable(ctx, tx, id, in.Table, &in.TableSettings)
		}
		if err != nil {
			return nil, err
		}
		out.Table, out.TableCounts, err = countTable(ctx, tx, t)
		return out, err
	})
}

func (s *Service) insertTable(ctx context.Context, tx *store.Tx, id *Identity, name string, in *platform.TableSettings) (*store.Table, error) {
	if err := checkTableName(name); err != nil {
		return nil, err
	}
	if err := tx.LockTables(ctx, id.Bot.ID); err != nil {
		return nil, err
	}
	if list, err := tx.Tables(ctx, id.Bot.ID); err != nil {
		return nil, err
	} else if len(list) >= maxTables {
		return nil, platform.Errorf(platform.TypeLimitExceeded, "the bot has %d tables, as many as it may; delete one", len(list))
	}
	t := &store.Table{ID: s.ids.New(platform.PrefixTable, tx.Now()), BotID: id.Bot.ID, Name: name, Frozen: in.Frozen, Compute: in.IsComputeEnabled, Tags: in.Tags}
	var err error
	if t.Factor, err = factor(in.Factor); err != nil {
		return nil, err
	}
	cols, _, err := givenColumns(in.Schema)
	if err != nil {
		return nil, err
	}
	if in.KeyColumn != nil && *in.KeyColumn != "" {
		t.KeyColumn = *in.KeyColumn
		if cols[t.KeyColumn] == nil {
			return nil, badTable("keyColumn %.60q is not a column of the schema", t.KeyColumn)
		}
	}
	if err := checkTableTags(t.Tags); err != nil {
		return nil, err
	}
	if t.Columns, err = cols.keep(); err != nil {
		return nil, err
	}
	if err := tx.CreateTable(ctx, t); errors.Is(err, store.ErrConflict) {
		return nil, platform.Errorf(platform.TypeAlreadyExists, "there is a table %.100q already; give another name", name)
	} else if err != nil {
		return nil, err
	}
	return t, nil
}

func checkTableName(name string) error {
	if n := utf8.RuneCountInString(name); n == 0 || n > maxTableName || platform.IsID(name, platform.PrefixTable) {
		return badTable("name %.100q is not a table's name; give 1 to %d characters that are no id", name, maxTableName)
	}
	return nil
}

func checkTableTags(tags platform.Tags) error {
	return mergeFileTags(store.Tags{}, pointers(tags))
}

func factor(n float64) (int64, error) {
	if n == 0 {
		n = 1
	}
	if n < 1 || n > maxFactor || n != math.Trunc(n) {
		return 0, badTable("factor %v is not a whole number from 1 to %d", n, maxFactor)
	}
	return int64(n), nil
}

func (s *Service) updateTable(ctx context.Context, id *Identity, in *platform.UpdateTableInput) (*platform.UpdateTableOutput, error) {
	return update(ctx, s, func(tx *store.Tx) (*platform.UpdateTableOutput, error) {
		t, err := tx.LockTable(ctx, id.Bot.ID, in.Table)
		if err != nil {
			return nil, tableFault(err, in.Table)
		}
		if t.Frozen && (in.Name != "" && in.Name != t.Name || len(in.Schema) > 0) {
			return nil, badTable("table %.100q is frozen: its name and schema stay; make another one", t.Name)
		}
		rewrite, err := changeTable(t, in)
		if err != nil {
			return nil, err
		}
		if err := tx.UpdateTable(ctx, t); errors.Is(err, store.ErrConflict) {
			return nil, platform.Errorf(platform.TypeAlreadyExists, "there is a table %.100q already; give another name", t.Name)
		} else if err != nil {
			return nil, err
		}
		if err := rewriteRows(ctx, tx, t, rewrite); err != nil {
			return nil, err
		}
		v, err := tableView(t)
		return &platform.UpdateTableOutput{Table: v, StaleColumns: []string{}}, err
	})
}

// rewriting is what a change of a table does to its rows.
type rewriting struct {
	reset []string // columns whose values go
	keys  bool     // the key column is another one
}

func changeTable(t *store.Table, in *platform.UpdateTableInput) (do rewriting, err error) {
	if in.Name != "" {
		if err := checkTableName(in.Name); err != nil {
			return do, err
		}
		t.Name = in.Name
	}
	if in.Factor != 0 {
		n, err := factor(in.Factor)
		if err == nil && n < t.Factor {
			err = badTable("factor is %d and can only grow", t.Factor)
		}
		if err != nil {
			return do, err
		}
		t.Factor = n
	}
	if in.Frozen != nil {
		t.Frozen = *in.Frozen
	}
	if in.IsComputeEnabled != nil {
		t.Compute = *in.IsComputeEnabled
	}
	if in.Tags != nil {
		if err := checkTableTags(in.Tags); err != nil {
			return do, err
		}
		t.Tags = in.Tags
	}
	cols, _, err := readColumns(t.Columns)
	if err != nil {
		return do, err
	}
	if len(in.Schema) > 0 {
		if do.reset, err = changeColumns(cols, in.Schema); err != nil {
			return do, err
		}
		if t.Columns, err = cols.keep(); err != nil {
			return do, err
		}
	}
	if in.KeyColumn.Present {
		do.keys = in.KeyColumn.Value != t.KeyColumn
		t.KeyColumn = in.KeyColumn.Value
	}
	if t.KeyColumn != "" && cols[t.KeyColumn] == nil {
		return do, badTable("keyColumn %.60q is not a column of the schema", t.KeyColumn)
	}
	return do, nil
}

// changeColumns adds and replaces columns, and removes those that are null.
func changeColumns(cols columns, raw json.RawMessage) (reset []string, err error) {
	changes, gone, err := givenColumns(raw)
	if err != nil {
		return nil, err
	}
	for _, name := range gone {
		delete(cols, name)
	}
	reset = gone
	for name, c := range changes {
		if before := cols[name]; before != nil && before.Type != c.Type {
			reset = append(reset, name)
		}
	}
	maps.Copy(cols, changes)
	if len(cols) > maxColumns {
		return nil, platform.Errorf(platform.TypeLimitExceeded, "the table would have %d columns; it may have %d", len(cols), maxColumns)
	}
	return reset, nil
}

func (s *Service) deleteTable(ctx context.Context, id *Identity, in *platform.DeleteTableInput) (*platform.DeleteTableOutput, error) {
	return update(ctx, s, func(tx *store.Tx) (*platform.DeleteTableOutput, error) {
		t, err := tx.LockTable(ctx, id.Bot.ID, in.Table)
		if err != nil {
			return nil, tableFault(err, in.Table)
		}
		return &platform.DeleteTableOutput{}, tx.DeleteTable(ctx, t.ID)
	})
}
