// Package scaffold writes the start of an integration or a bot in Go: a small
// program that builds, passes its own test and can be served and installed at
// once.
package scaffold

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"
)

//go:embed template
var templates embed.FS

// Module is the module that written programs need.
const Module = "github.com/bellhop-dev/bellhop"

// Config says what to write.
type Config struct {
	Kind string // integration or bot
	Name string // lower-case letters, digits and dashes
	Dir  string // is made; "" means the name
	// Bellhop is the folder of a checkout of Bellhop to build against; "" means
	// the release Version, or nothing when Dir is inside the checkout itself.
	Bellhop string
	Version string // of Bellhop, for go.mod
}

// data is what templates see.
type data struct {
	Name, Dir string
	Inside    bool // in a checkout of Bellhop, whose go.mod serves
}

var (
	nameForm    = regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`)
	releaseForm = regexp.MustCompile(`^v[0-9]+\.[0-9]+\.[0-9]+(-[a-z]+(\.[0-9]+)*)?$`)
)

// Write writes the files and returns their names. It never changes a file that
// exists.
func Write(cfg Config) (files []string, err error) {
	if !nameForm.MatchString(cfg.Name) {
		return nil, fmt.Errorf("name: %.80q is not a name; use lower-case letters, digits and dashes", cfg.Name)
	}
	if cfg.Dir == "" {
		cfg.Dir = cfg.Name
	}
	root := "template/" + cfg.Kind
	entries, err := templates.ReadDir(root)
	if err != nil {
		return nil, fmt.Errorf("kind: %.40q is not integration or bot", cfg.Kind)
	}
	inside, err := insideBellhop(cfg.Dir)
	if err != nil {
		return nil, err
	}
	texts := map[string][]byte{}
	if !inside {
		if texts["go.mod"], err = goMod(cfg); err != nil {
			return nil, err
		}
	}
	for _, entry := range entries {
		d := data{Name: cfg.Name, Dir: filepath.ToSlash(cfg.Dir), Inside: inside}
		if texts[strings.TrimSuffix(entry.Name(), ".tmpl")], err = render(root+"/"+entry.Name(), d); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(cfg.Dir, 0o755); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		path := filepath.Join(cfg.Dir, name)
		if err := create(path, texts[name]); err != nil {
			return files, err
		}
		files = append(files, path)
	}
	return files, nil
}

func render(name string, d data) ([]byte, error) {
	t, err := template.ParseFS(templates, name)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, d); err != nil {
		return nil, err
	}
	if !strings.HasSuffix(name, ".go.tmpl") {
		return b.Bytes(), nil
	}
	return format.Source(b.Bytes())
}

func create(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists; take another folder with --dir", name)
	} else if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

// insideBellhop reports whether the folder is in a checkout of Bellhop, whose
// go.mod then serves.
func insideBellhop(dir string) (bool, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return false, err
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil {
			return strings.HasPrefix(string(text), "module "+Module+"\n"), nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return false, nil
		}
		dir = parent
	}
}

func goMod(cfg Config) ([]byte, error) {
	const form = "module %s\n\ngo 1.26.0\n\nrequire %s %s\n"
	if cfg.Bellhop == "" {
		if !releaseForm.MatchString(cfg.Version) {
			return nil, fmt.Errorf("this build of bellhop (%.40q) is not a release that go.mod could name; give the checkout to build against with --bellhop DIR", cfg.Version)
		}
		return fmt.Appendf(nil, form, cfg.Name, Module, cfg.Version), nil
	}
	dir, err := filepath.Abs(cfg.Bellhop)
	if err != nil {
		return nil, err
	}
	if inside, err := insideBellhop(dir); err != nil || !inside {
		return nil, errors.Join(err, fmt.Errorf("bellhop: %s is not a checkout of Bellhop", cfg.Bellhop))
	}
	return fmt.Appendf(nil, form+"\nreplace %s => %q\n", cfg.Name, Module, "v0.0.0", Module, dir), nil
}
