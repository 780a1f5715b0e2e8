package scaffold_test

import (
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
			cmd := exec.Command("go", "test", "-mod=mod", "./...")
			cmd.Dir = dir
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("go test: %v\n%s", err, out)
			}
		})
	}
}

func TestNothingIsOverwritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "bot.go")
	if err := os.WriteFile(name, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := scaffold.Write(scaffold.Config{Kind: "bot", Name: "x", Dir: dir}); err == nil || !strings.Contains(err.Error(), "exists") {
		t.Errorf("Write = %v, want it to say that the file exists", err)
	}
	if text, err := os.ReadFile(name); err != nil || string(text) != "mine" {
		t.Errorf("the file is %q, %v", text, err)
	}
}

func TestBadNamesAreRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "Upper", "../x", "a b"} {
		if _, err := scaffold.Write(scaffold.Config{Kind: "bot", Name: name, Dir: t.TempDir()}); err == nil {
			t.Errorf("Write accepted the name %q", name)
		}
	}
}
