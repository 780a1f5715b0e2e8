package api

import (
	"errors"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
)

// A verdict counts only for what it was given of; anything else is checked in
// the transaction.
func TestVerdictsAreOfOneChannelAndType(t *testing.T) {
	t.Parallel()
	given := errors.New("it does not fit")
	v := verdict{where: fit{"a", "dm"}, typ: "text", err: given}
	bot := &catalog.Bot{} // of which nothing is checked: nothing is installed
	for name, c := range map[string]struct {
		at      fit
		typ     string
		lenient bool
		want    error
	}{
		"the same":        {fit{"a", "dm"}, "text", false, given},
		"another alias":   {fit{"b", "dm"}, "text", false, nil},
		"another channel": {fit{"a", "group"}, "text", false, nil},
		"another type":    {fit{"a", "dm"}, "image", false, nil},
		"of another":      {fit{"a", "dm"}, "text", true, nil},
	} {
		got := v.check(t.Context(), bot, &store.Conversation{Alias: c.at.alias, Channel: c.at.channel}, c.typ, []byte("{}"), c.lenient)
		if !errors.Is(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
