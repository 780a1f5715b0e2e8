package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// describeBot returns a bot with what a caller tells of it beside its
// definition: tags are merged, those without a value go; a description that is
// absent, and medias that are nil, stay.
func describeBot(row store.Bot, tags platform.Tags, description platform.Field[string], medias []platform.BotMedia) (store.Bot, error) {
	merged := maps.Clone(row.Tags)
	if merged == nil {
		merged = store.Tags{}
	}
	for _, name := range slices.Sorted(maps.Keys(tags)) {
		if n := utf8.RuneCountInString(name); n == 0 || n > maxTagValue {
			return row, platform.Errorf(platform.TypeInvalidPayload, "tags: the name %.60q has %d characters; give 1 to %d", name, n, maxTagValue)
		}
		value := tags[name]
		if err := checkTagValue(name, value); err != nil {
			return row, err
		}
		if merged[name] = value; value == "" {
			delete(merged, name)
		}
	}
	if len(merged) > maxTags {
		return row, platform.Errorf(platform.TypeLimitExceeded, "tags: the bot would have %d; give at most %d", len(merged), maxTags)
	}
	row.Tags = merged
	if description.Present {
		if n := utf8.RuneCountInString(description.Value); n > maxDescription {
			return row, platform.Errorf(platform.TypeInvalidPayload, "description has %d characters; give at most %d", n, maxDescription)
		}
		row.Description = description.Value
	}
	if medias == nil {
		return row, nil
	}
	raw, err := json.Marshal(medias)
	if err != nil {
		return row, fmt.Errorf("medias: %w", err)
	}
	if len(raw) > maxProperties {
		return row, platform.Errorf(platform.TypeLimitExceeded, "medias has %d bytes; give at most %d", len(raw), maxProperties)
	}
	row.Medias = raw
	return row, nil
}
