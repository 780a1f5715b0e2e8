package slack

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bellhop-dev/bellhop/integration/markdown"
)

// Lengths in characters.
const (
	maxText    = 4000 // Slack's advice; it cuts at 40,000
	maxSection = 3000
)

// rich writes Markdown as Slack shows it. Marks of Slack's own for people,
// channels and groups stay; those that call everybody do not.
func rich(source string) string {
	around := func(mark string) func(string) string {
		return func(inner string) string { return mark + inner + mark }
	}
	kept, marks := hide(source)
	written := markdown.Render(kept, &markdown.Syntax{
		Escape: escape,
		Strong: around("*"), Emphasis: around("_"), Strike: around("~"),
		CodeSpan:  func(code string) string { return "`" + escape(code) + "`" },
		CodeBlock: func(_, code string) string { return "```\n" + escape(code) + "\n```" },
		Quote:     func(text string) string { return "> " + strings.ReplaceAll(text, "\n", "\n> ") },
		Link:      link,
		Rule:      "———",
	})
	return show(written, marks)
}

func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

// link writes a link. What would end it early is written another way.
func link(text, address string) string {
	if !linkable(address) {
		if shown := escape(address); shown != text {
			return text + " (" + shown + ")"
		}
		return text
	}
	target := strings.NewReplacer("&", "&amp;", "<", "%3C", ">", "%3E", "|", "%7C", " ", "%20", "\n", "%0A").Replace(address)
	if text == "" || text == escape(address) {
		return "<" + target + ">"
	}
	return "<" + target + "|" + strings.ReplaceAll(text, "\n", " ") + ">"
}

// linkable reports whether Slack makes a link of the address.
func linkable(address string) bool {
	lower := strings.ToLower(address)
	for _, scheme := range []string{"https://", "http://", "mailto:", "tel:", "slack://"} {
		if strings.HasPrefix(lower, scheme) {
			return true
		}
	}
	return false
}

// slackMark is a mark of Slack's that a bot may write in a text.
var slackMark = regexp.MustCompile(`<(?:@[UWB][A-Z0-9]{2,}|#[CG][A-Z0-9]{2,}|!subteam\^S[A-Z0-9]{2,})(?:\|[^<>\n]{0,80})?>`)

// hide puts a private character in place of each mark, so that nothing is
// taken for Markdown in it. Such characters of the text's own are dropped.
func hide(source string) (string, []string) {
	source = strings.Map(func(r rune) rune {
		if r == markStart || r == markEnd {
			return -1
		}
		return r
	}, source)
	var marks []string
	kept := slackMark.ReplaceAllStringFunc(source, func(m string) string {
		marks = append(marks, m)
		return placeholder(len(marks) - 1)
	})
	return kept, marks
}

const (
	markStart = '\ue000'
	markEnd   = '\ue001'
)

func placeholder(i int) string {
	return string(markStart) + strconv.Itoa(i) + string(markEnd)
}

func show(written string, marks []string) string {
	for i, m := range marks {
		written = strings.Replace(written, placeholder(i), m, 1)
	}
	return written
}

// pieces splits text that is written for Slack. A mark, an entity or a block
// of code is never cut in two: the mark goes whole to the next piece, the
// block is ended and begun again.
func pieces(written string, limit int) []string {
	const fence = "```"
	if length(written) <= limit {
		return markdown.Split(written, limit)
	}
	var out []string
	open := false
	for rest := strings.TrimSpace(written); rest != ""; {
		room := limit - 2*len(fence) - 2
		head := rest
		if length(rest) > room {
			head = whole(markdown.Split(rest, room)[0])
		}
		rest = strings.TrimSpace(strings.TrimPrefix(rest, head))
		piece := head
		if open {
			piece = fence + "\n" + piece
		}
		if open = strings.Count(piece, fence)%2 == 1; open && rest != "" {
			piece += "\n" + fence
		}
		out = append(out, piece)
	}
	return out
}

// whole cuts off a mark or an entity that does not end in the text.
func whole(head string) string {
	cut := len(head)
	if i := strings.LastIndexByte(head, '<'); i > 0 && !strings.Contains(head[i:], ">") {
		cut = i
	}
	if i := strings.LastIndexByte(head, '&'); i > 0 && i >= len(head)-5 && !strings.Contains(head[i:], ";") {
		cut = min(cut, i)
	}
	if kept := strings.TrimRight(head[:cut], " \n"); kept != "" {
		return kept
	}
	return head
}

func length(text string) int { return utf8.RuneCountInString(text) }
