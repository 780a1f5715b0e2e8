//go:build !linux

package node

import (
	"errors"
	"os"
	"os/exec"
	"time"
)

// jail is what holds processes beside Node's own permissions: nothing here.
type jail struct{ files, calls bool }

// child is a process.
type child struct{ cmd *exec.Cmd }

var errSystem = errors.New("uploaded code runs on Linux only; serve it (bp serve) and give its address as url")

func (s *Supervisor) newJail(string) (jail, error) { return jail{}, errSystem }

func (jail) String() string { return "" }

func (jail) as() string { return "" }

func (jail) start(*exec.Cmd) (*child, error) { return nil, errSystem }

func socketPair() (ours, theirs *os.File, err error) { return nil, nil, errSystem }

func (c *child) wait() error { return c.cmd.Wait() }

func (c *child) kill() { _ = c.cmd.Process.Kill() }

func (c *child) pid() int { return c.cmd.Process.Pid }

func (c *child) resident() int64 { return 0 }

func (c *child) processorTime() time.Duration { return 0 }

func (c *child) starved() time.Duration { return 0 }

func (c *child) stop() {}

func (c *child) resume() {}
