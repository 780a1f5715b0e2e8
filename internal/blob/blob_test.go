package blob_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/blob"
)

func open(t *testing.T) (*blob.Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "files")
	s, err := blob.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s, dir
}

func stage(t *testing.T, s *blob.Store, text string) *blob.Staged {
	t.Helper()
	b, err := s.Stage(strings.NewReader(text), 100)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func read(t *testing.T, s *blob.Store, hash string) string {
	t.Helper()
	f, err := s.Open(hash)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	raw, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestBytesAreKeptOnceUnderTheirHash(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	one, two := stage(t, s, "hello"), stage(t, s, "hello")
	if one.Hash != two.Hash || one.Size != 5 {
		t.Fatalf("staged as %+v and %+v", one, two)
	}
	if _, err := s.Open(one.Hash); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("before Keep: %v, want ErrNotFound", err)
	}
	for _, b := range []*blob.Staged{one, two, one} {
		if err := b.Keep(); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(one.Close(), two.Close()); err != nil {
		t.Fatal(err)
	}
	if got := read(t, s, one.Hash); got != "hello" {
		t.Errorf("read %q", got)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "incoming", "*")); len(left) != 0 {
		t.Errorf("%v are left", left)
	}
	if err := errors.Join(s.Remove(one.Hash), s.Remove(one.Hash)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(one.Hash); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("after Remove: %v, want ErrNotFound", err)
	}
}

func TestKeepGivesBackANameThatWasRemoved(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	b := stage(t, s, "hello")
	if err := errors.Join(b.Keep(), s.Remove(b.Hash), b.Keep(), b.Close()); err != nil {
		t.Fatal(err)
	}
	if got := read(t, s, b.Hash); got != "hello" {
		t.Errorf("read %q", got)
	}
}

func TestTooManyBytesLeaveNothing(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	if _, err := s.Stage(strings.NewReader("hello"), 4); !errors.Is(err, blob.ErrTooLarge) {
		t.Errorf("Stage = %v, want ErrTooLarge", err)
	}
	if _, err := s.Stage(io.MultiReader(strings.NewReader("he"), broken{}), 100); !errors.Is(err, errBroken) {
		t.Errorf("Stage = %v, want the reader's error", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "incoming", "*")); len(left) != 0 {
		t.Errorf("%v are left", left)
	}
}

var errBroken = errors.New("broken")

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errBroken }

func TestNamesThatAreNoHashesAreNotFound(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	if err := os.WriteFile(filepath.Join(filepath.Dir(dir), "secret"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "..", "../secret", "../../secret", strings.Repeat("A", 64), strings.Repeat("a", 63), strings.Repeat("/", 64)} {
		if _, err := s.Open(name); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("Open(%q) = %v, want ErrNotFound", name, err)
		}
	}
}

func TestEachTellsWhatIsKeptAndClearsWhatWasLeft(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	kept, left := stage(t, s, "kept"), stage(t, s, "left")
	if err := errors.Join(kept.Keep(), kept.Close()); err != nil {
		t.Fatal(err)
	}
	list := func(before time.Time) (names []string) {
		if err := s.Each(t.Context(), before, func(hash string) error {
			names = append(names, hash)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return names
	}
	if got := list(time.Now().Add(-time.Hour)); !slices.Equal(got, []string{kept.Hash}) {
		t.Errorf("Each = %v, want %v", got, kept.Hash)
	}
	if err := left.Keep(); err != nil {
		t.Errorf("a young upload was removed: %v", err)
	}
	list(time.Now().Add(time.Hour))
	if rest, _ := filepath.Glob(filepath.Join(dir, "incoming", "*")); len(rest) != 0 {
		t.Errorf("%v are left", rest)
	}
}
