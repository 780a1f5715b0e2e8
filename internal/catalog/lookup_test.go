package catalog_test

import (
	"testing"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
)

// TestFindByIntegrationsName has bots that call an integration by its name,
// although no alias is called so, or none any more.
func TestFindByIntegrationsName(t *testing.T) {
	t.Parallel()
	type put struct {
		alias, status string
		off           bool
	}
	const done, waits, failed, gone = store.StatusRegistered, store.StatusRegistrationPending, store.StatusRegistrationFailed, store.StatusUnregistered
	for name, tt := range map[string]struct {
		installed []put
		want      string // alias; "" is a refusal
	}{
		"nothing installed":          {nil, ""},
		"the alias itself":           {[]put{{"slack", done, false}, {"other", done, false}}, "slack"},
		"the alias itself, failed":   {[]put{{"slack", failed, false}, {"other", done, false}}, "slack"},
		"the only one":               {[]put{{"other", done, false}}, "other"},
		"the only one that is ready": {[]put{{"other", done, false}, {"third", waits, false}}, "other"},
		"two that are ready":         {[]put{{"other", done, false}, {"third", done, false}}, ""},
		"one that waits":             {[]put{{"other", waits, false}}, ""},
		"one that failed":            {[]put{{"other", failed, false}}, ""},
		"one that is gone":           {[]put{{"other", gone, false}}, ""},
		"one that is off":            {[]put{{"other", done, true}}, ""},
	} {
		b := &catalog.Bot{Installations: map[string]*catalog.Installation{}}
		for _, p := range tt.installed {
			b.Installations[p.alias] = &catalog.Installation{
				Installation: store.Installation{Alias: p.alias, Status: p.status, Enabled: !p.off},
				Integration:  &catalog.Integration{Integration: store.Integration{Name: "slack"}},
			}
		}
		got := ""
		if in := b.Find("slack"); in != nil {
			got = in.Alias
		}
		if got != tt.want {
			t.Errorf("%s: Find = %q, want %q", name, got, tt.want)
		}
	}
}
