package chatkit

import "github.com/bellhop-dev/bellhop/platform"

// maxTagValue is the platform's limit of a tag's value, in characters.
const maxTagValue = 500

// ClipTag cuts value to the platform's limit for a tag. Two longer values with
// the same beginning become equal.
func ClipTag(value string) string {
	if r := []rune(value); len(r) > maxTagValue {
		return string(r[:maxTagValue])
	}
	return value
}

// FillTags deletes the empty values from tags, clips the others, and returns
// tags. The platform would take an empty value as a request to delete the tag.
func FillTags(tags platform.Tags) platform.Tags {
	for name, value := range tags {
		if value == "" {
			delete(tags, name)
			continue
		}
		tags[name] = ClipTag(value)
	}
	return tags
}

// ChangedTags returns the wanted tags that stored lacks or has another value
// for; never nil.
func ChangedTags(stored, wanted platform.Tags) platform.Tags {
	out := platform.Tags{}
	for name, value := range wanted {
		if stored[name] != value {
			out[name] = value
		}
	}
	return out
}
