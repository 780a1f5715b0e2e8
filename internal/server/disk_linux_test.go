package server_test

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// inNamespace marks the process that mounts file systems of its own.
const inNamespace = "BELLHOP_TEST_NAMESPACE"

// A start on a full, a read-only or a failing disk states so, and goes well when there is room again.
func TestStartsOnUnusableDisksAreRefused(t *testing.T) {
	if os.Getenv(inNamespace) == "" {
		again := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
		again.Env = append(os.Environ(), inNamespace+"=1")
		again.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
		}
		out, err := again.CombinedOutput()
		if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSPC) {
			t.Skipf("this system lets no one mount file systems: %v", err)
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	stopped, _ := used(t)
	full := mount(t, "size=8m")
	filler := filepath.Join(full, "filler")
	fill := func(left int) {
		t.Helper()
		var st syscall.Statfs_t
		if err := syscall.Statfs(full, &st); err != nil {
			t.Fatal(err)
		}
		write(t, filler, strings.Repeat("x", int(st.Bavail)*int(st.Bsize)-left))
	}
	for _, left := range []int{0, 4 << 10, 64 << 10, 256 << 10} {
		fill(left)
		data := filepath.Join(full, "new")
		_, err := opened(t, data, nil)
		wantError(t, err, "is full: free space and start again")
		remove(t, filler)
		if _, err := opened(t, data, nil); err != nil {
			t.Errorf("with room again, %d bytes were left before: %v", left, err)
		}
		remove(t, data)
	}
	readOnly := mount(t, "size=32m")
	copyFolder(t, stopped, filepath.Join(readOnly, "data"))
	if err := syscall.Mount("", readOnly, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	for _, data := range []string{"data", "new"} {
		_, err := opened(t, filepath.Join(readOnly, data), nil)
		wantError(t, err, "read-only: mount it writable, or choose another folder with --data")
	}
	brokenDisk(t)
	data := filepath.Join(t.TempDir(), "data")
	_, err := opened(t, data, nil)
	wantError(t, err, "disk_error")
	wantError(t, err, "see the machine's log")
}

// brokenDisk makes writes behind the first few pages of a file fail with an error that is not about room.
func brokenDisk(t *testing.T) {
	t.Helper()
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 16 << 10, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
			t.Error(err)
		}
	})
}

func mount(t *testing.T, options string) string {
	t.Helper()
	path := t.TempDir()
	if err := syscall.Mount("tmpfs", path, "tmpfs", 0, options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(path, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return path
}

func wantError(t *testing.T, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("Open = %v, want an error with %q", err, text)
	}
}

// A data folder of another user is refused with what to do about it.
func TestFoldersWithoutPermissionAreRefused(t *testing.T) {
	t.Parallel()
	stopped, _ := used(t)
	for _, part := range []string{".", "bellhop.db", "master.key"} {
		data := filepath.Join(t.TempDir(), "data")
		copyFolder(t, stopped, data)
		path := filepath.Clean(filepath.Join(data, part))
		if err := os.Chmod(path, 0); err != nil {
			t.Fatal(err)
		}
		done := make(chan error)
		go func() {
			if os.Getuid() == 0 { // as another user, on this thread, which ends with the goroutine
				runtime.LockOSThread()
				parent := filepath.Dir(data)
				if err := errors.Join(os.Chmod(parent, 0o755), os.Chmod(filepath.Dir(parent), 0o755), give(data)); err != nil {
					done <- err
					return
				}
			}
			_, err := opened(t, data, nil)
			done <- err
		}()
		wantError(t, <-done, "chown -R")
		if err := os.Chmod(path, 0o700); err != nil {
			t.Fatal(err)
		}
	}
}

// stranger is a user that is not the superuser.
const stranger = 65534

// give gives a folder to the stranger, as whom this thread opens files from now on.
func give(data string) error {
	err := filepath.WalkDir(data, func(path string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Chown(path, stranger, stranger))
	})
	if err != nil {
		return err
	}
	return syscall.Setfsuid(stranger)
}
