//go:build unix

package cli

import (
	"os"
	"syscall"
)

// survived lists the signals that a server logs and goes on after.
func survived() []os.Signal { return []os.Signal{syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2} }

// ignored lists those that it does not even log: a line might be what caused it.
func ignored() []os.Signal { return []os.Signal{syscall.SIGPIPE} }
