package cli

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// setup returns the parser of a fresh command line.
func setup(t *testing.T) (*kong.Kong, *session) {
	t.Helper()
	s := &session{Process: Process{Stdout: &bytes.Buffer{}, Stderr: &bytes.Buffer{}}, cmd: &command{}, misread: misread{}}
	parser, err := newParser(s, func(int) { panic(exited{}) })
	if err != nil {
		t.Fatal(err)
	}
	return parser, s
}

// leaves calls fn with each command that runs.
func leaves(n *kong.Node, fn func(*kong.Node)) {
	if len(n.Children) == 0 {
		fn(n)
	}
	for _, child := range n.Children {
		if !child.Hidden {
			leaves(child, fn)
		}
	}
}

func TestEveryCommandIsExplained(t *testing.T) {
	t.Parallel()
	parser, _ := setup(t)
	leaves(parser.Model.Node, func(n *kong.Node) {
		if !strings.HasSuffix(n.Help, ".") {
			t.Errorf("%s: its help %q is no sentence", n.FullPath(), n.Help)
		}
		if !strings.Contains(n.Detail, "Examples:") {
			t.Errorf("%s has no example", n.FullPath())
		}
		for _, flag := range n.Flags {
			if !strings.HasSuffix(flag.Help, ".") {
				t.Errorf("%s --%s: its help %q is no sentence", n.FullPath(), flag.Name, flag.Help)
			}
		}
		for _, arg := range n.Positional {
			if !strings.HasSuffix(arg.Help, ".") {
				t.Errorf("%s <%s>: its help %q is no sentence", n.FullPath(), arg.Name, arg.Help)
			}
		}
	})
}

// call finds the words of a call of bellhop in an example.
var call = regexp.MustCompile(`(?:^|[ (])bellhop ((?:'[^']*'|[^'|)\n])+)`)

func TestExamplesAreValid(t *testing.T) {
	t.Parallel()
	parser, _ := setup(t)
	leaves(parser.Model.Node, func(n *kong.Node) {
		for example := range strings.SplitSeq(n.Tag.Get("example"), "\n") {
			found := call.FindStringSubmatch(example)
			if found == nil {
				t.Errorf("%s: example %q does not call bellhop", n.FullPath(), example)
				continue
			}
			fresh, _ := setup(t)
			kctx, err := parse(fresh, words(found[1]))
			if err != nil {
				t.Errorf("%s: example %q: %v", n.FullPath(), example, err)
			} else if got := kctx.Selected().FullPath(); got != n.FullPath() {
				t.Errorf("%s: example %q calls %s", n.FullPath(), example, got)
			}
		}
	})
}

// words splits a command line at blanks outside single quotes.
func words(line string) (list []string) {
	for _, word := range regexp.MustCompile(`'[^']*'|\S+`).FindAllString(line, -1) {
		list = append(list, strings.Trim(word, "'"))
	}
	return list
}
