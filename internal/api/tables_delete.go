package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

func (s *Service) deleteTableRows(ctx context.Context, id *Identity, in *platform.DeleteTableRowsInput) (*platform.DeleteTableRowsOutput, error) {
	if n := len(in.IDs); n > maxRowsAtOnce || n == 0 && len(in.Filter) == 0 && !in.DeleteAllRows {
		return nil, badTable("give ids, at most %d, or a filter, or deleteAllRows", maxRowsAtOnce)
	}
	wanted, err := readFilter(in.Filter)
	if err != nil {
		return nil, err
	}
	ids := slices.Clone(in.IDs)
	var filtered []store.TableRow
	if len(in.Filter) > 0 && !in.DeleteAllRows {
		if filtered, err = s.filterRows(ctx, id, in.Table, wanted); err != nil {
			return nil, err
		}
	}
	return update(ctx, s, func(tx *store.Tx) (*platform.DeleteTableRowsOutput, error) {
		t, err := tx.LockTable(ctx, id.Bot.ID, in.Table)
		if err != nil {
			return nil, tableFault(err, in.Table)
		}
		out := &platform.DeleteTableRowsOutput{}
		if in.DeleteAllRows {
			out.DeletedRows, err = tx.ClearTable(ctx, t.ID)
			return out, err
		}
		for i := range filtered {
			still, err := stillWanted(ctx, tx, t, &filtered[i], wanted)
			if err != nil {
				return nil, err
			}
			if still {
				ids = append(ids, filtered[i].ID)
			}
		}
		for _, row := range ids {
			gone, err := tx.DeleteTableRow(ctx, t.ID, row)
			if err != nil {
				return nil, err
			}
			if gone {
				out.DeletedRows++
			}
		}
		return out, nil
	})
}

// filterRows finds the rows that a filter wants, before the transaction that
// does something with them: meanwhile others may write.
func (s *Service) filterRows(ctx context.Context, id *Identity, ref string, wanted rowFilter) ([]store.TableRow, error) {
	leave, err := s.scans.enter(ctx, id.Bot.ID)
	if err != nil {
		return nil, err
	}
	defer leave()
	return view(ctx, s, func(tx *store.Tx) ([]store.TableRow, error) {
		t, err := tx.Table(ctx, id.Bot.ID, ref)
		if err != nil {
			return nil, tableFault(err, ref)
		}
		var found []store.TableRow
		err = scanRows(ctx, tx, t, func(row *store.TableRow, data map[string]any) (bool, error) {
			addOwn(row, data)
			if wanted(data) {
				found = append(found, *row)
			}
			return true, nil
		})
		return found, err
	})
}

// stillWanted reports whether a row that was found is there as it was, or
// fits as it is now.
func stillWanted(ctx context.Context, tx *store.Tx, t *store.Table, seen *store.TableRow, wanted rowFilter) (bool, error) {
	row, err := tx.TableRow(ctx, t.ID, seen.ID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return false, nil
	case err != nil:
		return false, err
	case bytes.Equal(row.Data, seen.Data) && row.UpdatedAt.Equal(seen.UpdatedAt):
		return true, nil
	}
	data := map[string]any{}
	if err := json.Unmarshal(row.Data, &data); err != nil {
		return false, err
	}
	addOwn(row, data)
	return wanted(data), nil
}
