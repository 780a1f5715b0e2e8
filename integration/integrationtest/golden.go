package integrationtest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// UpdateEnv is the environment variable that, when it is set, makes Golden
// write its files; the difference is then read in review.
const UpdateEnv = "BELLHOP_UPDATE_GOLDEN"

// archives is held while a golden file of several cases is written.
var archives sync.Mutex

// Golden compares got with what testdata has under the name: for "in/text" the
// section text of testdata/in.txtar, for a name without a slash the file
// testdata/<name>.golden. Blanks in the name become underscores, so that the
// name of a test case will do.
func Golden(t testing.TB, name, got string) {
	t.Helper()
	name = strings.ReplaceAll(name, " ", "_")
	dir, section, grouped := strings.Cut(name, "/")
	file := filepath.Join("testdata", name+".golden")
	if grouped {
		file = filepath.Join("testdata", dir+".txtar")
	}
	if os.Getenv(UpdateEnv) != "" {
		updateGolden(t, file, section, got)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; set %s=1 to write it", err, UpdateEnv)
	}
	want := string(raw)
	if grouped {
		sections := txtar.Parse(raw).Files
		i := slices.IndexFunc(sections, func(f txtar.File) bool { return f.Name == section })
		if i < 0 {
			t.Fatalf("%s has no section %s; set %s=1 to write it", file, section, UpdateEnv)
		}
		want = string(sections[i].Data)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s %s (-want +got):\n%s", file, section, diff)
	}
}

// updateGolden writes a golden file, or its section.
func updateGolden(t testing.TB, file, section, got string) {
	t.Helper()
	archives.Lock()
	defer archives.Unlock()
	content := []byte(got)
	if section != "" {
		raw, err := os.ReadFile(file)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		all := txtar.Parse(raw)
		all.Files = slices.DeleteFunc(all.Files, func(f txtar.File) bool { return f.Name == section })
		all.Files = append(all.Files, txtar.File{Name: section, Data: content})
		slices.SortFunc(all.Files, func(a, b txtar.File) int { return strings.Compare(a.Name, b.Name) })
		content = txtar.Format(all)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// Pretty is v as JSON that a person reads, with a line's end.
func Pretty(t testing.TB, v any) string {
	t.Helper()
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var madeID = regexp.MustCompile(`\b(user|conv|msg)_[0-9A-Z]{26}\b`)

// Named writes the platform's ids of users, conversations and messages, which
// differ from run to run, as numbers in the order in which the text has them.
func Named(text string) string {
	names := map[string]string{}
	return madeID.ReplaceAllStringFunc(text, func(id string) string {
		if names[id] == "" {
			kind, _, _ := strings.Cut(id, "_")
			names[id] = fmt.Sprintf("%s_%d", kind, len(names)+1)
		}
		return names[id]
	})
}

// Runs writes each run of more than 18 of one character, blanks apart, as the
// character and the number: "x*4096".
func Runs(text string) string {
	var b strings.Builder
	all := []rune(text)
	for i := 0; i < len(all); {
		n := 1
		for i+n < len(all) && all[i+n] == all[i] {
			n++
		}
		if n > 18 && all[i] != ' ' {
			fmt.Fprintf(&b, "%c*%d", all[i], n)
		} else {
			b.WriteString(string(all[i : i+n]))
		}
		i += n
	}
	return b.String()
}
