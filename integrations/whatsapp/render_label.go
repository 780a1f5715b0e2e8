package whatsapp

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
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

// titles shortens labels so that all of them are different.
func titles(labels []string, limit int) []string {
	out, seen := make([]string, len(labels)), map[string]bool{}
	for i, text := range labels {
		title := chatkit.Label(text, limit)
		for n := 2; seen[title]; n++ {
			number := " " + strconv.Itoa(n)
			title = chatkit.Label(text, limit-len(number)) + number
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

// of returns the id of the value that is at the index in the message.
func (d *ids) of(value string, index int) string {
	if d.taken == nil {
		d.taken = map[string]bool{}
	}
	id := value
	if value == "" || strings.TrimSpace(value) != value || length(value) > d.limit || d.taken[value] || chatkit.IsOptionRef(value) {
		id = chatkit.OptionRef(d.messageID, index)
	}
	d.taken[id] = true
	return id
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
