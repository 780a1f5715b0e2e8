//go:build !unix

package cli

import (
	"os"
	"syscall"
)

// survived lists the signals that a server logs and goes on after.
func survived() []os.Signal { return []os.Signal{syscall.SIGHUP} }

// ignored lists those that it does not even log.
func ignored() []os.Signal { return []os.Signal{syscall.SIGPIPE} }
