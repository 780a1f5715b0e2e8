package api_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/platform"
)

const people = `{"type":"object","properties":{"name":{"type":"string","x-zui":{"searchable":true}},"age":{"type":"number"},
	"born":{"type":"string","format":"date-time"},"size":{"type":"string","enum":["s","m"]},"more":{"type":"object"},"tags":{"type":"array"},"must":{"type":"boolean","nullable":false}}}`

func row(t *testing.T, text string) platform.TableRow {
	t.Helper()
	var r platform.TableRow
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func rows(t *testing.T, texts ...string) (list []platform.TableRow) {
	t.Helper()
	for _, text := range texts {
		list = append(list, row(t, text))
	}
	return list
}

// people makes a table with three rows.
func (b *bench) people() string {
	ctx := b.t.Context()
	made := must(b.bot.CreateTable(ctx, &platform.CreateTableInput{Name: "peopleTable", TableSettings: platform.TableSettings{Schema: json.RawMessage(people)}}))
	must(b.bot.CreateTableRows(ctx, &platform.CreateTableRowsInput{Table: made.Table.ID, Rows: rows(b.t,
		`{"name":"Ada Lovelace","age":36,"more":{"x":{"y":1}},"tags":["a","b"],"unknown":1}`, `{"name":"Alan","age":41,"size":"m"}`, `{"name":"Grace"}`)}))
	return made.Table.Name
}

func names(list []platform.TableRow) string {
	var out []string
	for _, r := range list {
		out = append(out, strings.Fields(strings.Trim(string(r["name"]), `"`))[0])
	}
	return strings.Join(out, ",")
}

func TestTableLife(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		settings := platform.TableSettings{Schema: json.RawMessage(`{"key":{"type":"string"},"n":{"type":"number"}}`), Tags: platform.Tags{"a": "b"}, Factor: 2}
		var ids [8]string
		var created [8]bool
		together(len(ids), func(i int) {
			out := must(b.bot.GetOrCreateTable(ctx, &platform.GetOrCreateTableInput{Table: "one", TableSettings: settings}))
			ids[i], created[i] = out.Table.ID, out.Created
		})
		for i := range ids {
			if ids[i] != ids[0] || slices.Index(created[:], true) < 0 {
				t.Fatalf("tables %v, created %v", ids, created)
			}
		}
		_, err := b.bot.CreateTable(ctx, &platform.CreateTableInput{Name: "one", TableSettings: settings})
		refused(t, "a second table of one name", err, platform.TypeAlreadyExists)
		must(b.bot.CreateTableRows(ctx, &platform.CreateTableRowsInput{Table: "one", Rows: rows(t, `{"key":"a","n":1}`, `{"key":"b","n":2}`)}))
		changed := must(b.bot.UpdateTable(ctx, &platform.UpdateTableInput{
			Table: "one", Schema: json.RawMessage(`{"n":{"type":"string"},"new":{"type":"boolean"}}`), KeyColumn: platform.Set("key"),
		})).Table
		if *changed.KeyColumn != "key" || changed.Factor != 2 || !strings.Contains(string(changed.Schema), `"new"`) || !strings.Contains(string(changed.Schema), `"key"`) {
			t.Errorf("changed table = %+v %s", changed, changed.Schema)
		}
		if r := must(b.bot.GetTableRow(ctx, &platform.GetTableRowInput{Table: "one", ID: 1})).Row; string(r["n"]) != "null" || string(r["key"]) != `"a"` {
			t.Errorf("a column of another type has kept its values: %s", r)
		}
		_, err = b.bot.CreateTableRows(ctx, &platform.CreateTableRowsInput{Table: "one", Rows: rows(t, `{"key":"c"}`, `{"key":"a"}`)})
		refused(t, "a key that is there", err, platform.TypeAlreadyExists)
		if got := must(b.bot.GetTable(ctx, &platform.GetTableInput{Table: "one"})); got.Rows != 2 {
			t.Errorf("after a refusal there are %d rows, want 2", got.Rows)
		}
		up := must(b.bot.UpsertTableRows(ctx, &platform.UpsertTableRowsInput{Table: "one", KeyColumn: "key", Rows: rows(t, `{"key":"a","new":true}`, `{"key":"d"}`, `{"key":"d","n":"x"}`)}))
		if len(up.Inserted) != 1 || len(up.Updated) != 2 || string(up.Updated[1]["n"]) != `"x"` {
			t.Errorf("upsert = %s", up)
		}
		if list := must(b.bot.ListTables(ctx, &platform.ListTablesInput{Tags: platform.Tags{"a": "c"}})).Tables; len(list) != 0 {
			t.Errorf("other tags list %+v", list)
		}
		other := b.bot.With(platform.Caller{BotID: otherBot(b)})
		_, err = other.GetTable(ctx, &platform.GetTableInput{Table: ids[0]})
		refused(t, "another bot's table", err, platform.TypeResourceNotFound)
		_, err = other.FindTableRows(ctx, &platform.FindTableRowsInput{Table: "one"})
		refused(t, "rows of another bot's table", err, platform.TypeResourceNotFound)
		must(b.bot.DeleteTable(ctx, &platform.DeleteTableInput{Table: "one"}))
		_, err = b.bot.GetTableRow(ctx, &platform.GetTableRowInput{Table: "one", ID: 1})
		refused(t, "a deleted table", err, platform.TypeResourceNotFound)
	})
}

func TestRowsAreFound(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		table := b.people()
		for filter, want := range map[string]string{
			`{}`: "Ada,Alan,Grace", `{"age":36}`: "Ada", `{"age":{"$gt":36}}`: "Alan", `{"age":{"$gte":36,"$lt":41}}`: "Ada",
			`{"age":null}`: "Grace", `{"age":{"$exists":true}}`: "Ada,Alan", `{"name":{"$in":["Alan","x"]}}`: "Alan", `{"name":{"$nin":["Alan"]}}`: "Ada,Grace",
			`{"name":{"$ne":"Alan"}}`: "Ada,Grace", `{"name":{"$regex":"^a","$options":"i"}}`: "Ada,Alan", `{"more.x.y":1}`: "Ada", `{"tags":"b"}`: "Ada",
			`{"$or":[{"age":41},{"name":"Grace"}]}`: "Alan,Grace", `{"$and":[{"age":41},{"name":"Grace"}]}`: "", `{"$not":{"age":41}}`: "Ada,Grace",
			`{"age":{"$not":{"$gt":36}}}`: "Ada,Grace", `{"id":2}`: "Alan", `{"more":{"x":{"y":1}}}`: "Ada",
		} {
			got := must(b.bot.FindTableRows(ctx, &platform.FindTableRowsInput{Table: table, Filter: json.RawMessage(filter)}))
			if names(got.Rows) != want || got.HasMore {
				t.Errorf("%s finds %s, want %s", filter, names(got.Rows), want)
			}
		}
		for want, in := range map[string]platform.FindTableRowsInput{
			"Alan,Ada,Grace": {OrderBy: "age", OrderDirection: "desc"}, "Grace,Alan,Ada": {OrderBy: "id", OrderDirection: "desc"},
			"Alan": {Offset: 1, Limit: 1}, "Ada": {Search: "who was LOVELACE"}, "": {Offset: 9},
		} {
			in.Table = table
			if got := must(b.bot.FindTableRows(ctx, &in)); names(got.Rows) != want || got.HasMore != (in.Limit == 1) {
				t.Errorf("%+v finds %s, want %s", in, names(got.Rows), want)
			}
		}
		chosen := must(b.bot.FindTableRows(ctx, &platform.FindTableRowsInput{Table: table, Select: []string{"name"}, Limit: 1})).Rows[0]
		if chosen["age"] != nil || string(chosen["id"]) != "1" || string(chosen["computed"]) != "{}" {
			t.Errorf("chosen columns = %s", chosen)
		}
		updated := must(b.bot.UpdateTableRows(ctx, &platform.UpdateTableRowsInput{Table: table, Rows: rows(t, `{"id":1,"age":null,"name":"Ada"}`)})).Rows[0]
		if string(updated["age"]) != "null" || string(updated["tags"]) != `["a","b"]` {
			t.Errorf("updated = %s", updated)
		}
		if n := must(b.bot.DeleteTableRows(ctx, &platform.DeleteTableRowsInput{Table: table, IDs: []int64{2, 99}})).DeletedRows; n != 1 {
			t.Errorf("%d rows are deleted, want 1", n)
		}
		if n := must(b.bot.DeleteTableRows(ctx, &platform.DeleteTableRowsInput{Table: table, Filter: json.RawMessage(`{"name":"Grace"}`)})).DeletedRows; n != 1 {
			t.Errorf("%d rows are deleted, want 1", n)
		}
		must(b.bot.DeleteTableRows(ctx, &platform.DeleteTableRowsInput{Table: table, DeleteAllRows: true}))
		again := must(b.bot.CreateTableRows(ctx, &platform.CreateTableRowsInput{Table: table, Rows: rows(t, `{"name":"New"}`)})).Rows[0]
		if string(again["id"]) == "1" {
			t.Error("an id is given twice")
		}
	})
}

func TestBadTablesAndRowsAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	table := b.people()
	for name, schema := range map[string]string{
		"no object": `[]`, "an unknown type": `{"a":{"type":"text"}}`, "no type": `{"a":{}}`, "a name of ours": `{"id":{"type":"number"}}`,
		"a dot": `{"a.b":{"type":"string"}}`, "a pattern": `{"a":{"type":"string","pattern":"("}}`,
		"computed": `{"a":{"type":"string","x-zui":{"computed":{"action":"ai","prompt":"x"}}}}`,
	} {
		_, err := b.bot.CreateTable(ctx, &platform.CreateTableInput{Name: "bad", TableSettings: platform.TableSettings{Schema: json.RawMessage(schema)}})
		refused(t, name, err, platform.TypeInvalidPayload)
	}
	var many []string
	for i := range 21 {
		many = append(many, fmt.Sprintf(`"c%d":{"type":"string"}`, i))
	}
	_, err := b.bot.CreateTable(ctx, &platform.CreateTableInput{Name: "bad", TableSettings: platform.TableSettings{Schema: json.RawMessage("{" + strings.Join(many, ",") + "}")}})
	refused(t, "many columns", err, platform.TypeLimitExceeded)
	for text, typ := range map[string]platform.ErrorType{
		`{"name":1}`: platform.TypeInvalidDataFormat, `{"age":"x"}`: platform.TypeInvalidDataFormat, `{"born":"today"}`: platform.TypeInvalidDataFormat,
		`{"size":"xl"}`: platform.TypeInvalidDataFormat, `{"must":null}`: platform.TypeInvalidDataFormat, `{"more":[]}`: platform.TypeInvalidDataFormat,
		`{"name":"` + strings.Repeat("x", 5000) + `"}`: platform.TypePayloadTooLarge,
	} {
		_, err := b.bot.CreateTableRows(ctx, &platform.CreateTableRowsInput{Table: table, Rows: rows(t, text)})
		refused(t, fmt.Sprintf("%.20s", text), err, typ)
	}
	for _, filter := range []string{`[]`, `{"name":{"$like":"x"}}`, `{"$where":"1"}`, `{"name":{"$regex":"("}}`, strings.Repeat(`{"$not":`, 20) + "{}" + strings.Repeat("}", 20)} {
		_, err := b.bot.FindTableRows(ctx, &platform.FindTableRowsInput{Table: table, Filter: json.RawMessage(filter)})
		refused(t, filter, err, platform.TypeInvalidPayload)
	}
	_, err = b.bot.FindTableRows(ctx, &platform.FindTableRowsInput{Table: table, Group: json.RawMessage(`{"name":"key"}`)})
	refused(t, "groups", err, platform.TypeInvalidPayload)
	_, err = b.bot.FindTableRows(ctx, &platform.FindTableRowsInput{Table: table, OrderBy: "color"})
	refused(t, "an unknown order", err, platform.TypeInvalidPayload)
	_, err = b.bot.UpdateTableRows(ctx, &platform.UpdateTableRowsInput{Table: table, Rows: rows(t, `{"id":77}`)})
	refused(t, "a row that is not there", err, platform.TypeReferenceNotFound)
	_, err = b.bot.DeleteTableRows(ctx, &platform.DeleteTableRowsInput{Table: table})
	refused(t, "deleting nothing in particular", err, platform.TypeInvalidPayload)
	yes := true
	must(b.bot.UpdateTable(ctx, &platform.UpdateTableInput{Table: table, Frozen: &yes}))
	_, err = b.bot.UpdateTable(ctx, &platform.UpdateTableInput{Table: table, Schema: json.RawMessage(`{"a":{"type":"string"}}`)})
	refused(t, "a frozen table", err, platform.TypeInvalidPayload)
}
