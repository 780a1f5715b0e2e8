//go:build unix && !linux

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

func used() usage { return usage{cpu: cpuTime(syscall.RUSAGE_SELF)} }
