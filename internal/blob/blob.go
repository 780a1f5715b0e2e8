// Package blob keeps the bytes of files on disk, named by their SHA-256: the
// same bytes are kept once. A name is there whole or not at all, and what was
// kept survives a crash. It knows nothing of files, bots or who may read; which
// names are still needed is the database's to say.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Errors that callers steer by.
var (
	// ErrFull: the disk is full; nothing was kept.
	ErrFull = errors.New("the disk is full")
	// ErrTooLarge: there are more bytes than were allowed.
	ErrTooLarge = errors.New("too many bytes")
	// ErrNotFound: there are no bytes of this name.
	ErrNotFound = errors.New("no such bytes")
)

// Store is a folder of bytes. It is safe for concurrent use, also by several
// processes that share the folder.
type Store struct{ dir string }

const incoming = "incoming"

// Open makes the folder when it is not there.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(filepath.Join(dir, incoming), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of files: %w", err)
	}
	return &Store{dir}, nil
}

// path is where the bytes of a name are; "" for what is no name.
func (s *Store) path(hash string) string {
	if raw, err := hex.DecodeString(hash); err != nil || len(raw) != sha256.Size || hash != hex.EncodeToString(raw) {
		return ""
	}
	return filepath.Join(s.dir, hash[:2], hash)
}

// Staged are bytes that are on disk but not kept under their name yet.
type Staged struct {
	Hash string
	Size int64

	store *Store
	temp  string
}

// Stage reads r to its end, at most limit bytes, and flushes them to disk.
// Close what it returns.
func (s *Store) Stage(r io.Reader, limit int64) (staged *Staged, err error) {
	f, err := os.CreateTemp(filepath.Join(s.dir, incoming), "*")
	if err != nil {
		return nil, classify(err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	digest := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, digest), io.LimitReader(r, limit+1))
	if err == nil && n > limit {
		err = ErrTooLarge
	}
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, classify(err)
	}
	return &Staged{Hash: hex.EncodeToString(digest.Sum(nil)), Size: n, store: s, temp: f.Name()}, nil
}

// Keep gives the bytes their name, durably. It may be called again, to give
// back a name that was removed meanwhile.
func (b *Staged) Keep() error {
	path := b.store.path(b.Hash)
	folder := filepath.Dir(path)
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return classify(err)
	}
	if err := os.Link(b.temp, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return classify(err)
	}
	// Another that keeps the same bytes may have made the folder or the name and
	// not flushed it yet.
	return errors.Join(syncFolder(b.store.dir), syncFolder(folder))
}

// Open opens the staged bytes for reading.
func (b *Staged) Open() (*os.File, error) { return os.Open(b.temp) }

// Close forgets the bytes unless they were kept.
func (b *Staged) Close() error { return os.Remove(b.temp) }

// Open opens bytes for reading. ErrNotFound when they are not there.
func (s *Store) Open(hash string) (*os.File, error) {
	path := s.path(hash)
	if path == "" {
		return nil, ErrNotFound
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFound
	}
	return f, err
}

// Remove forgets bytes; it does nothing when they are not there. Whoever reads
// them goes on.
func (s *Store) Remove(hash string) error {
	path := s.path(hash)
	if path == "" {
		return nil
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Each calls fn with the name of everything that is kept, and removes what was
// staged before a time and never kept: a process ended meanwhile.
func (s *Store) Each(ctx context.Context, before time.Time, fn func(hash string) error) error {
	return filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // removed meanwhile
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case d.IsDir():
			return nil
		case filepath.Base(filepath.Dir(path)) == incoming:
			if info, err := d.Info(); err == nil && info.ModTime().Before(before) {
				return os.Remove(path)
			}
			return nil
		case s.path(d.Name()) != path:
			return nil // not ours
		}
		return fn(d.Name())
	})
}

func syncFolder(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func classify(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}
