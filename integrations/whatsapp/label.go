package whatsapp

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bellhop-dev/bellhop/integration/markdown"
)

// Limits of interactive messages, in characters (Meta's contract, v23.0).
const (
	maxBody        = 1024
	maxButtons     = 3
	maxButtonTitle = 20
	maxButtonID    = 256
	maxRows        = 10
	maxRowTitle    = 24
	maxRowMore     = 72
	maxRowID       = 200
)

func length(text string) int { return utf8.RuneCountInString(text) }

// shorten cuts text to at most limit characters, with an ellipsis for what is
// left out.
func shorten(text string, limit int) string {
	text = strings.Join(strings.Fields(text), " ")
	if length(text) <= limit {
		return text
	}
	return strings.TrimSpace(markdown.Split(text, limit-1)[0]) + "…"
}

// label is the text of a button or row: on one line and never empty.
func label(text string, limit int) string {
	if text = shorten(text, limit); text == "" {
		return "…"
	}
	return text
}

// titles shortens labels so that all of them are different.
func titles(labels []string, limit int) []string {
	out, seen := make([]string, len(labels)), map[string]bool{}
	for i, text := range labels {
		title := label(text, limit)
		for n := 2; seen[title]; n++ {
			number := " " + strconv.Itoa(n)
			title = label(text, limit-len(number)) + number
		}
		out[i], seen[title] = title, true
	}
	return out
}

// ids gives each value an id that WhatsApp sends back when it is chosen. A
// value that is no valid id, or not the first of its kind, is stood for by its
// place in the message, from where it is read again.
type ids struct {
	messageID string
	limit     int
	taken     map[string]bool
}

const idMark = opaqueMark + ":"

// of returns the id of the value that is at the index in the message.
func (d *ids) of(value string, index int) string {
	if d.taken == nil {
		d.taken = map[string]bool{}
	}
	id := value
	if value == "" || strings.TrimSpace(value) != value || length(value) > d.limit || d.taken[value] || strings.HasPrefix(value, idMark) {
		id = idMark + d.messageID + ":" + strconv.Itoa(index)
	}
	d.taken[id] = true
	return id
}

// readID reads an id that stands for a place in a message.
func readID(id string) (messageID string, index int, ok bool) {
	rest, ok := strings.CutPrefix(id, idMark)
	messageID, number, cut := strings.Cut(rest, ":")
	index, err := strconv.Atoi(number)
	return messageID, index, ok && cut && err == nil && index >= 0
}

// fit splits text that is longer than a body: what goes before it as texts,
// and the body, which is not blank.
func fit(text string) (before []part, last string) {
	pieces := markdown.Split(text, maxBody)
	if len(pieces) == 0 {
		return nil, "…"
	}
	last = pieces[len(pieces)-1]
	return texts(strings.TrimSuffix(strings.TrimSpace(text), last)), last
}
