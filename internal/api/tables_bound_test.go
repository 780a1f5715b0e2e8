package api_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/platform"
)

// What a bot asks of its tables takes bounded time: SQLite has one writer, and
// all bots wait for it.
func TestTablesRefuseWhatTakesTooLong(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	table := b.people()
	repeat := func(text string, n int) string { return strings.TrimSuffix(strings.Repeat(text+",", n), ",") }
	const steps = `((a?b?c?){100}){10}`
	for name, filter := range map[string]string{
		"a long filter":          `{"name":{"$in":[` + repeat(`"`+strings.Repeat("x", 100)+`"`, 700) + `]}}`,
		"many tests":             `{"$or":[` + repeat(`{"name":"x"}`, 501) + `]}`,
		"many tests of a column": `{"name":{"$in":[` + repeat("{}", 501) + `]}}`,
	} {
		_, err := b.bot.FindTableRows(ctx, &platform.FindTableRowsInput{Table: table, Filter: json.RawMessage(filter)})
		refused(t, name, err, platform.TypeLimitExceeded)
		_, err = b.bot.DeleteTableRows(ctx, &platform.DeleteTableRowsInput{Table: table, Filter: json.RawMessage(filter)})
		refused(t, name+" for deletion", err, platform.TypeLimitExceeded)
	}
	for name, pattern := range map[string]string{"many steps": steps, "a long pattern": strings.Repeat("x", 1001)} {
		_, err := b.bot.FindTableRows(ctx, &platform.FindTableRowsInput{Table: table, Filter: json.RawMessage(`{"name":{"$regex":"` + pattern + `"}}`)})
		refused(t, name+" in a filter", err, platform.TypeInvalidPayload)
		_, err = b.bot.CreateTable(ctx, &platform.CreateTableInput{Name: "x", TableSettings: platform.TableSettings{
			Schema: json.RawMessage(`{"a":{"type":"string","pattern":"` + pattern + `"}}`),
		}})
		refused(t, name+" of a column", err, platform.TypeInvalidPayload)
	}
	large := json.RawMessage(`{"a":{"type":"string","description":"` + strings.Repeat("x", 64<<10) + `"}}`)
	_, err := b.bot.CreateTable(ctx, &platform.CreateTableInput{Name: "x", TableSettings: platform.TableSettings{Schema: large}})
	refused(t, "a large schema", err, platform.TypeLimitExceeded)
	half := strings.Repeat("x", 40<<10)
	must(b.bot.UpdateTable(ctx, &platform.UpdateTableInput{Table: table, Schema: json.RawMessage(`{"a":{"type":"string","description":"` + half + `"}}`)}))
	_, err = b.bot.UpdateTable(ctx, &platform.UpdateTableInput{Table: table, Schema: json.RawMessage(`{"b":{"type":"string","description":"` + half + `"}}`)})
	refused(t, "a schema that grows", err, platform.TypeLimitExceeded)
	_, err = b.bot.CreateTableRows(ctx, &platform.CreateTableRowsInput{Table: table, Rows: rows(t, `{"age":1e999}`)})
	refused(t, "a number that is too large", err, platform.TypeInvalidDataFormat)
}

func TestListsInFilters(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	table := b.people()
	long := strings.Repeat(`"nobody",`, 5000)
	for filter, want := range map[string]string{
		`{"name":{"$in":[` + long + `"Alan"]}}`: "Alan", `{"name":{"$nin":[` + long + `"Alan"]}}`: "Ada,Grace",
		`{"age":{"$in":[null,36,"41"]}}`: "Ada,Grace", `{"tags":{"$in":["b"]}}`: "Ada", `{"tags":{"$in":[["a","b"]]}}`: "Ada",
		`{"more":{"$in":[{"x":{"y":1}}]}}`: "Ada", `{"tags":{"$nin":["b",null]}}`: "", `{"id":{"$in":[1,3]}}`: "Ada,Grace",
	} {
		got := must(b.bot.FindTableRows(ctx, &platform.FindTableRowsInput{Table: table, Filter: json.RawMessage(filter)}))
		if names(got.Rows) != want {
			t.Errorf("%.80s finds %s, want %s", filter, names(got.Rows), want)
		}
	}
	if n := must(b.bot.DeleteTableRows(ctx, &platform.DeleteTableRowsInput{Table: table, Filter: json.RawMessage(`{"age":{"$in":[41,42]}}`), IDs: []int64{1}})).DeletedRows; n != 2 {
		t.Errorf("%d rows are deleted, want 2", n)
	}
	if n := must(b.bot.DeleteTableRows(ctx, &platform.DeleteTableRowsInput{Table: table, DeleteAllRows: true})).DeletedRows; n != 1 {
		t.Errorf("%d rows are deleted, want the last", n)
	}
}
