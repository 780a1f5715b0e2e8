//go:build unix

package bench

import (
	"syscall"
	"time"
)

// cpuTime is what this process, or its children that were waited for, have used
// so far.
func cpuTime(whose int) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(whose, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
