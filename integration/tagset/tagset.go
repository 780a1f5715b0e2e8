// Package tagset makes the tags by which an integration keeps what an external
// system says of a person, a place or a message: within what the platform
// takes, and no more of them than changed.
package tagset

import "github.com/bellhop-dev/bellhop/platform"

// maxValue is the longest value of a tag that the platform takes, in
// characters.
const maxValue = 500

// Clip cuts a value to what the platform takes for a tag; two that are longer
// and begin alike become the same.
func Clip(value string) string {
	if r := []rune(value); len(r) > maxValue {
		return string(r[:maxValue])
	}
	return value
}

// Fill takes the tags without a value out of tags, clips the others, and
// returns it. To the platform an empty value says to delete the tag.
func Fill(tags platform.Tags) platform.Tags {
	for name, value := range tags {
		if value == "" {
			delete(tags, name)
			continue
		}
		tags[name] = Clip(value)
	}
	return tags
}

// Changed returns the wanted tags that stored lacks or has another value of;
// never nil.
func Changed(stored, wanted platform.Tags) platform.Tags {
	out := platform.Tags{}
	for name, value := range wanted {
		if stored[name] != value {
			out[name] = value
		}
	}
	return out
}
