package chatkit

import (
	"strconv"

	"github.com/bellhop-dev/bellhop/platform"
)

// Journal names the tags of a message in which an integration records what the
// vendor has of it. A message may take several parts, each one call of the
// vendor with an id of its own. The definition must declare the tags.
type Journal struct {
	// ID has the vendor's id of the part that was sent last.
	ID string
	// Parts has the number of parts that are sent, of a message with several.
	Parts string
	// PartIDs have the vendor's ids of the parts before the last, in order. More
	// parts than tags are sent, and their ids are not recorded.
	PartIDs []string
}

// Record returns the tags for a part, counted from 1, that was sent. The id is
// empty if the vendor accepted the part and its answer was lost.
func (j *Journal) Record(id string, part, of int) platform.Tags {
	tags := platform.Tags{}
	if id != "" {
		tags[j.ID] = ClipTag(id)
	}
	if of > 1 || id == "" {
		tags[j.Parts] = strconv.Itoa(part)
	}
	if part < of && part <= len(j.PartIDs) && id != "" {
		tags[j.PartIDs[part-1]] = ClipTag(id)
	}
	return tags
}

// Sent returns the number of parts that the tags record as sent.
func (j *Journal) Sent(tags platform.Tags) int {
	if n, err := strconv.Atoi(tags[j.Parts]); err == nil {
		return n
	}
	if tags[j.ID] != "" {
		return 1
	}
	return 0
}

// IDs returns the vendor's ids of the parts that the tags record, in order: that
// of the last part is the last.
func (j *Journal) IDs(tags platform.Tags) []string {
	var ids []string
	for _, name := range append(j.PartIDs[:len(j.PartIDs):len(j.PartIDs)], j.ID) {
		if id := tags[name]; id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// FindBy returns the sets of tags, for FindMessage, that find the message with a
// part of the vendor's id. The tags in also are in each set.
func (j *Journal) FindBy(id string, also platform.Tags) []platform.Tags {
	var sets []platform.Tags
	for _, name := range append([]string{j.ID}, j.PartIDs...) {
		set := platform.Tags{name: id}
		for k, v := range also {
			set[k] = v
		}
		sets = append(sets, set)
	}
	return sets
}
