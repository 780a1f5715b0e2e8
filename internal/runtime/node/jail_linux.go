package node

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// jail is what holds processes beside Node's own permissions.
type jail struct {
	files    bool // Landlock's rules
	calls    bool // the filter of system calls
	readable []string
	uid, gid int // -1: the server's own
	data     uint64
	open     uint64
	tasks    int // threads and processes of the user
}

func (s *Supervisor) newJail(path string) (jail, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return jail{}, err
	}
	j := jail{
		files: landlockVersion() > 0, calls: architecture() != 0, tasks: maxTasks, readable: append([]string{real, shell}, system...), uid: -1, gid: -1,
		// The heap, what V8 keeps beside it, and the stacks of its threads.
		data: uint64(2*(s.cfg.Memory+s.cfg.Overhead)+1024) << 20, open: uint64(s.cfg.Files),
	}
	if os.Geteuid() != 0 {
		return j, nil
	}
	uid, gid, ok := strings.Cut(s.cfg.User, ":")
	if !ok {
		gid = uid
	}
	var err1, err2 error
	j.uid, err1 = strconv.Atoi(uid)
	j.gid, err2 = strconv.Atoi(gid)
	if err := errors.Join(err1, err2); err != nil || j.uid < 0 || j.gid < 0 {
		return j, fmt.Errorf("node-user: %q is not a user's number, as 65534 or 1000:1000", s.cfg.User)
	}
	return j, nil
}

// String tells for the log what holds.
func (j jail) String() string {
	held := "permissions"
	if j.files {
		held += ", landlock " + strconv.Itoa(landlockVersion())
	}
	if j.calls {
		held += ", seccomp"
	}
	if j.uid >= 0 {
		held += ", user " + strconv.Itoa(j.uid)
	}
	return held
}

func (j jail) as() string {
	if j.uid < 0 {
		return ""
	}
	return fmt.Sprintf(" as user %d, who must be able to run it (see --node-user)", j.uid)
}

// child is a process and all that it starts: a process group.
type child struct {
	cmd  *exec.Cmd
	exit chan error
}

// start starts a command in the jail. The thread that does so is restricted
// first, since what holds a process is inherited, and stays until the process
// has ended, since the process is killed when this thread goes; then it ends
// itself, as it can not be freed again.
func (j jail) start(cmd *exec.Cmd) (*child, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if j.uid >= 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(j.uid), Gid: uint32(j.gid)}
	}
	cmd.Args = append([]string{"sh", "-c", j.limits(), cmd.Path}, append([]string{cmd.Path}, cmd.Args[1:]...)...)
	cmd.Path = shell
	c := &child{cmd: cmd, exit: make(chan error, 1)}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		err := j.restrictThread()
		if err == nil {
			err = cmd.Start()
		}
		started <- err
		if err == nil {
			c.exit <- cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return c, nil
}

const shell = "/bin/sh"

// maxTasks is how many threads the user of the processes may have, all of them
// together: enough for hundreds of processes, and too few to harm a machine.
const maxTasks = 4096

// limits is a shell's script that bounds what the program of its arguments
// takes: a process of another user cannot be bounded from outside without a
// capability that a server in a container does not have.
func (j jail) limits() string {
	return fmt.Sprintf(`ulimit -c 0; ulimit -n %d; ulimit -d %d; ulimit -u %[3]d 2>&- || ulimit -p %[3]d; exec "$@"`,
		j.open, j.data>>10, j.tasks)
}

func (j jail) restrictThread() error {
	const below = 5 // the server goes first
	if err := unix.Setpriority(unix.PRIO_PROCESS, 0, below); err != nil {
		return fmt.Errorf("lower the priority: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no_new_privs: %w", err)
	}
	if j.files {
		if err := landlock(j.readable); err != nil {
			return err
		}
	}
	if !j.calls {
		return nil
	}
	return refuseCalls()
}

func (c *child) pid() int { return c.cmd.Process.Pid }

func (c *child) wait() error { return <-c.exit }

// kill ends the group, also when its first process has gone.
func (c *child) kill() { _ = unix.Kill(-c.pid(), unix.SIGKILL) }

// resident is how much memory the process has, in bytes; 0 when it is gone.
func (c *child) resident() int64 {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(c.pid()) + "/statm")
	fields := bytes.Fields(text)
	if err != nil || len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(string(fields[1]), 10, 64)
	return pages * int64(os.Getpagesize())
}

// processorTime is what the process has taken of processors; 0 when it is gone.
func (c *child) processorTime() time.Duration {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(c.pid()) + "/stat")
	// The second field is the name in brackets, which may hold spaces.
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	if err != nil || len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(string(fields[11]), 10, 64)
	system, _ := strconv.ParseInt(string(fields[12]), 10, 64)
	return time.Duration(user+system) * clockTick
}

// starved is how long the process's main thread, which has the event loop, was
// ready to run and had to wait for a processor, as proc(5) has it in schedstat;
// 0 when it is gone or the kernel does not count.
func (c *child) starved() time.Duration {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(c.pid()) + "/schedstat")
	fields := bytes.Fields(text)
	if err != nil || len(fields) < 2 {
		return 0
	}
	waited, _ := strconv.ParseInt(string(fields[1]), 10, 64)
	return time.Duration(waited)
}

// clockTick is the unit of processor times in /proc on all of Linux's platforms.
const clockTick = 10 * time.Millisecond

// stop and resume hold the process and let it go on.
func (c *child) stop()   { _ = unix.Kill(-c.pid(), unix.SIGSTOP) }
func (c *child) resume() { _ = unix.Kill(-c.pid(), unix.SIGCONT) }

func socketPair() (ours, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("make a socket: %w", err)
	}
	if err := unix.SetNonblock(fds[0], true); err != nil {
		return nil, nil, err
	}
	return os.NewFile(uintptr(fds[0]), "code"), os.NewFile(uintptr(fds[1]), "server"), nil
}
