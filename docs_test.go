package bellhop_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// goBlock is a block of Go in a document, with the comment before it that
// names the file it is taken from.
var goBlock = regexp.MustCompile("(?m)(?:^<!-- (\\S+) -->\n)?^```go\n((?s:.*?))^```$")

// codeFault says what is wrong with a block of Go that stands in a document:
// it must stand in a file that is compiled and tested, indented or not.
func codeFault(from, block string, read func(string) ([]byte, error)) string {
	if from == "" {
		return "names no file that it is taken from: write <!-- FILE --> above it"
	}
	text, err := read(from)
	if err != nil {
		return err.Error()
	}
	flat := func(s string) string {
		var b strings.Builder
		for line := range strings.Lines(s) {
			b.WriteString(strings.TrimSpace(line) + "\n")
		}
		return b.String()
	}
	if !strings.Contains(flat(string(text)), flat(block)) {
		return "does not stand in " + from + " as it is here"
	}
	return ""
}

func TestCodeInDocumentsIsTested(t *testing.T) {
	t.Parallel()
	blocks := 0
	for _, s := range readTree(t) {
		if !strings.HasSuffix(s.path, ".md") {
			continue
		}
		for _, m := range goBlock.FindAllStringSubmatch(string(s.text), -1) {
			blocks++
			if fault := codeFault(m[1], m[2], os.ReadFile); fault != "" {
				t.Errorf("%s: the block that begins %.60q %s", s.path, m[2], fault)
			}
		}
	}
	if blocks < 5 {
		t.Errorf("%d blocks of Go were found in all documents; there are more", blocks)
	}
}

func TestCodeInDocumentsFails(t *testing.T) {
	t.Parallel()
	read := func(string) ([]byte, error) { return []byte("func f() {\n\tx := 1\n\ty(x)\n}\n"), nil }
	for text, fits := range map[string]bool{
		"<!-- a.go -->\n```go\nx := 1\ny(x)\n```\n": true,
		"<!-- a.go -->\n```go\nx := 2\n```\n":       false,
		"```go\nx := 1\n```\n":                      false,
		"<!-- a.go -->\n\n```go\nx := 1\n```\n":     false,
	} {
		m := goBlock.FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("no block is found in %q", text)
		}
		if fault := codeFault(m[1], m[2], read); (fault == "") != fits {
			t.Errorf("%q: fault %q", text, fault)
		}
	}
}
