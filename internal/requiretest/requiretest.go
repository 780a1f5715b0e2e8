// Package requiretest finds the outside programs that some tests need.
//
// A test whose program is missing skips and says so, so that go test passes
// on a machine with nothing but Go. Where the environment variable
// BELLHOP_REQUIRE is "all", or lists the program's name between commas, the
// same test fails instead, so that continuous integration cannot skip it.
package requiretest

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// RequireEnv is the environment variable that turns skips into failures.
const RequireEnv = "BELLHOP_REQUIRE"

// elsewhere are the patterns of directories that hold programs which
// distributions keep off the PATH.
const elsewhere = "/usr/lib/postgresql/*/bin"

// Tool returns the path of the executable called name. When there is none it
// skips the test, or fails it when RequireEnv requires the name.
func Tool(t testing.TB, name string) string {
	t.Helper()
	if path := find(name, elsewhere); path != "" {
		return path
	}
	if Required(os.Getenv(RequireEnv), name) {
		t.Fatalf("%s not found, and %s requires it", name, RequireEnv)
	}
	t.Skipf("%s not found: install it to run this test", name)
	return ""
}

// Required reports whether list, a value of RequireEnv, requires name.
func Required(list, name string) bool {
	for item := range strings.SplitSeq(list, ",") {
		if item = strings.TrimSpace(item); item == "all" || item == name {
			return true
		}
	}
	return false
}

// find looks for name on the PATH, then in the directories that match pattern,
// the one that sorts last first.
func find(name, pattern string) string {
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	found, err := filepath.Glob(filepath.Join(pattern, name))
	if err != nil {
		return ""
	}
	slices.Reverse(found)
	for _, path := range found {
		if path, err := exec.LookPath(path); err == nil {
			return path
		}
	}
	return ""
}

// SpecsEnv is the environment variable that names the directory of the
// vendors' contracts.
const SpecsEnv = "BELLHOP_SPECS"

// Specs returns the directory with a vendor's contract: below $BELLHOP_SPECS,
// or below shared/specs beside the project. When there is none it skips the
// test, or fails it when RequireEnv requires specs.
func Specs(t testing.TB, vendor string) string {
	t.Helper()
	roots := []string{os.Getenv(SpecsEnv)}
	if roots[0] == "" {
		roots = beside("shared/specs")
	}
	for _, root := range roots {
		if dir := filepath.Join(root, vendor); root != "" && isDir(dir) {
			return dir
		}
	}
	if Required(os.Getenv(RequireEnv), "specs") {
		t.Fatalf("the contract of %s was not found, and %s requires it; name its directory in %s", vendor, RequireEnv, SpecsEnv)
	}
	t.Skipf("the contract of %s was not found: name the directory of the contracts in %s to run this test", vendor, SpecsEnv)
	return ""
}

// beside returns name in each directory above the working directory.
func beside(name string) (paths []string) {
	dir, err := os.Getwd()
	for err == nil {
		paths = append(paths, filepath.Join(dir, name))
		up := filepath.Dir(dir)
		if up == dir {
			break
		}
		dir = up
	}
	return paths
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// NodePackage returns the directory in which npm installed the packages of the
// conformance suite, when it holds the named one. When it does not, the test is
// skipped, or fails if RequireEnv requires "npm".
func NodePackage(t testing.TB, name string) string {
	t.Helper()
	for _, dir := range beside("conformance") {
		if isDir(filepath.Join(dir, "node_modules", filepath.FromSlash(name))) {
			return dir
		}
	}
	if Required(os.Getenv(RequireEnv), "npm") {
		t.Fatalf("the npm package %s is not installed, and %s requires it; run npm ci in conformance", name, RequireEnv)
	}
	t.Skipf("the npm package %s is not installed: run npm ci in conformance to run this test", name)
	return ""
}
