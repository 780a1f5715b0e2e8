package cli

import (
	"encoding/json"
	"fmt"
	"strings"
)

// payload is what a terminal can show of the standard messages.
type payload struct {
	Type, Text, Markdown, Title, Subtitle, Address string
	ImageURL, AudioURL, VideoURL, FileURL          string
	Latitude, Longitude                            float64
	Options                                        []struct{ Label, Value string }
	Actions                                        []struct{ Action, Label, Value string }
	Items                                          []json.RawMessage
}

// render is a payload as lines for a terminal, and the values that the numbers
// of its choices stand for.
func render(raw json.RawMessage) (lines, choices []string) {
	lines = appendPayload(nil, raw, &choices)
	if len(lines) == 0 {
		lines = []string{printable(string(raw))}
	}
	return lines, choices
}

func appendPayload(lines []string, raw json.RawMessage, choices *[]string) []string {
	var p payload
	if json.Unmarshal(raw, &p) != nil {
		return append(lines, printable(string(raw)))
	}
	for _, s := range [...]string{p.Text, p.Markdown, p.Title, p.Subtitle, p.Address} {
		for line := range strings.Lines(s) {
			lines = append(lines, printable(strings.TrimRight(line, "\r\n")))
		}
	}
	for _, media := range [...]struct{ url, what string }{
		{p.ImageURL, "picture"}, {p.AudioURL, "audio"}, {p.VideoURL, "video"}, {p.FileURL, "file"},
	} {
		switch {
		case strings.HasPrefix(media.url, "data:"):
			lines = append(lines, "("+media.what+"; the chat page shows it)")
		case media.url != "":
			lines = append(lines, printable(media.url))
		}
	}
	if p.Type == "location" {
		lines = append(lines, fmt.Sprintf("%g, %g", p.Latitude, p.Longitude))
	}
	for _, o := range p.Options {
		lines = append(lines, choice(choices, o.Label, o.Value))
	}
	for _, a := range p.Actions {
		if a.Action == "url" {
			lines = append(lines, printable("  "+a.Label+": "+a.Value))
			continue
		}
		lines = append(lines, choice(choices, a.Label, a.Value))
	}
	for _, item := range p.Items {
		inner := appendPayload(nil, item, choices)
		for i, line := range inner {
			mark := "  "
			if i == 0 {
				mark = "- "
			}
			lines = append(lines, mark+line)
		}
	}
	return lines
}

// choice numbers a choice and keeps its value.
func choice(choices *[]string, label, value string) string {
	*choices = append(*choices, value)
	return fmt.Sprintf("  %d. %s", len(*choices), printable(label))
}
