package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// ownership is what keeps other processes out of a database: the lock beside it, by its resolved name, and the lock on
// the file itself.
type ownership struct {
	name   string // as it was given, for people
	path   string // resolved
	beside *os.File
	file   *os.File
}

// own takes a database, which is made when it is missing.
func own(path string) (*ownership, error) {
	o := &ownership{name: path}
	var err error
	if o.path, err = resolve(path); err != nil {
		return nil, err
	}
	if o.beside, err = lockFile(o.path+".lock", path); err != nil {
		return nil, err
	}
	if err := o.take(); err != nil {
		return nil, errors.Join(err, o.release())
	}
	return o, nil
}

func (o *ownership) take() (err error) {
	if o.file, err = os.OpenFile(o.path, os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return fmt.Errorf("the database cannot be written (%w); it must be a file that this user may read and write", err)
	}
	held, err := holdFile(o.file)
	if err != nil {
		return fmt.Errorf("lock %s: %w; the file system must support locks, so use a local disk", o.name, err)
	}
	if !held {
		return inUse(o.beside, o.name)
	}
	info, err := o.file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("the database %s is not a file", o.name)
	}
	// The write-ahead log is found by the name: by another one, what is only in the log would be missing.
	if n := links(info); n > 1 {
		return fmt.Errorf("the database %s has %d names (hard links), of which only one may be used; remove the others, or make copies of them", o.name, n)
	}
	if err := o.beside.Truncate(0); err != nil {
		return fmt.Errorf("lock store: %w", err)
	}
	if _, err := o.beside.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0); err != nil && !full(err, filepath.Dir(o.path)) {
		return fmt.Errorf("lock store: %w", err) // on a full disk the lock holds without the number
	}
	return nil
}

func full(err error, dir string) bool { return err != nil && fullDisk(dir) }

// release gives the database back. The engine's connections must be closed.
func (o *ownership) release() error {
	var errs []error
	for _, f := range []*os.File{o.file, o.beside} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}

// resolve returns the name of a database without symbolic links, also when it is still missing.
func resolve(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	name, err := filepath.EvalSymlinks(path)
	if err == nil {
		return name, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if target, err := os.Readlink(path); err == nil { // its target is missing
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		return resolve(target)
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, filepath.Base(path)), nil
}

// Moved returns an error when the file at the database's path is no longer the one that is open: what is written would be
// lost with it.
func (s *Store) Moved() error {
	open, err := s.owned.file.Stat()
	if err != nil {
		return err
	}
	now, err := os.Stat(s.owned.path)
	if err == nil && !os.SameFile(open, now) {
		err = errors.New("another file has its name")
	}
	if err != nil {
		return fmt.Errorf("the database file was moved or removed while the server runs; stop the server and restore it: %w", err)
	}
	return nil
}

// explain names a fault of the disk as a full disk where there is no room: the engine reports both as an I/O error.
func (s *Store) explain(err error) error {
	f, ok := errors.AsType[*store.Fault](err)
	if ok && (f.Name == store.FaultDisk || f.Name == store.FaultUnreachable) && fullDisk(filepath.Dir(s.owned.path)) {
		return &store.Fault{Name: store.FaultFull, Err: err}
	}
	return err
}
