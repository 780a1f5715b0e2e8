package node

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// system is what Node and its libraries read: programs' files, name look-up,
// time zones and certificates.
var system = []string{
	"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store",
	"/usr/share/nodejs", "/usr/share/zoneinfo", "/usr/share/ca-certificates", "/etc/ssl", "/etc/pki", "/etc/ca-certificates",
	"/etc/ld.so.cache", "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/localtime",
	"/dev/null", "/dev/zero", "/dev/random", "/dev/urandom",
}

// landlockVersion is the kernel's, 0 when it has none.
func landlockVersion() int {
	n, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return 0
	}
	return int(n)
}

const (
	readFile   = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_EXECUTE
	readFolder = readFile | unix.LANDLOCK_ACCESS_FS_READ_DIR
	firstFS    = 1<<13 - 1 // the rights of version 1
)

// landlock keeps this thread, and what it starts, from all files but those that
// are readable, and from listening and from signals to others where the kernel
// can do that.
func landlock(readable []string) error {
	version := landlockVersion()
	rules := unix.LandlockRulesetAttr{Handled_access_fs: firstFS}
	if version >= 2 {
		rules.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_REFER
	}
	if version >= 3 {
		rules.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	if version >= 4 {
		rules.Handled_access_net = unix.LANDLOCK_ACCESS_NET_BIND_TCP
	}
	if version >= 5 {
		rules.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	}
	if version >= 6 {
		rules.Scoped = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL
	}
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&rules)), unsafe.Sizeof(rules), 0)
	if errno != 0 {
		return fmt.Errorf("landlock: %w", errno)
	}
	defer unix.Close(int(fd))
	for _, path := range readable {
		if err := allow(int(fd), path); err != nil {
			return fmt.Errorf("landlock: %s: %w", path, err)
		}
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0); errno != 0 {
		return fmt.Errorf("landlock: %w", errno)
	}
	return nil
}

// allow lets a path be read; one that is not there is left out.
func allow(rules int, path string) error {
	f, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ENOENT) {
		return nil
	} else if err != nil {
		return err
	}
	defer unix.Close(f)
	var stat unix.Stat_t
	if err := unix.Fstat(f, &stat); err != nil {
		return err
	}
	beneath := unix.LandlockPathBeneathAttr{Allowed_access: readFile, Parent_fd: int32(f)}
	if stat.Mode&unix.S_IFMT == unix.S_IFDIR {
		beneath.Allowed_access = readFolder
	}
	_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(rules), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&beneath)), 0, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}
