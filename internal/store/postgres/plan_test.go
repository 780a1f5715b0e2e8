package postgres_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/store/postgres"
	"github.com/bellhop-dev/bellhop/internal/store/storetest"
)

// Every list can be read from an index in its order, whatever it is filtered
// by. The planner scans and sorts small tables all the same; it is told not to,
// and does so only where there is no other way.
func TestListsHaveIndexes(t *testing.T) {
	t.Parallel()
	url := cluster.URL(t)
	open(t, url, postgres.Config{})
	c := beside(t, url)
	run(t, c, "SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off; SET enable_hashagg = off")
	for _, q := range storetest.ListQueries(t, store.Postgres) {
		args := make([]any, len(q.Args))
		for i, arg := range q.Args {
			switch v := arg.(type) {
			case time.Time:
				args[i] = v.UnixMilli()
			case *time.Time:
				args[i] = v.UnixMilli()
			default:
				args[i] = arg
			}
		}
		rows, err := c.Query(t.Context(), "EXPLAIN "+q.SQL, append([]any{pgx.QueryExecModeExec}, args...)...)
		if err != nil {
			t.Fatalf("%s: %v\n%s", q.Name, err, q.SQL)
		}
		plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatalf("%s: %v\n%s", q.Name, err, q.SQL)
		}
		text := strings.Join(plan, "\n\t")
		if strings.Contains(text, "Seq Scan") || strings.Contains(text, "Sort") {
			t.Errorf("%s:\n%s\n\t%s", q.Name, q.SQL, text)
		}
	}
}
