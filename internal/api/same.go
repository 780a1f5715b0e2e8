package api

import (
	"encoding/json"
	"maps"
	"reflect"
	"time"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

func sameText(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }

// sameJSON compares what two texts say, not how they are written.
func sameJSON(a, b json.RawMessage) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

func sameTags(a, b store.Tags) bool { return maps.Equal(a, b) }

// moment is a wire time for the store; nil stays nil.
func moment(t *platform.Time) *time.Time {
	if t == nil {
		return nil
	}
	return &t.Time
}

func notInstalled(member, name string, b *catalog.Bot) error {
	return platform.Errorf(platform.TypeReferenceNotFound, "%s %q is not installed on this bot, or more than once; give an alias of: %s",
		member, name, catalog.Names(b.Installations))
}
