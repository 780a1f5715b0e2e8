package node

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// refused are system calls that Node has no need of and that reach into other
// processes, the machine's set-up, or parts of the kernel that are seldom used.
// Most want a privilege as well, which a container may give by mistake.
var refused = []uint32{
	unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PROCESS_MADVISE, unix.SYS_PIDFD_GETFD, unix.SYS_KCMP,
	unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_PIVOT_ROOT, unix.SYS_CHROOT, unix.SYS_MOVE_MOUNT, unix.SYS_OPEN_TREE, unix.SYS_MOUNT_SETATTR,
	unix.SYS_FSOPEN, unix.SYS_FSCONFIG, unix.SYS_FSMOUNT, unix.SYS_FSPICK, unix.SYS_UNSHARE, unix.SYS_SETNS,
	unix.SYS_KEYCTL, unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY, unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN, unix.SYS_USERFAULTFD,
	unix.SYS_IO_URING_SETUP, unix.SYS_IO_URING_ENTER, unix.SYS_IO_URING_REGISTER, unix.SYS_FANOTIFY_INIT,
	unix.SYS_OPEN_BY_HANDLE_AT, unix.SYS_NAME_TO_HANDLE_AT, unix.SYS_EXECVEAT, unix.SYS_KEXEC_LOAD, unix.SYS_INIT_MODULE,
	unix.SYS_FINIT_MODULE, unix.SYS_DELETE_MODULE, unix.SYS_REBOOT, unix.SYS_SWAPON, unix.SYS_SWAPOFF, unix.SYS_ACCT, unix.SYS_QUOTACTL,
	unix.SYS_SYSLOG, unix.SYS_PERSONALITY,
}

// families are the sockets that code may make: to the network, and those by
// which name look-up learns of addresses. Local ones lead to other services of
// the machine, which trust who can open their files.
var families = []uint32{unix.AF_INET, unix.AF_INET6, unix.AF_NETLINK}

// ownFork is how this server starts a process (os/exec), and tryFork how it
// finds out, once, that it can do so. Node starts its own in other ways, so a
// thread can be held to these before it starts Node.
const (
	tryFork = unix.CLONE_VFORK | unix.CLONE_VM | unix.CLONE_PIDFD
	ownFork = tryFork | uint32(unix.SIGCHLD)
)

// The words of a call as a filter sees it.
const (
	callNumber = 0
	callArch   = 4
	callFirst  = 16 // the first argument, its lower half
)

// architecture is this program's as filters see it; 0 where there is no filter.
func architecture() uint32 {
	switch runtime.GOARCH {
	case "amd64":
		return unix.AUDIT_ARCH_X86_64
	case "arm64":
		return unix.AUDIT_ARCH_AARCH64
	}
	return 0
}

// callFilter is the program that decides each system call.
func callFilter() []unix.SockFilter {
	load := func(word uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: word}
	}
	end := func(action uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: action}
	}
	// unless skips the next instructions, if what was loaded is not so.
	unless := func(test uint16, value uint32, skip uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | test | unix.BPF_K, K: value, Jf: skip}
	}
	fail := func(errno unix.Errno) unix.SockFilter { return end(unix.SECCOMP_RET_ERRNO | uint32(errno)) }
	allow := end(unix.SECCOMP_RET_ALLOW)

	program := []unix.SockFilter{
		load(callArch),
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: architecture(), Jt: 1},
		fail(unix.ENOSYS), // numbers of another architecture mean something else
		load(callNumber),
	}
	if runtime.GOARCH == "amd64" {
		const x32, fork, vfork = 0x40000000, 57, 58 // which arm64 does not have
		program = append(program,
			unless(unix.BPF_JGE, x32, 1), fail(unix.ENOSYS),
			unless(unix.BPF_JEQ, fork, 1), fail(unix.EPERM), unless(unix.BPF_JEQ, vfork, 1), fail(unix.EPERM))
	}
	for _, number := range refused {
		program = append(program, unless(unix.BPF_JEQ, number, 1), fail(unix.EPERM))
	}
	program = append(program,
		// Its arguments are in memory, out of sight; without it there is clone.
		unless(unix.BPF_JEQ, unix.SYS_CLONE3, 1), fail(unix.ENOSYS),
		unless(unix.BPF_JEQ, unix.SYS_CLONE, 8), load(callFirst),
		unless(unix.BPF_JSET, unix.CLONE_THREAD, 1), allow,
		unless(unix.BPF_JEQ, ownFork, 1), allow,
		unless(unix.BPF_JEQ, tryFork, 1), allow, fail(unix.EPERM))
	program = append(program, unless(unix.BPF_JEQ, unix.SYS_SOCKET, uint8(2*len(families)+2)), load(callFirst))
	for _, family := range families {
		program = append(program, unless(unix.BPF_JEQ, family, 1), allow)
	}
	return append(program, fail(unix.EACCES), allow)
}

// refuseCalls keeps this thread, and what it starts, from system calls. It
// wants no_new_privs.
func refuseCalls() error {
	program := callFilter()
	filter := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	// Without the flag old kernels slow down all that the process computes.
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_SPEC_ALLOW, uintptr(unsafe.Pointer(&filter)))
	runtime.KeepAlive(program)
	if errno != 0 {
		return fmt.Errorf("seccomp: %w", errno)
	}
	return nil
}
