package markdown

import (
	"bytes"
	"strings"
)

// Bounds of what is read as Markdown. The parser's time grows with the square
// of each: at these bounds it stays within a fraction of a second. A text over
// one of them is plain text.
const (
	maxSource = 64 << 10
	maxDepth  = 100    // quotes and lists within each other on one line
	maxLinks  = 2_000  // ends of a link's text
	maxCells  = 20_000 // columns of the widest table by lines of the text
)

// bounded reports whether a text can be read as Markdown within the bounds.
func bounded(src []byte) bool {
	if len(src) > maxSource || bytes.Count(src, []byte("](")) > maxLinks {
		return false
	}
	lines, columns := 0, 0
	for line := range bytes.Lines(src) {
		lines++
		if depth(line) > maxDepth {
			return false
		}
		if len(bytes.Trim(line, "|-: \t\r\n")) == 0 { // the line under a table's head
			columns = max(columns, bytes.Count(line, []byte("|"))+1)
		}
	}
	return lines*columns <= maxCells
}

// depth counts the marks of quotes and lists that a line begins with.
func depth(line []byte) int {
	n := 0
	for {
		line = bytes.TrimLeft(line, " \t")
		switch {
		case len(line) == 0:
			return n
		case line[0] == '>':
			line = line[1:]
		case strings.IndexByte("-+*", line[0]) >= 0 && spaced(line[1:]):
			line = line[1:]
		default:
			rest := bytes.TrimLeft(line, "0123456789")
			if len(rest) == len(line) || len(rest) == 0 || rest[0] != '.' && rest[0] != ')' || !spaced(rest[1:]) {
				return n
			}
			line = rest[1:]
		}
		n++
	}
}

func spaced(rest []byte) bool { return len(rest) > 0 && (rest[0] == ' ' || rest[0] == '\t') }
