package vrl

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"io"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bellhop-dev/bellhop/internal/requiretest"
)

// reference is the engine that the scripts were written for, under Node.
type reference struct {
	mu  sync.Mutex
	in  io.Writer
	out *bufio.Scanner
}

// verdict is what the reference says of a program.
type verdict struct {
	Compiles bool            `json:"compiles"`
	Result   json.RawMessage `json:"result"`
	Error    string          `json:"error"`
}

func newReference(t testing.TB) *reference {
	t.Helper()
	dir := requiretest.NodePackage(t, "@bpinternal/verel")
	cmd := exec.Command(requiretest.Tool(t, "node"), filepath.Join(dir, "verel.mjs"))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		cmd.Wait()
	})
	scanner := bufio.NewScanner(out)
	scanner.Buffer(nil, 16<<20)
	return &reference{in: in, out: scanner}
}

func (r *reference) run(t testing.TB, program string, event any) verdict {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	line, err := json.Marshal(map[string]any{"program": program, "event": event})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.in.Write(append(line, '\n')); err != nil {
		t.Fatal(err)
	}
	if !r.out.Scan() {
		t.Fatalf("the reference engine ended at %q", program)
	}
	var v verdict
	if err := json.Unmarshal(r.out.Bytes(), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// outcome is what a program gives here: as JSON, or an error.
func outcome(program string, event any) (result any, compiled bool, err error) {
	p, err := Compile(program, Limits{})
	if err != nil {
		return nil, false, err
	}
	v, err := p.Run(context.Background(), event)
	if err != nil {
		return nil, true, err
	}
	return decoded(v), true, nil
}

// decoded is a value as its JSON reads: text in UTF-8, numbers as floats.
func decoded(v any) any {
	switch v := v.(type) {
	case string:
		return lossy(v)
	case int64:
		return float64(v)
	case float64:
		if v == 0 {
			return float64(0)
		}
		return v
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			list[i] = decoded(e)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(v))
		for key, e := range v {
			object[key] = decoded(e)
		}
		return object
	}
	return v
}

// compare fails the test when both run the program and differ.
func (r *reference) compare(t testing.TB, program string, event any) (agreed bool) {
	t.Helper()
	want := r.run(t, program, event)
	got, compiled, err := outcome(program, event)
	if !want.Compiles || !compiled {
		return false
	}
	if want.Error != "" || err != nil {
		if (want.Error == "") != (err == nil) {
			t.Errorf("%q of %v: error %v, the reference engine says %q", program, event, err, want.Error)
		}
		return err != nil && want.Error != ""
	}
	var wanted any
	if err := json.Unmarshal(want.Result, &wanted); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(decoded(wanted), got); diff != "" {
		t.Errorf("%q of %v differs from the reference engine (-reference +here):\n%s", program, event, diff)
	}
	return true
}

// TestReferenceAgrees runs the samples, made programs and changed samples
// through both engines.
func TestReferenceAgrees(t *testing.T) {
	t.Parallel()
	r := newReference(t)
	for _, program := range samples {
		for _, event := range events {
			r.compare(t, program, event)
		}
	}
	for _, program := range accepted {
		if v := r.run(t, program, events[0]); !v.Compiles {
			t.Errorf("%q: the reference engine refuses it: %s", program, v.Error)
		}
		if _, err := Compile(program, Limits{}); err != nil {
			t.Errorf("%q: %v", program, err)
		}
	}
	m := &maker{seed: *seed}
	agreed := 0
	for range *made {
		if r.compare(t, m.program(), events[m.pick(len(events))]) {
			agreed++
		}
		if program := m.mutant(); canCompare(program) {
			r.compare(t, program, events[0])
		}
		if t.Failed() {
			t.Fatalf("found with -vrl.seed=%d", *seed)
		}
	}
	t.Logf("%d of %d made programs run in both engines, alike", agreed, *made)
	if agreed < *made/3 {
		t.Errorf("only %d of %d made programs run in both engines", agreed, *made)
	}
}

// Another seed makes other programs; for a long look give many.
var (
	seed = flag.Uint64("vrl.seed", 1, "where the sequence of made programs begins; not 0")
	made = flag.Int("vrl.programs", 1000, "how many programs to make")
)

// canCompare tells whether a mutant can be compared: the texts of errors
// differ, and the reference engine's numbers lose their last digits on the way.
func canCompare(program string) bool {
	return !errorAssignment.MatchString(program) && !hasLongNumber(program)
}

var errorAssignment = regexp.MustCompile(`,[^,]*=`)

func hasLongNumber(s string) bool {
	digits := 0
	for _, c := range s {
		if c >= '0' && c <= '9' || c == '_' {
			digits++
		} else {
			digits = 0
		}
		if digits > 12 {
			return true
		}
	}
	return false
}
