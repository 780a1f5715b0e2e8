package telegram

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf16"
)

// markdownOf writes a text with its entities as Markdown. What has no mark in
// Markdown stays plain, and plain text stays as the person wrote it: bots
// compare it.
func markdownOf(text string, entities []entity) string {
	if len(entities) == 0 {
		return text
	}
	units := utf16.Encode([]rune(text))
	var sound []entity
	for _, e := range entities {
		if e.Offset >= 0 && e.Length > 0 && e.Offset <= len(units)-e.Length {
			sound = append(sound, e)
		}
	}
	slices.SortStableFunc(sound, func(a, b entity) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(b.Length, a.Length))
	})
	w := &entityWriter{units: units}
	w.write(0, len(units), sound)
	return w.out.String()
}

type entityWriter struct {
	units []uint16
	out   strings.Builder
}

// write writes the units from start to end. The entities are in order, and an
// inner one comes after its outer one.
func (w *entityWriter) write(start, end int, entities []entity) {
	for len(entities) > 0 {
		e := entities[0]
		inner := 1
		for inner < len(entities) && entities[inner].Offset < e.Offset+e.Length {
			inner++
		}
		nested := entities[1:inner]
		entities = entities[inner:]
		stop := min(e.Offset+e.Length, end)
		if e.Offset < start || e.Offset >= stop {
			continue
		}
		w.plain(start, e.Offset)
		w.mark(&e, stop, nested)
		start = stop
	}
	w.plain(start, end)
}

func (w *entityWriter) plain(start, end int) { w.out.WriteString(w.text(start, end)) }

func (w *entityWriter) text(start, end int) string {
	return string(utf16.Decode(w.units[start:end]))
}

// mark writes an entity that ends at stop with what is nested in it.
func (w *entityWriter) mark(e *entity, stop int, nested []entity) {
	if e.Type == "pre" || e.Type == "code" {
		w.code(e, w.text(e.Offset, stop))
		return
	}
	in := &entityWriter{units: w.units}
	in.write(e.Offset, stop, nested)
	inner := in.out.String()
	switch e.Type {
	case "bold":
		w.out.WriteString(around(inner, "**", "**"))
	case "italic":
		w.out.WriteString(around(inner, "*", "*"))
	case "strikethrough":
		w.out.WriteString(around(inner, "~~", "~~"))
	case "text_link":
		w.out.WriteString(around(inner, "[", "]("+e.URL+")"))
	case "text_mention":
		if e.User != nil {
			inner = around(inner, "[", "](tg://user?id="+number(e.User.ID)+")")
		}
		w.out.WriteString(inner)
	case "blockquote", "expandable_blockquote":
		w.line()
		w.out.WriteString("> " + strings.ReplaceAll(strings.TrimRight(inner, "\n"), "\n", "\n> "))
		if stop < len(w.units) {
			w.out.WriteString("\n") // else what follows would be quoted too
		}
	default:
		w.out.WriteString(inner)
	}
}

// line begins a new line.
func (w *entityWriter) line() {
	if text := w.out.String(); text != "" && !strings.HasSuffix(text, "\n") {
		w.out.WriteString("\n")
	}
}

// around puts marks next to the words: Markdown knows none beside a blank.
func around(text, before, after string) string {
	words := strings.TrimSpace(text)
	if words == "" {
		return text
	}
	head, tail, _ := strings.Cut(text, words)
	return head + before + words + after + tail
}

func (w *entityWriter) code(e *entity, code string) {
	fence := "`"
	if e.Type == "pre" {
		fence = "```"
	}
	for strings.Contains(code, fence) {
		fence += "`"
	}
	if e.Type == "pre" {
		w.line()
		w.out.WriteString(fence + strings.ReplaceAll(e.Language, "`", "") + "\n" + strings.TrimSuffix(code, "\n") + "\n" + fence)
		if e.Offset+e.Length < len(w.units) && w.units[e.Offset+e.Length] != '\n' {
			w.out.WriteString("\n")
		}
		return
	}
	if strings.HasPrefix(code, "`") || strings.HasSuffix(code, "`") {
		code = " " + code + " "
	}
	w.out.WriteString(fence + code + fence)
}
