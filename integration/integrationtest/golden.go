package integrationtest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// UpdateEnv is the environment variable that, when it is set, makes Golden
// write its files; the difference is then read in review.
const UpdateEnv = "BELLHOP_UPDATE_GOLDEN"

// Golden compares got with the file testdata/<name>.golden. Blanks in the name
// become underscores, so that the name of a test case will do.
func Golden(t testing.TB, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", strings.ReplaceAll(name, " ", "_")+".golden")
	if os.Getenv(UpdateEnv) != "" {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; set %s=1 to write it", err, UpdateEnv)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
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
