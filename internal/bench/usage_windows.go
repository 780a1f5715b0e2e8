package bench

import (
	"syscall"
	"time"
)

// usage is what this process has taken: processor time since it began. Memory
// and children are known on Linux only, where uploaded code runs.
type usage struct {
	cpu            time.Duration
	own, childrens int64
}

func used() usage {
	process, err := syscall.GetCurrentProcess()
	if err != nil {
		return usage{}
	}
	var began, ended, kernel, user syscall.Filetime
	if err := syscall.GetProcessTimes(process, &began, &ended, &kernel, &user); err != nil {
		return usage{}
	}
	return usage{cpu: span(kernel) + span(user)}
}

// span is a duration, which the system counts in units of 100 ns.
func span(t syscall.Filetime) time.Duration {
	return time.Duration(int64(t.HighDateTime)<<32|int64(t.LowDateTime)) * 100
}
