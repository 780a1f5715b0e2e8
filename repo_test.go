// Package bellhop_test checks the rules of the tree: what may import what, one
// package comment each, bounded files, and what no file may hold.
package bellhop_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/bellhop-dev/bellhop/"

// source is one tracked text file; syntax is set for Go files.
type source struct {
	path   string
	text   []byte
	syntax *ast.File
}

func newSource(t *testing.T, name string, text []byte) source {
	t.Helper()
	s := source{path: name, text: text}
	if strings.HasSuffix(name, ".go") {
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		s.syntax = file
	}
	return s
}

func (s source) dir() string  { return path.Dir(s.path) }
func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

// imports lists the module's own packages that s imports, and "std" or the path of others.
func (s source) imports() []string {
	var list []string
	for _, spec := range s.syntax.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err == nil {
			list = append(list, name)
		}
	}
	return list
}

// rule returns what is wrong with one file, or nothing.
type rule func(source) []string

// rules are the checks of single files, each with a file that breaks it.
var rules = []struct {
	name    string
	check   rule
	badPath string
	bad     string
}{
	{"imports", importRule, "integrations/a/a.go", "package a\nimport _ \"" + module + "internal/store\"\n"},
	{"imports of other built-ins", importRule, "integrations/a/a.go", "package a\nimport _ \"" + module + "integrations/b\"\n"},
	{"imports of the server by a built-in", importRule, "integrations/a/a.go", "package a\nimport _ \"" + module + "bot\"\n"},
	{"imports of the console", importRule, "internal/console/pages/a.go", "package pages\nimport _ \"" + module + "internal/store\"\n"},
	{"imports of the CLI", importRule, "internal/cli/a.go", "package cli\nimport _ \"" + module + "internal/api\"\n"},
	{"imports of the contract", importRule, "platform/a.go", "package platform\nimport _ \"" + module + "schema\"\n"},
	{"imports of others", importRule, "wire/a.go", "package wire\nimport _ \"github.com/x/y\"\n"},
	{"imports of siblings", importRule, "internal/api/a.go", "package api\nimport _ \"" + module + "internal/delivery\"\n"},
	{"drivers", importRule, "internal/api/a.go", "package api\nimport _ \"" + module + "internal/store/sqlite\"\n"},
	{"test packages", importRule, "internal/api/a.go", "package api\nimport _ \"" + module + "internal/requiretest\"\n"},
	{"no init", initRule, "a/a.go", "package a\nfunc init() {}\n"},
	{"size", sizeRule, "a/a.go", "package a\n" + strings.Repeat("\n", 500)},
	{"open work", todoRule, "a/a.go", "package a\n// TO" + "DO: later\n"},
	{"sleep in tests", sleepRule, "a/a_test.go", "package a\nimport \"time\"\nfunc f() { time.Sleep(1) }\n"},
	{"names", nameRule, "util/a.go", "package util\n"},
	{"machine paths", machinePathRule, "a.md", "see /ro" + "ot/x\n"},
	{"gofmt", formatRule, "a/a.go", "package a\nvar  x int\n"},
}

func TestTree(t *testing.T) {
	t.Parallel()
	tree := readTree(t)
	for _, r := range rules {
		for _, s := range tree {
			for _, fault := range r.check(s) {
				t.Errorf("%s: %s: %s", s.path, r.name, fault)
			}
		}
	}
	for _, fault := range packageCommentFaults(tree) {
		t.Error(fault)
	}
}

func TestRulesFail(t *testing.T) {
	t.Parallel()
	for _, r := range rules {
		if len(r.check(newSource(t, r.badPath, []byte(r.bad)))) == 0 {
			t.Errorf("%s: the bad sample passes", r.name)
		}
	}
	bare := newSource(t, "a/a.go", []byte("package a\n"))
	told := newSource(t, "a/b.go", []byte("// Package a is.\npackage a\n"))
	if len(packageCommentFaults([]source{bare})) == 0 {
		t.Error("a package without a comment passes")
	}
	if len(packageCommentFaults([]source{told, told})) == 0 {
		t.Error("a package with two comments passes")
	}
	if faults := packageCommentFaults([]source{bare, told}); len(faults) != 0 {
		t.Errorf("a package with one comment fails: %v", faults)
	}
}

// readTree reads the tracked text files, or all of them outside a checkout.
func readTree(t *testing.T) []source {
	t.Helper()
	var names []string
	if out, err := exec.Command("git", "ls-files", "-z").Output(); err == nil {
		names = strings.Split(strings.TrimRight(string(out), "\x00"), "\x00")
	} else if err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git") {
			return filepath.SkipDir
		}
		if !d.IsDir() {
			names = append(names, filepath.ToSlash(name))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	var tree []source
	for _, name := range names {
		text, err := os.ReadFile(name)
		if os.IsNotExist(err) || bytes.IndexByte(text, 0) >= 0 {
			continue // deleted and not yet committed, or not text
		}
		if err != nil {
			t.Fatal(err)
		}
		tree = append(tree, newSource(t, name, text))
	}
	return tree
}

func within(dir, root string) bool { return dir == root || strings.HasPrefix(dir, root+"/") }

func importRule(s source) []string {
	if s.syntax == nil {
		return nil
	}
	var faults []string
	for _, imp := range s.imports() {
		if why := importFault(s, imp); why != "" {
			faults = append(faults, fmt.Sprintf("must not import %s: %s", imp, why))
		}
	}
	return faults
}

// importFault says why s must not import imp, or nothing.
func importFault(s source, imp string) string {
	to, own := strings.CutPrefix(imp, module)
	external := !own && strings.Contains(strings.Split(imp, "/")[0], ".")
	dir := s.dir()
	if !s.isTest() && external && (within(dir, "wire") || within(dir, "platform")) {
		return "only the standard library"
	}
	if !own || s.isTest() {
		return ""
	}
	area := func(d string) string {
		return strings.Join(strings.Split(d, "/")[:min(2, strings.Count(d, "/")+1)], "/")
	}
	base := path.Base(dir)
	if strings.HasSuffix(path.Base(to), "test") && !strings.HasSuffix(base, "test") {
		return "a test package"
	}
	// A fake of a vendor, with its command for other languages' tests.
	if fake := strings.HasPrefix(dir, "integrations/") && strings.Contains(dir+"/", "test/"); fake && to == "internal/requiretest" {
		return ""
	} else if fake && path.Dir(dir) == to {
		return ""
	}
	if why := allowFault(area(dir), to); why != "" {
		return why
	}
	tied := []string{"internal/api", "internal/runtime", "internal/delivery"}
	if slices.Contains(tied, area(dir)) && slices.Contains(tied, area(to)) && area(dir) != area(to) {
		return "internal/server ties these"
	}
	drivers := within(to, "internal/store/sqlite") || within(to, "internal/store/postgres")
	if drivers && area(dir) != "internal/server" && !within(dir, "internal/store") {
		return "only internal/server sees drivers"
	}
	return ""
}

// allowed lists, for areas that may use few of the module's packages, which.
var allowed = map[string][]string{
	"wire":             {},
	"platform":         {},
	"schema":           {},
	"integrations":     {"integration", "wire", "platform", "schema"},
	"internal/console": {"platform", "internal/console"},
	"internal/cli":     {"platform", "internal/cli", "internal/server", "internal/config", "integrations", "bot", "internal/bench", "internal/scaffold"},
}

// allowFault says why a package of the area must not import the package to.
func allowFault(area, to string) string {
	for root, list := range allowed {
		if !within(area, root) || area == "integrations/standard" {
			continue
		}
		own := root
		if root == "integrations" {
			own = area
		}
		fits := func(dir string) bool { return within(to, dir) }
		if !fits(own) && !slices.ContainsFunc(list, fits) {
			return fmt.Sprintf("%s may use %v of this module only", area, list)
		}
	}
	return ""
}

func initRule(s source) []string {
	if s.syntax == nil {
		return nil
	}
	for _, d := range s.syntax.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			return []string{"declares init"}
		}
	}
	return nil
}

func sizeRule(s source) []string {
	limit := 500
	if s.isTest() {
		limit = 800
	}
	if n := bytes.Count(s.text, []byte("\n")); s.syntax != nil && n > limit {
		return []string{fmt.Sprintf("%d lines, more than %d", n, limit)}
	}
	return nil
}

var (
	openWork    = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME)\b`)
	issueNumber = regexp.MustCompile(`#\d+`)
	machinePath = regexp.MustCompile(`(^|[\s"'=(])/(ro` + `ot|wo` + `rk|home/\w+|Users/\w+)/`)
	vagueNames  = []string{"util", "utils", "common", "helpers", "types", "models"}
)

func todoRule(s source) []string {
	var faults []string
	for line := range bytes.Lines(s.text) {
		if openWork.Match(line) && !issueNumber.Match(line) {
			faults = append(faults, "names no issue: "+strings.TrimSpace(string(line)))
		}
	}
	return faults
}

func sleepRule(s source) []string {
	if s.isTest() && s.path != "repo_test.go" && bytes.Contains(s.text, []byte("time.Sleep(")) {
		return []string{"sleeps; use testing/synctest or a signal"}
	}
	return nil
}

func nameRule(s source) []string {
	if s.syntax != nil && slices.Contains(vagueNames, s.syntax.Name.Name) {
		return []string{"says nothing: package " + s.syntax.Name.Name}
	}
	return nil
}

func machinePathRule(s source) []string {
	if found := machinePath.Find(s.text); found != nil {
		return []string{"a path of one machine: " + string(bytes.TrimSpace(found))}
	}
	return nil
}

func formatRule(s source) []string {
	if s.syntax == nil {
		return nil
	}
	if want, err := format.Source(s.text); err != nil || !bytes.Equal(want, s.text) {
		return []string{"not formatted"}
	}
	return nil
}

// packageCommentFaults wants exactly one package comment in each package.
func packageCommentFaults(tree []source) []string {
	comments := map[string]int{}
	for _, s := range tree {
		if s.syntax == nil || s.isTest() {
			continue
		}
		if _, seen := comments[s.dir()]; !seen {
			comments[s.dir()] = 0
		}
		if s.syntax.Doc != nil {
			comments[s.dir()]++
		}
	}
	var faults []string
	for dir, n := range comments {
		if n != 1 {
			faults = append(faults, fmt.Sprintf("%s: %d package comments, want 1", dir, n))
		}
	}
	return faults
}
