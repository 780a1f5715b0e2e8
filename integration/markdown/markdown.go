// Package markdown writes the Markdown of bots' messages in the syntax of an
// external system, and splits texts that are too long for it. It reads
// CommonMark with strikethrough, bare addresses and tables.
//
// It does not know any system: each integration describes its own in a Syntax.
package markdown

import (
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

// Syntax says how an external system writes what Markdown says. Its functions
// get text that is already written in the system's syntax, except for Escape,
// CodeSpan, CodeBlock and addresses, which get it as it is. A nil function
// leaves its text without a mark.
type Syntax struct {
	// Escape makes plain text safe.
	Escape func(text string) string

	Strong, Emphasis, Strike func(text string) string
	CodeSpan                 func(code string) string
	CodeBlock                func(language, code string) string
	// Quote gets the quoted blocks as one text of several lines.
	Quote func(text string) string
	// Link is nil where links cannot have a text: they become "text (url)",
	// or the address alone when the text is the same.
	Link func(text, url string) string
	// Image is nil where pictures cannot be shown in a text: it becomes Link.
	Image   func(alt, url string) string
	Heading func(level int, text string) string
	// Bullet marks the items of a list that is not numbered; "" is "•".
	Bullet string
	// Rule stands for a thematic break; "" is "---".
	Rule string
}

// Render writes Markdown in the syntax. Blocks are apart by an empty line,
// items of lists by a line's end. HTML is text, and so is all of a source that
// is over the bounds of bounded: Render takes a bounded time and depth.
func Render(source string, s *Syntax) string {
	// A parser is cheap to make, and makes the function safe for concurrent use
	// without shared state.
	parser := goldmark.New(goldmark.WithExtensions(extension.Strikethrough, extension.Linkify, extension.Table)).Parser()
	src := []byte(source)
	r := renderer{src: src, s: s}
	if !bounded(src) {
		return strings.TrimSpace(r.escape(source))
	}
	return strings.TrimSpace(r.blocks(parser.Parse(text.NewReader(src)), "\n\n"))
}

type renderer struct {
	src []byte
	s   *Syntax
}

func mark(fn func(string) string, text string) string {
	if fn == nil || strings.TrimSpace(text) == "" {
		return text
	}
	return fn(text)
}

func (r *renderer) escape(text string) string {
	if r.s.Escape == nil {
		return text
	}
	return r.s.Escape(text)
}

// blocks writes the blocks inside a node.
func (r *renderer) blocks(parent ast.Node, between string) string {
	var parts []string
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if part := r.block(n); part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, between)
}

func (r *renderer) block(node ast.Node) string {
	switch n := node.(type) {
	case *ast.Heading:
		text := r.inlines(n)
		if r.s.Heading == nil {
			return mark(r.s.Strong, text)
		}
		return r.s.Heading(n.Level, text)
	case *ast.FencedCodeBlock:
		return r.code(string(n.Language(r.src)), n)
	case *ast.CodeBlock:
		return r.code("", n)
	case *ast.Blockquote:
		return mark(r.s.Quote, r.blocks(n, "\n"))
	case *ast.List:
		return r.list(n)
	case *ast.ThematicBreak:
		if r.s.Rule == "" {
			return r.escape("---")
		}
		return r.s.Rule
	case *ast.HTMLBlock:
		text := r.lines(n)
		if n.HasClosure() {
			text += string(n.ClosureLine.Value(r.src))
		}
		return r.escape(strings.TrimRight(text, "\n"))
	case *east.Table:
		return r.table(n)
	case *ast.Paragraph, *ast.TextBlock:
		return r.inlines(n)
	}
	if node.Type() == ast.TypeInline {
		return r.inline(node)
	}
	return r.blocks(node, "\n\n")
}

func (r *renderer) lines(n ast.Node) string {
	var b strings.Builder
	for _, line := range n.Lines().Sliced(0, n.Lines().Len()) {
		b.Write(line.Value(r.src))
	}
	return b.String()
}

func (r *renderer) code(language string, n ast.Node) string {
	code := strings.TrimRight(r.lines(n), "\n")
	if r.s.CodeBlock == nil {
		return r.escape(code)
	}
	return r.s.CodeBlock(language, code)
}

func (r *renderer) list(n *ast.List) string {
	bullet := r.s.Bullet
	if bullet == "" {
		bullet = "•"
	}
	var items []string
	number := n.Start
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		marker := bullet
		if n.IsOrdered() {
			marker = r.escape(strconv.Itoa(number) + ".")
			number++
		}
		items = append(items, marker+" "+indent(r.blocks(item, "\n"), "   "))
	}
	return strings.Join(items, "\n")
}

// indent puts the lines after the first under the first.
func indent(text, by string) string {
	return strings.ReplaceAll(text, "\n", "\n"+by)
}

// table writes one line a row, cells apart by a bar.
func (r *renderer) table(n ast.Node) string {
	var rows []string
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []string
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			text := r.inlines(cell)
			if _, head := row.(*east.TableHeader); head {
				text = mark(r.s.Strong, text)
			}
			cells = append(cells, text)
		}
		rows = append(rows, strings.Join(cells, r.escape(" | ")))
	}
	return strings.Join(rows, "\n")
}
