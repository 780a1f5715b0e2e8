package bench

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// usage is what this process and its children have taken: processor time since
// they began, and resident memory now.
type usage struct {
	cpu            time.Duration
	own, childrens int64 // bytes
}

// clockTick is the unit of processor times in /proc, which is the same on all
// of Linux's platforms.
const clockTick = 10 * time.Millisecond

// used reads what the process and its children have taken. Of a process that
// ends meanwhile the time is known once it has been waited for.
func used() usage {
	u := usage{cpu: cpuTime(syscall.RUSAGE_SELF) + cpuTime(syscall.RUSAGE_CHILDREN)}
	self := os.Getpid()
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return u
	}
	for _, file := range files {
		pid, parent, cpu, resident, ok := readStat(file)
		switch {
		case !ok:
		case pid == self:
			u.own = resident
		case parent == self:
			u.cpu += cpu
			u.childrens += resident
		}
	}
	return u
}

// readStat reads a file of /proc; ok is false when the process is gone.
func readStat(file string) (pid, parent int, cpu time.Duration, resident int64, ok bool) {
	data, err := os.ReadFile(file)
	if err != nil {
		return 0, 0, 0, 0, false
	}
	// The second field is a name in brackets, which may hold spaces.
	open, end := bytes.IndexByte(data, '('), bytes.LastIndexByte(data, ')')
	if open < 0 || end < open {
		return 0, 0, 0, 0, false
	}
	fields := bytes.Fields(data[end+1:])
	if len(fields) < 22 {
		return 0, 0, 0, 0, false
	}
	number := func(b []byte) int64 {
		n, err := strconv.ParseInt(string(bytes.TrimSpace(b)), 10, 64)
		ok = ok && err == nil
		return n
	}
	ok = true
	pid, parent = int(number(data[:open])), int(number(fields[1]))
	cpu = time.Duration(number(fields[11])+number(fields[12])) * clockTick
	resident = number(fields[21]) * int64(os.Getpagesize())
	return pid, parent, cpu, resident, ok
}
