package markdown

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"
)

// inlines writes what is in a block's lines.
func (r *renderer) inlines(parent ast.Node) string {
	var b strings.Builder
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		b.WriteString(r.inline(n))
	}
	return b.String()
}

func (r *renderer) inline(node ast.Node) string {
	switch n := node.(type) {
	case *ast.Text:
		text := string(n.Value(r.src))
		if !n.IsRaw() {
			text = plain(n.Value(r.src))
		}
		text = r.escape(text)
		if n.HardLineBreak() || n.SoftLineBreak() {
			text += "\n"
		}
		return text
	case *ast.String:
		return r.escape(plain(n.Value))
	case *ast.CodeSpan:
		code := r.raw(n)
		if r.s.CodeSpan == nil {
			return r.escape(code)
		}
		return r.s.CodeSpan(code)
	case *ast.Emphasis:
		if n.Level >= 2 {
			return mark(r.s.Strong, r.inlines(n))
		}
		return mark(r.s.Emphasis, r.inlines(n))
	case *east.Strikethrough:
		return mark(r.s.Strike, r.inlines(n))
	case *ast.Link:
		return r.link(r.inlines(n), string(n.Destination))
	case *ast.AutoLink:
		url := string(n.URL(r.src))
		if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(url, "mailto:") {
			url = "mailto:" + url
		}
		return r.link(r.escape(string(n.Label(r.src))), url)
	case *ast.Image:
		return r.image(r.inlines(n), string(n.Destination))
	case *ast.RawHTML:
		var b strings.Builder
		for _, segment := range n.Segments.Sliced(0, n.Segments.Len()) {
			b.Write(segment.Value(r.src))
		}
		return r.escape(b.String())
	}
	return r.inlines(node)
}

// plain resolves what Markdown's own escapes and entities stand for. What is
// escaped is no part of an entity: \&lt; is the text &lt;.
func plain(source []byte) string {
	var out []byte
	resolve := func(text []byte) { out = append(out, util.ResolveEntityNames(util.ResolveNumericReferences(text))...) }
	from := 0
	for i := 0; i+1 < len(source); i++ {
		if source[i] == '\\' && util.IsPunct(source[i+1]) {
			resolve(source[from:i])
			out = append(out, source[i+1])
			i++
			from = i + 1
		}
	}
	resolve(source[from:])
	return string(out)
}

// raw is the text of a code span.
func (r *renderer) raw(parent ast.Node) string {
	var b strings.Builder
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if t, ok := n.(*ast.Text); ok {
			b.Write(t.Value(r.src))
		}
	}
	return strings.ReplaceAll(b.String(), "\n", " ")
}

func (r *renderer) link(text, url string) string {
	if text == "" {
		text = r.escape(url)
	}
	if r.s.Link != nil {
		return r.s.Link(text, url)
	}
	if shown := r.escape(url); text == shown || "mailto:"+text == url || "http://"+text == url || "https://"+text == url {
		return text
	}
	return text + " (" + r.escape(url) + ")"
}

func (r *renderer) image(alt, url string) string {
	if r.s.Image != nil {
		return r.s.Image(alt, url)
	}
	return r.link(alt, url)
}
