package vault

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

// keySize is the size of master and data keys, in bytes.
const keySize = 32

// Master is the key that data keys are sealed under. It does not show itself
// in logs.
type Master struct{ key []byte }

// LogValue hides the key.
func (Master) LogValue() slog.Value { return slog.StringValue("[hidden]") }

// String hides the key.
func (Master) String() string { return "[hidden]" }

// GoString hides the key.
func (Master) GoString() string { return "[hidden]" }

// ParseMaster reads a master key: 32 bytes in base64, of any alphabet and with
// or without padding, or in hexadecimal. Space around it is ignored. The error
// does not hold the text.
func ParseMaster(text []byte) (Master, error) {
	text = bytes.TrimSpace(text)
	if key, err := hex.DecodeString(string(text)); err == nil && len(key) == keySize {
		return Master{key}, nil
	}
	bare := string(bytes.TrimRight(text, "="))
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if key, err := encoding.DecodeString(bare); err == nil && len(key) == keySize {
			return Master{key}, nil
		}
	}
	return Master{}, errors.New("a master key is 32 random bytes in base64; make one with: openssl rand -base64 32")
}

// NewMaster makes a master key and the text that ParseMaster reads.
func NewMaster() (Master, string) {
	key := make([]byte, keySize)
	rand.Read(key) // never fails
	return Master{key}, base64.StdEncoding.EncodeToString(key)
}

// ReadMaster reads a master key from a file, which others than its owner may
// not read.
func ReadMaster(path string) (Master, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Master{}, fmt.Errorf("read the master key: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		return Master{}, fmt.Errorf("the master key in %s can be read by others (mode %04o); run: chmod 600 %s", path, mode, path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Master{}, fmt.Errorf("read the master key: %w", err)
	}
	m, err := ParseMaster(text)
	if err != nil {
		return Master{}, fmt.Errorf("the master key in %s: %w", path, err)
	}
	return m, nil
}

// ReadOrMakeMaster reads the master key from a file, and makes the file with a
// new key when there is none.
func ReadOrMakeMaster(path string) (Master, error) {
	m, err := ReadMaster(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return m, err
	}
	_, text := NewMaster()
	if err := writeNew(path, text+"\n"); err != nil && !errors.Is(err, fs.ErrExist) {
		return Master{}, fmt.Errorf("write the master key: %w", err)
	}
	return ReadMaster(path) // another process may have been first
}

// writeNew writes a file that must not exist, whole or not at all.
func writeNew(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".master-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err := f.WriteString(text); err != nil {
		f.Close()
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes the names in a folder durable, where the system can.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// commandTimeout bounds a command that prints the master key.
const commandTimeout = time.Minute

// CommandMaster runs a command of the shell that prints the master key. The
// error holds what the command wrote to standard error, not what it printed.
func CommandMaster(ctx context.Context, command string) (Master, error) {
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	out, err := exec.CommandContext(ctx, "sh", "-c", command).Output()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		return Master{}, fmt.Errorf("the command for the master key: %w: %s", err, bytes.TrimSpace(exit.Stderr))
	}
	if err != nil {
		return Master{}, fmt.Errorf("the command for the master key: %w", err)
	}
	m, err := ParseMaster(out)
	if err != nil {
		return Master{}, fmt.Errorf("the command for the master key: %w", err)
	}
	return m, nil
}
