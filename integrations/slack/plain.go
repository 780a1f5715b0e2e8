package slack

import (
	"cmp"
	"strings"
	"unicode/utf16"
)

// mention is a person in a text. Start and End count UTF-16 units, as
// JavaScript does, for that is what bots are written in.
type mention struct {
	Type  string        `json:"type"`
	Start int           `json:"start"`
	End   int           `json:"end"`
	User  mentionedUser `json:"user"`
}

type mentionedUser struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// plain writes Slack's text as a person sees it: addresses without their
// marks, entities as what they stand for, channels and groups by their name.
// People stay <@ID>, and are listed with their places.
func plain(source string) (string, []mention) {
	var b strings.Builder
	var mentions []mention
	units := 0 // of b
	write := func(text string) {
		b.WriteString(text)
		units += len(utf16.Encode([]rune(text)))
	}
	for source != "" {
		before, rest, ok := strings.Cut(source, "<")
		write(entities(before))
		if !ok {
			break
		}
		mark, after, ok := strings.Cut(rest, ">")
		if !ok {
			write("<" + entities(rest))
			break
		}
		source = after
		target, label, _ := strings.Cut(mark, "|")
		if id, ok := strings.CutPrefix(target, "@"); ok && id != "" {
			start := units
			write("<@" + id + ">")
			mentions = append(mentions, mention{Type: "user", Start: start, End: units, User: mentionedUser{ID: id, Name: cmp.Or(entities(label), id)}})
			continue
		}
		write(shownMark(target, entities(label)))
	}
	return b.String(), mentions
}

// shownMark is what a person sees of a mark that is no person.
func shownMark(target, label string) string {
	switch {
	case strings.HasPrefix(target, "#"):
		return "#" + cmp.Or(label, target[1:])
	case strings.HasPrefix(target, "!date^"), strings.HasPrefix(target, "!subteam^"):
		return cmp.Or(label, target)
	case strings.HasPrefix(target, "!"):
		return "@" + cmp.Or(strings.TrimPrefix(label, "@"), target[1:])
	}
	address := entities(target)
	bare := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(address, "mailto:"), "https://"), "http://")
	if label == "" || label == address || label == bare || label+"/" == bare {
		return cmp.Or(label, address)
	}
	return label + " (" + address + ")"
}

// entities resolves the three that Slack writes.
func entities(text string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}
