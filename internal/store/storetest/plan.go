package storetest

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// ListQuery is one statement of a list operation, with a filter set.
type ListQuery struct {
	Name string // the list and the filter
	SQL  string
	Args []any
}

// ListQueries returns every statement that the lists of a Tx run: for each field of their filters, alone, with a cursor
// and in the orders that the list has. The fields are found by reflection, so that a new one is not forgotten.
func ListQueries(t *testing.T, dialect store.Dialect) []ListQuery {
	t.Helper()
	r := &recorder{t: t, dialect: dialect}
	page := store.Page{After: "MC5hYmM"} // 0.abc
	ctx := t.Context()
	for _, f := range variants(store.DeliveryFilter{}, "State", "pending", "held", "dead", "discarded", "delivered") {
		r.run("Deliveries", f, func(tx *store.Tx) error { _, _, err := tx.Deliveries(ctx, f, page); return err })
	}
	for _, f := range variants(store.MessageFilter{BotID: "b"}, "") {
		r.run("Messages", f, func(tx *store.Tx) error { _, _, err := tx.Messages(ctx, f, page); return err })
	}
	for _, f := range variants(store.ConversationFilter{BotID: "b"}, "SortField", "createdAt", "updatedAt") {
		r.run("Conversations", f, func(tx *store.Tx) error { _, _, err := tx.Conversations(ctx, f, page); return err })
	}
	for _, f := range variants(store.UserFilter{BotID: "b"}, "SortField", "createdAt", "updatedAt") {
		r.run("Users", f, func(tx *store.Tx) error { _, _, err := tx.Users(ctx, f, page); return err })
	}
	for _, f := range variants(store.EventFilter{BotID: "b"}, "") {
		r.run("Events", f, func(tx *store.Tx) error { _, _, err := tx.Events(ctx, f, page); return err })
		r.run("EventsAndMessages", f, func(tx *store.Tx) error { _, _, _, err := tx.EventsAndMessages(ctx, f, page); return err })
	}
	for _, f := range variants(store.FileFilter{BotID: "b"}, "SortField", "createdAt", "updatedAt", "size", "key", "status") {
		if f.IDs != nil {
			continue // they are the rows; the page has at most as many
		}
		at := page
		if f.SortField == "key" || f.SortField == "status" {
			at.After = "WyJhIiwiYiJd" // ["a","b"]
		}
		r.run("Files", f, func(tx *store.Tx) error { _, _, err := tx.Files(ctx, f, at); return err })
	}
	for _, f := range variants(store.BotFilter{}, "SortField", "createdAt", "updatedAt") {
		r.run("Bots", f, func(tx *store.Tx) error { _, _, err := tx.Bots(ctx, f, page); return err })
	}
	for _, id := range []string{"", "x"} {
		r.run("Audit", id, func(tx *store.Tx) error { _, _, err := tx.Audit(ctx, id, page); return err })
		r.run("Integrations", id, func(tx *store.Tx) error { _, _, err := tx.Integrations(ctx, id, page); return err })
		r.run("Publications", id, func(tx *store.Tx) error { _, _, err := tx.Publications(ctx, "plugin", id, page); return err })
	}
	r.run("Participants", "", func(tx *store.Tx) error { _, _, err := tx.Participants(ctx, "c", page); return err })
	r.run("TagValues", "", func(tx *store.Tx) error {
		_, _, err := tx.TagValues(ctx, "b", store.KindUser, "k", page)
		return err
	})
	r.run("Logs", "", func(tx *store.Tx) error {
		_, err := tx.Logs(ctx, store.LogQuery{Owner: "o", Level: "info", Contains: "x", Limit: 10})
		return err
	})
	r.run("TableRows", "", func(tx *store.Tx) error { _, err := tx.TableRows(ctx, "t", 5, 10); return err })
	return r.queries
}

// variants returns a filter as it is and with each of its fields set, each in both directions and with every one of the
// values that a field takes.
func variants[F any](base F, field string, values ...string) []F {
	var list []F
	for i := -1; i < reflect.TypeFor[F]().NumField(); i++ {
		f := base
		v := reflect.ValueOf(&f).Elem()
		if i >= 0 {
			set(v.Field(i))
		}
		if len(values) == 0 {
			list = append(list, f)
			continue
		}
		for _, value := range values {
			g := f
			reflect.ValueOf(&g).Elem().FieldByName(field).SetString(value)
			list = append(list, g)
			if asc := reflect.ValueOf(&g).Elem().FieldByName("Asc"); asc.IsValid() {
				h := g
				reflect.ValueOf(&h).Elem().FieldByName("Asc").SetBool(true)
				list = append(list, h)
			}
		}
	}
	return list
}

// set gives a field a value that is not zero.
func set(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
	case reflect.Map:
		m := reflect.MakeMap(v.Type())
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		key.SetString("k")
		set(value)
		m.SetMapIndex(key, value)
		v.Set(m)
	case reflect.Slice:
		s := reflect.MakeSlice(v.Type(), 1, 1)
		set(s.Index(0))
		v.Set(s)
	case reflect.Struct:
		for i := range v.NumField() {
			set(v.Field(i))
		}
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	default:
		panic(fmt.Sprintf("no value for a %s", v.Type()))
	}
}

// recorder is a store.Conn that keeps statements and returns no rows.
type recorder struct {
	t       *testing.T
	dialect store.Dialect
	name    string
	queries []ListQuery
}

func (r *recorder) run(list string, filter any, call func(*store.Tx) error) {
	r.t.Helper()
	r.name = fmt.Sprintf("%s %+v", list, filter)
	if err := call(store.NewTx(r, time.Now(), r.dialect)); err != nil {
		r.t.Fatalf("%s: %v", r.name, err)
	}
}

// Exec implements store.Conn.
func (r *recorder) Exec(context.Context, string, ...any) (int64, error) { return 0, nil }

// Query implements store.Conn.
func (r *recorder) Query(_ context.Context, sql string, args ...any) (store.Rows, error) {
	r.queries = append(r.queries, ListQuery{r.name, sql, args})
	return none{}, nil
}

// none is a result without rows.
type none struct{}

// Next returns false.
func (none) Next() bool { return false }

// Scan is not called.
func (none) Scan(...any) error { return store.ErrNotFound }

// Err returns nil.
func (none) Err() error { return nil }

// Close returns nil.
func (none) Close() error { return nil }
