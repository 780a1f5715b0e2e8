package bellhop_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
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

// directModule is a line of go.mod that requires a module for code of ours.
var directModule = regexp.MustCompile(`(?m)^(?:require )?\s*([\w.-]+\.[\w.-]+/\S+) v\S+$`)

// tableStart is the first column of a row of a document's table, but for those
// that name no module.
var tableStart = regexp.MustCompile(`(?m)^\| ([\w.-]+\.[\w.-]+/\S+) \|`)

// unequal lists what only one of two texts names, by the first group of each
// pattern.
func unequal(a string, inA *regexp.Regexp, b string, inB *regexp.Regexp) []string {
	names := map[string]int{}
	for _, m := range inA.FindAllStringSubmatch(a, -1) {
		names[m[1]] |= 1
	}
	for _, m := range inB.FindAllStringSubmatch(b, -1) {
		names[m[1]] |= 2
	}
	maps.DeleteFunc(names, func(_ string, where int) bool { return where == 3 })
	return slices.Sorted(maps.Keys(names))
}

func TestDependenciesAreExplained(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range unequal(string(mod), directModule, string(doc), tableStart) {
		t.Errorf("%s stands in one of go.mod and docs/dependencies.md only", name)
	}
	sample := unequal("require (\n\ta.com/x v1.0.0\n\tb.com/y v0.1.0\n\tc.com/z v1.0.0 // indirect\n)\n", directModule,
		"| module | for |\n|---|---|\n| b.com/y | tests |\n| d.com/w | nothing |\n", tableStart)
	if want := []string{"a.com/x", "d.com/w"}; !slices.Equal(sample, want) {
		t.Errorf("of the sample %v stand in one only, want %v", sample, want)
	}
}

// packageName is a package that a document names.
var packageName = regexp.MustCompile("`((?:wire|platform|schema|integrations?|bot|internal|cmd)(?:/[a-z]+)*)`")

// goneFrom lists the packages that a document names and the tree does not have.
func goneFrom(tree []source, doc string) []string {
	var gone []string
	for _, m := range packageName.FindAllStringSubmatch(doc, -1) {
		if !slices.ContainsFunc(tree, func(s source) bool { return within(s.dir(), m[1]) }) {
			gone = append(gone, m[1])
		}
	}
	return gone
}

func TestNamedPackagesExist(t *testing.T) {
	t.Parallel()
	tree := readTree(t)
	for _, s := range tree {
		if !strings.HasSuffix(s.path, ".md") || s.path == "CHANGELOG.md" {
			continue
		}
		for _, name := range goneFrom(tree, string(s.text)) {
			t.Errorf("%s names the package %s, which there is not", s.path, name)
		}
	}
	if got := goneFrom(tree, "`wire` and `internal/parlour`"); !slices.Equal(got, []string{"internal/parlour"}) {
		t.Errorf("of the sample %v are gone, want internal/parlour", got)
	}
}
