package node

import (
	"os"
	"os/exec"
	"testing"
)

// TestStarved reads of this very process, whose main thread has had to wait
// for a processor some time since it began, and of one that is gone.
func TestStarved(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/schedstat"); err != nil {
		t.Skip("this kernel does not count how long a thread waits for a processor")
	}
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: &exec.Cmd{Process: self}}
	if c.starved() <= 0 {
		t.Error("this process never waited for a processor")
	}
	gone := &child{cmd: &exec.Cmd{Process: &os.Process{Pid: 1 << 30}}}
	if d := gone.starved(); d != 0 {
		t.Errorf("a process that is gone waited %s", d)
	}
}
