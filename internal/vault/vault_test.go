package vault_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/vault"
)

// memory keeps keys for a test.
type memory struct {
	mu   sync.Mutex
	keys map[int64]string
}

func (m *memory) List(context.Context) (list []vault.Key, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(m.keys)) {
		list = append(list, vault.Key{ID: id, Sealed: m.keys[id]})
	}
	return list, nil
}

func (m *memory) Add(_ context.Context, key vault.Key) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, taken := m.keys[key.ID]; !taken {
		m.keys[key.ID] = key.Sealed
	}
	return nil
}

func (m *memory) Replace(_ context.Context, key vault.Key) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keys[key.ID] = key.Sealed
	return nil
}

func (m *memory) Remove(_ context.Context, below int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.keys, func(id int64, _ string) bool { return id < below })
	return nil
}

func open(t *testing.T, keys vault.Keys, master vault.Master, before ...vault.Master) *vault.Ring {
	t.Helper()
	r, err := vault.Open(t.Context(), keys, master, before...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSealedValuesOpenInTheirPlaceOnly(t *testing.T) {
	t.Parallel()
	master, _ := vault.NewMaster()
	r := open(t, &memory{keys: map[int64]string{}}, master)
	sealed := r.Seal("installation/a", []byte(`{"token":"hunter2"}`))
	if !vault.Sealed(sealed) || strings.Contains(sealed, "hunter2") {
		t.Errorf("sealed = %q", sealed)
	}
	if plain, err := r.Open("installation/a", sealed); err != nil || string(plain) != `{"token":"hunter2"}` {
		t.Errorf("Open = %q, %v", plain, err)
	}
	for name, try := range map[string]struct{ place, value string }{
		"another row":       {"installation/b", sealed},
		"changed at end":    {"installation/a", sealed[:len(sealed)-1] + string(sealed[len(sealed)-1]^1)},
		"cut":               {"installation/a", sealed[:len(sealed)-8]},
		"another key":       {"installation/a", strings.Replace(sealed, "~1.1.", "~1.2.", 1)},
		"not sealed":        {"installation/a", "{}"},
		"nothing":           {"installation/a", ""},
		"nothing but a key": {"installation/a", "~1.1."},
	} {
		if plain, err := r.Open(try.place, try.value); !errors.Is(err, vault.ErrRefused) {
			t.Errorf("%s: Open = %q, %v, want ErrRefused", name, plain, err)
		}
	}
	if again := r.Seal("installation/a", []byte(`{"token":"hunter2"}`)); again == sealed {
		t.Error("the same value seals alike twice")
	}
}

func TestKeysSurviveARestart(t *testing.T) {
	t.Parallel()
	master, text := vault.NewMaster()
	keys := &memory{keys: map[int64]string{}}
	sealed := open(t, keys, master).Seal("x", []byte("v"))
	again, err := vault.ParseMaster([]byte(text + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := open(t, keys, again).Open("x", sealed); err != nil || string(plain) != "v" {
		t.Errorf("Open = %q, %v", plain, err)
	}
	other, _ := vault.NewMaster()
	if _, err := vault.Open(t.Context(), keys, other); err == nil || !strings.Contains(err.Error(), "not the master key") {
		t.Errorf("Open with another master key: %v", err)
	}
}

func TestMasterKeyIsReplaced(t *testing.T) {
	t.Parallel()
	old, _ := vault.NewMaster()
	next, _ := vault.NewMaster()
	keys := &memory{keys: map[int64]string{}}
	sealed := open(t, keys, old).Seal("x", []byte("v"))
	open(t, keys, next, old)
	if plain, err := open(t, keys, next).Open("x", sealed); err != nil || string(plain) != "v" {
		t.Errorf("Open = %q, %v", plain, err)
	}
	if _, err := vault.Open(t.Context(), keys, old); err == nil {
		t.Error("the old master key still opens")
	}
}

func TestRotate(t *testing.T) {
	t.Parallel()
	master, _ := vault.NewMaster()
	keys := &memory{keys: map[int64]string{}}
	r := open(t, keys, master)
	first := r.Seal("x", []byte("v"))
	id, err := r.Rotate(t.Context())
	if err != nil || id != 2 {
		t.Fatalf("Rotate = %d, %v", id, err)
	}
	second := r.Seal("x", []byte("v"))
	if strings.HasPrefix(first, r.Prefix()) || !strings.HasPrefix(second, r.Prefix()) {
		t.Error("the newest key is not the current one")
	}
	for _, ring := range []*vault.Ring{r, open(t, keys, master)} {
		for _, sealed := range []string{first, second} {
			if _, err := ring.Open("x", sealed); err != nil {
				t.Error(err)
			}
		}
	}
	if err := r.Forget(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	for _, ring := range []*vault.Ring{r, open(t, keys, master)} {
		if _, err := ring.Open("x", first); !errors.Is(err, vault.ErrRefused) {
			t.Errorf("a forgotten key still opens: %v", err)
		}
		if _, err := ring.Open("x", second); err != nil {
			t.Error(err)
		}
	}
}

func TestNodesThatStartTogetherAgree(t *testing.T) {
	t.Parallel()
	master, _ := vault.NewMaster()
	keys := &memory{keys: map[int64]string{}}
	rings := make([]*vault.Ring, 8)
	var wg sync.WaitGroup
	for i := range rings {
		wg.Go(func() {
			var err error
			if rings[i], err = vault.Open(context.Background(), keys, master); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	sealed := rings[0].Seal("x", []byte("v"))
	for i, r := range rings {
		if _, err := r.Open("x", sealed); err != nil {
			t.Errorf("node %d: %v", i, err)
		}
	}
}

func TestMasterSources(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "keys", "master.key")
	if _, err := vault.ReadOrMakeMaster(path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := vault.CommandMaster(t.Context(), "cat '"+path+"'"); err != nil {
		t.Error(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		read func() (vault.Master, error)
		want string
	}{
		"open to others": {func() (vault.Master, error) { return vault.ReadMaster(path) }, "chmod 600"},
		"no file":        {func() (vault.Master, error) { return vault.ReadMaster(filepath.Join(dir, "none")) }, "none"},
		"a command fails": {func() (vault.Master, error) {
			return vault.CommandMaster(t.Context(), "echo no such secret >&2; exit 3")
		}, "no such secret"},
		"a command of words": {func() (vault.Master, error) { return vault.CommandMaster(t.Context(), "echo swordfish") }, "openssl rand"},
		"too short":          {func() (vault.Master, error) { return vault.ParseMaster([]byte("c3dvcmRmaXNo")) }, "32 random bytes"},
	} {
		_, err := tc.read()
		if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "swordfish") {
			t.Errorf("%s: error %v, want it to say %q", name, err, tc.want)
		}
	}
	m, err := vault.ParseMaster(text)
	if err != nil {
		t.Fatal(err)
	}
	key := strings.TrimSpace(string(text))
	if shown := fmt.Sprintf("%v %+v %#v %s", m, m, m, m); strings.Contains(shown, key) || !strings.Contains(shown, "hidden") {
		t.Errorf("a master key shows itself: %s", shown)
	}
}
