package requiretest

import (
	"os"
	"path/filepath"
	"testing"
)

func TestRequired(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		list, name string
		want       bool
	}{
		{"", "node", false},
		{"all", "node", true},
		{"initdb, node", "node", true},
		{"initdb", "node", false},
	} {
		if got := Required(tc.list, tc.name); got != tc.want {
			t.Errorf("Required(%q, %q) = %v, want %v", tc.list, tc.name, got, tc.want)
		}
	}
}

func TestFindLooksOffThePath(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	want := filepath.Join(dir, "15", "bin", "bellhop-no-such-tool")
	if err := os.MkdirAll(filepath.Dir(want), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(want, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	pattern := filepath.Join(dir, "*", "bin")
	if got := find("bellhop-no-such-tool", pattern); got != want {
		t.Errorf("find = %q, want %q", got, want)
	}
	if got := find("bellhop-other-tool", pattern); got != "" {
		t.Errorf("find of a missing tool = %q, want nothing", got)
	}
}
