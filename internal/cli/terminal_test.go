package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTablesFitATerminal(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	id := "dlv_01J00000000000000000000000"
	cells := [][]string{
		{"ID", "CREATED", "LAST ERROR"},
		{id, "2026-11-01T11:58:00Z", strings.Repeat("long ", 30)},
		{id, "2026-11-03T12:00:00.000Z", "ü"},
	}
	got := fitTo(80, relative(cells, now))
	want := [][]string{
		{"ID", "CREATED", "LAST ERROR"},
		{id, "2 minutes ago", "long long long long long long …"},
		{id, "2 days from now", "ü"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("on 80 columns (-want +got):\n%s", diff)
	}
	narrow := fitTo(20, [][]string{{"ID"}, {id}})
	if narrow[1][0] != id {
		t.Errorf("on 20 columns the id is %q, want it whole", narrow[1][0])
	}
}
