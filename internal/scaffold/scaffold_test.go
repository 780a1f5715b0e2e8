package scaffold_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/scaffold"
)

func TestWhatIsWrittenBuildsAndPassesItsTest(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"integration", "bot"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "my-"+kind)
			files, err := scaffold.Write(scaffold.Config{Kind: kind, Name: "my-" + kind, Dir: dir, Bellhop: root})
			if err != nil {
				t.Fatal(err)
			}
			if len(files) < 4 {
				t.Errorf("Write wrote %q, want at least four files", files)
			}
			// The sums of Bellhop's own dependencies, so that nothing is looked up.
			sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o644); err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{{"test", "-mod=mod", "./..."}} {
				if out, err := goTool(dir, args...); err != nil {
					t.Errorf("go %q: %v\n%s", args, err, out)
				}
			}
			definition, err := goTool(dir, "run", ".", "definition")
			if err != nil || !strings.HasPrefix(definition, "{\n") {
				t.Errorf("go run . definition: %v\n%s", err, definition)
			}
		})
	}
}

func goTool(dir string, args ...string) (output string, err error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// Inside a checkout what is written is a package of it, and needs no go.mod.
func TestInsideACheckout(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	checkout := t.TempDir()
	if err := os.WriteFile(filepath.Join(checkout, "go.mod"), []byte("module "+scaffold.Module+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	// The files lie elsewhere, and the go command is told that they are here.
	overlay := map[string]map[string]string{"Replace": {}}
	for _, kind := range []string{"integration", "bot"} {
		files, err := scaffold.Write(scaffold.Config{Kind: kind, Name: "my-" + kind, Dir: filepath.Join(checkout, "my-"+kind)})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if filepath.Base(name) == "go.mod" {
				t.Errorf("%s is written inside a checkout", name)
			}
			relative, err := filepath.Rel(checkout, name)
			if err != nil {
				t.Fatal(err)
			}
			overlay["Replace"][filepath.Join(root, relative)] = name
		}
		readme, err := os.ReadFile(filepath.Join(checkout, "my-"+kind, "README.md"))
		if err != nil || strings.Contains(string(readme), "mod tidy") || !strings.Contains(string(readme), "my-"+kind+" test ./...\n") {
			t.Errorf("README.md: %v\n%s", err, readme)
		}
	}
	raw, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(checkout, "overlay.json")
	if err := os.WriteFile(name, raw, 0o644); err != nil {
		t.Fatal(err)
	}
	args := []string{"test", "-c", "-vet=off", "-overlay", name, "-o", checkout + "/", "./my-integration", "./my-bot"}
	if out, err := goTool(root, args...); err != nil {
		t.Fatalf("go %q: %v\n%s", args, err, out)
	}
	for _, test := range []string{"my-integration.test", "my-bot.test"} {
		if out, err := exec.Command(filepath.Join(checkout, test)).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", test, err, out)
		}
	}
}

func TestABuildThatIsNoReleaseNeedsACheckout(t *testing.T) {
	t.Parallel()
	for version, ok := range map[string]bool{
		"v1.2.3": true, "v0.1.0-rc.1": true, "": false, "(devel)": false, "v0.0.0-20260101000000-0123456789ab": false, "v1.2.3+dirty": false,
	} {
		dir := filepath.Join(t.TempDir(), "x")
		_, err := scaffold.Write(scaffold.Config{Kind: "bot", Name: "x", Dir: dir, Version: version})
		if ok != (err == nil) || err != nil && !strings.Contains(err.Error(), "--bellhop DIR") {
			t.Errorf("version %q: %v", version, err)
		}
		if _, err := os.Stat(dir); !ok && err == nil {
			t.Errorf("version %q: files were written all the same", version)
		}
	}
}

func TestNothingIsOverwritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "bot.go")
	if err := os.WriteFile(name, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := scaffold.Write(scaffold.Config{Kind: "bot", Name: "x", Dir: dir, Version: "v1.2.3"}); err == nil || !strings.Contains(err.Error(), "exists") {
		t.Errorf("Write = %v, want it to say that the file exists", err)
	}
	if text, err := os.ReadFile(name); err != nil || string(text) != "mine" {
		t.Errorf("the file is %q, %v", text, err)
	}
}

func TestBadNamesAreRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "Upper", "../x", "a b"} {
		if _, err := scaffold.Write(scaffold.Config{Kind: "bot", Name: name, Dir: t.TempDir(), Version: "v1.2.3"}); err == nil {
			t.Errorf("Write accepted the name %q", name)
		}
	}
}
