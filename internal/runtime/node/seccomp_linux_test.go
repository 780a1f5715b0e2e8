package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// jailed runs a program as code is held, without Node and its permissions, and
// returns what it printed and how it ended. Extra becomes its descriptor 3.
func jailed(t *testing.T, j jail, extra *os.File, program ...string) (string, error) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd := &exec.Cmd{Path: program[0], Args: program, Env: []string{jailedChild + "=1"}, Dir: "/", Stdout: w, Stderr: w}
	if extra != nil {
		cmd.ExtraFiles = []*os.File{extra}
	}
	c, err := j.start(cmd)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	err = c.wait()
	c.kill() // as finish does
	said, _ := io.ReadAll(r)
	return string(said), err
}

// jailFor is what holds a program of this machine.
func jailFor(t *testing.T, program string) jail {
	t.Helper()
	s := New(Config{})
	defer s.Close(context.Background())
	j, err := s.newJail(program)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// manyForks starts processes until it has 500 of them or one is refused.
const manyForks = `i=0; while [ $i -lt 500 ]; do (read x <&3) & i=$((i+1)); done; echo all of them`

// TestForksAreBounded has a program that Node does not hold start processes
// until it is refused, and sees that they go with it.
func TestForksAreBounded(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*jail){
		"by seccomp": func(*jail) {},
		// Of a user that has nothing else, where the test may choose one.
		"by number": func(j *jail) {
			if j.calls, j.tasks = false, 40; j.uid >= 0 {
				j.uid, j.gid = 64_321, 64_321
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := jailFor(t, shell)
			if change(&j); name == "by seccomp" && !j.calls {
				t.Skip("no filter for this architecture")
			}
			held, hold, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			said, err := jailed(t, j, held, shell, "-c", manyForks)
			if err == nil || strings.Contains(said, "all of them") || !strings.Contains(strings.ToLower(said), "fork") {
				t.Errorf("it printed %q and ended with %v, want it to be refused", said, err)
			}
			// Whoever still holds the other end would be waited for here.
			if err := held.Close(); err != nil {
				t.Fatal(err)
			}
			for err = nil; err == nil; {
				_, err = hold.Write([]byte("\n"))
			}
			if !errors.Is(err, unix.EPIPE) {
				t.Errorf("writing to what it left behind: %v, want that there is nobody", err)
			}
			_ = hold.Close()
		})
	}
}

const jailedChild = "BELLHOP_TEST_JAILED"

// TestRefusedCalls runs itself in the jail, where it makes each system call.
func TestRefusedCalls(t *testing.T) {
	t.Parallel()
	if os.Getenv(jailedChild) != "" {
		fmt.Print(makeRefusedCalls())
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	j := jailFor(t, self)
	if !j.calls {
		t.Skip("no filter for this architecture")
	}
	j.uid, j.gid = -1, -1 // who may run the test, and make the more calls
	said, err := jailed(t, j, nil, self, "-test.run=^TestRefusedCalls$", "-test.v")
	if err != nil || !strings.Contains(said, "refused all") {
		t.Errorf("it printed %q and ended with %v", said, err)
	}
}

// makeRefusedCalls makes each call, with arguments that make it fail in another
// way where it is not refused.
func makeRefusedCalls() string {
	const bad = ^uintptr(0)
	var told strings.Builder
	for _, number := range refused {
		if _, _, errno := unix.Syscall6(uintptr(number), bad, bad, bad, bad, bad, bad); errno != unix.EPERM {
			fmt.Fprintf(&told, "call %d: %v\n", number, errno)
		}
	}
	for family, want := range map[int]error{
		unix.AF_INET: nil, unix.AF_INET6: nil, unix.AF_NETLINK: nil,
		unix.AF_UNIX: unix.EACCES, unix.AF_ALG: unix.EACCES, unix.AF_VSOCK: unix.EACCES, unix.AF_PACKET: unix.EACCES,
	} {
		fd, err := unix.Socket(family, unix.SOCK_DGRAM, 0)
		if err == nil {
			_ = unix.Close(fd)
		}
		if want == nil && errors.Is(err, unix.EAFNOSUPPORT) {
			continue // a machine without IPv6
		}
		if !errors.Is(err, want) {
			fmt.Fprintf(&told, "socket of family %d: %v, want %v\n", family, err, want)
		}
	}
	if _, _, errno := unix.RawSyscall(unix.SYS_CLONE3, 0, 0, 0); errno != unix.ENOSYS {
		fmt.Fprintf(&told, "clone3: %v\n", errno)
	}
	if _, _, errno := unix.RawSyscall(unix.SYS_CLONE, unix.CLONE_NEWUSER|unix.CLONE_FS|uintptr(unix.SIGCHLD), bad, 0); errno != unix.EPERM {
		fmt.Fprintf(&told, "clone: %v\n", errno)
	}
	if told.Len() == 0 {
		return "refused all\n"
	}
	return told.String()
}
