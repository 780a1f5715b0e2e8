package sqlite

import (
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/store/storetest"
)

// Every list reads an index in its order: no table is scanned and nothing is
// sorted, whatever it is filtered by.
func TestListsHaveIndexes(t *testing.T) {
	t.Parallel()
	s, _ := openStore(t)
	for _, q := range storetest.ListQueries(t, store.SQLite) {
		plan := explain(t, s, q)
		for _, step := range plan {
			scan := strings.HasPrefix(step, "SCAN") && !strings.Contains(step, "INDEX") && !strings.Contains(step, "PRIMARY KEY")
			if scan || strings.Contains(step, "TEMP B-TREE FOR ORDER BY") || strings.Contains(step, "AUTOMATIC") {
				t.Errorf("%s:\n%s\n\t%s", q.Name, q.SQL, strings.Join(plan, "\n\t"))
				break
			}
		}
	}
}

func explain(t *testing.T, s *Store, q storetest.ListQuery) (plan []string) {
	t.Helper()
	rows, err := s.writer.Query(t.Context(), "EXPLAIN QUERY PLAN "+q.SQL, q.Args...)
	if err != nil {
		t.Fatalf("%s: %v\n%s", q.Name, err, q.SQL)
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		var step string
		if err := rows.Scan(&n, &n, &n, &step); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, step)
	}
	return plan
}
