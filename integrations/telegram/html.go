package telegram

import (
	"html"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/integration/markdown"
)

// rich writes Markdown in the HTML that Telegram reads: few tags, and only
// inside them three characters that have to be escaped.
func rich(source string) string {
	in := func(tag string) func(string) string {
		return func(inner string) string { return "<" + tag + ">" + inner + "</" + tag + ">" }
	}
	return markdown.Render(strings.ToValidUTF8(strings.ReplaceAll(source, "\x00", ""), "\ufffd"), &markdown.Syntax{
		Escape: escape, Strong: in("b"), Emphasis: in("i"), Strike: in("s"),
		CodeSpan: func(code string) string { return "<code>" + escape(code) + "</code>" },
		CodeBlock: func(language, code string) string {
			if language == "" {
				return "<pre>" + escape(code) + "</pre>"
			}
			return `<pre><code class="language-` + escape(language) + `">` + escape(code) + "</code></pre>"
		},
		Quote: func(text string) string { // one quote cannot hold another
			return "<blockquote>" + strings.NewReplacer("<blockquote>", "", "</blockquote>", "").Replace(text) + "</blockquote>"
		},
		Link: func(text, url string) string { return `<a href="` + escape(url) + `">` + text + "</a>" },
	})
}

func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(text)
}

// units is how long Telegram finds a text.
func units(text string) int {
	n := 0
	for _, r := range text {
		n += unitsOf(r)
	}
	return n
}

func unitsOf(r rune) int { return max(1, utf16.RuneLen(r)) }

// token is a tag, or some text as it is shown.
type token struct {
	tag  string // with its brackets; empty is text
	text string
}

// tokens reads what rich wrote.
func tokens(written string) []token {
	var all []token
	for written != "" {
		if written[0] == '<' {
			if end := strings.IndexByte(written, '>'); end > 0 {
				all = append(all, token{tag: written[:end+1]})
				written = written[end+1:]
				continue
			}
		}
		end := strings.IndexByte(written[1:], '<') + 1
		if end == 0 {
			end = len(written)
		}
		all = append(all, token{text: html.UnescapeString(written[:end])})
		written = written[end:]
	}
	return all
}

// shown is the text without tags, which is what Telegram's limits count.
func shown(written string) string {
	var b strings.Builder
	for _, t := range tokens(written) {
		b.WriteString(t.text)
	}
	return b.String()
}

// split cuts what rich wrote into parts that show at most limit units. Tags
// that are open at a cut are closed before and opened again after it.
func split(written string, limit int) []string {
	plain := shown(written)
	if strings.TrimSpace(plain) == "" {
		return nil
	}
	if units(plain) <= limit {
		return []string{written}
	}
	pieces := markdown.SplitBy(plain, limit, unitsOf)
	w := &splitter{limits: cuts(plain, pieces)}
	for _, t := range tokens(written) {
		w.write(t)
	}
	return w.finish()
}

// cuts are where each piece begins and ends in the text they are of.
func cuts(plain string, pieces []string) (all [][2]int) {
	at := 0
	for _, piece := range pieces {
		start := at + strings.Index(plain[at:], piece)
		at = start + len(piece)
		all = append(all, [2]int{start, at})
	}
	return all
}

// splitter writes tokens into parts. at counts the bytes of shown text.
type splitter struct {
	limits [][2]int
	at     int
	parts  []string
	open   []string // tags
	part   strings.Builder
}

func (w *splitter) write(t token) {
	if t.tag != "" {
		w.mark(t.tag)
		return
	}
	text := t.text
	for text != "" && len(w.parts) < len(w.limits) {
		limit := w.limits[len(w.parts)]
		if skip := min(len(text), limit[0]-w.at); skip > 0 { // blanks between parts
			w.at, text = w.at+skip, text[skip:]
			continue
		}
		n := min(len(text), limit[1]-w.at)
		w.part.WriteString(escape(text[:n]))
		w.at, text = w.at+n, text[n:]
		if w.at == limit[1] {
			w.cut()
		}
	}
}

func (w *splitter) mark(tag string) {
	if strings.HasPrefix(tag, "</") {
		if n := len(w.open); n > 0 {
			w.open = w.open[:n-1]
		}
	} else {
		w.open = append(w.open, tag)
	}
	w.part.WriteString(tag)
}

// cut ends a part and begins the next with the tags that are open.
func (w *splitter) cut() {
	for _, tag := range slices.Backward(w.open) {
		w.part.WriteString(closing(tag))
	}
	w.parts = append(w.parts, w.part.String())
	w.part.Reset()
	w.part.WriteString(strings.Join(w.open, ""))
}

func (w *splitter) finish() []string {
	out := w.parts
	for i, p := range out {
		out[i] = hollow(p)
	}
	return out
}

func closing(tag string) string {
	name, _, _ := strings.Cut(strings.Trim(tag, "<>"), " ")
	return "</" + name + ">"
}

// hollow takes out tags that hold nothing, which a cut beside a tag leaves.
func hollow(written string) string {
	var out []token
	for _, t := range tokens(written) {
		if n := len(out); strings.HasPrefix(t.tag, "</") && n > 0 && out[n-1].tag != "" && closing(out[n-1].tag) == t.tag {
			out = out[:n-1]
			continue
		}
		out = append(out, t)
	}
	var b strings.Builder
	for _, t := range out {
		b.WriteString(t.tag + escape(t.text))
	}
	return b.String()
}

// short cuts a plain text to at most limit units, with an ellipsis for what is
// left out, on one line and never empty.
func short(text string, limit int) string {
	return chatkit.LabelBy(strings.ToValidUTF8(text, "\ufffd"), limit, unitsOf)
}

// numbered is "(2/3)".
func numbered(n, of int) string { return "(" + strconv.Itoa(n) + "/" + strconv.Itoa(of) + ")" }
