package passage

import (
	"html"
	"strings"
)

// blocks are the elements that begin a new passage.
const blocks = " p div br li ul ol h1 h2 h3 h4 h5 h6 tr table section article header footer blockquote pre "

// FromHTML returns the text of a page, roughly: what stands between tags,
// without scripts and styles, and with an empty line where a block begins or
// ends. Headings become those of Markdown.
func FromHTML(page string) string {
	var out strings.Builder
	for page != "" {
		text, rest, found := strings.Cut(page, "<")
		out.WriteString(html.UnescapeString(text))
		if !found {
			break
		}
		if comment, ok := strings.CutPrefix(rest, "!--"); ok {
			_, page, _ = strings.Cut(comment, "-->")
			continue
		}
		tag, after, closed := strings.Cut(rest, ">")
		page = after
		if !closed {
			break
		}
		name := tagName(tag)
		opens := !strings.HasPrefix(tag, "/")
		switch {
		case opens && (name == "script" || name == "style"):
			page = skipTo(page, "</"+name)
		case strings.Contains(blocks, " "+name+" "):
			out.WriteString("\n\n")
			if opens && len(name) == 2 && name[0] == 'h' && name[1] != 'r' {
				out.WriteString(strings.Repeat("#", int(name[1]-'0')) + " ")
			}
		}
	}
	return out.String()
}

func tagName(tag string) string {
	words := strings.FieldsFunc(tag, func(r rune) bool { return r == '/' || r <= ' ' })
	if len(words) == 0 {
		return ""
	}
	return strings.ToLower(words[0])
}

// skipTo returns what begins with the end tag, in any case of letters; "" when
// there is none.
func skipTo(page, end string) string {
	for at := 0; at+len(end) <= len(page); at++ {
		if strings.EqualFold(page[at:at+len(end)], end) {
			return page[at:]
		}
	}
	return ""
}
