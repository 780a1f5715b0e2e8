package store

import (
	"runtime"
	"slices"
)

// Run is for drivers: it calls fn with the transaction and leaves a mark on the stack by which Nested knows.
func (tx *Tx) Run(fn func(*Tx) error) error { return within(tx, fn) }

//go:noinline
func within(tx *Tx, fn func(*Tx) error) error { return fn(tx) }

// withinCall is where within calls fn: the program counter that is on the stack below every transaction's function.
var withinCall = func() (pc uintptr) {
	_ = within(nil, func(*Tx) error {
		var pcs [1]uintptr
		runtime.Callers(2, pcs[:])
		pc = pcs[0]
		return nil
	})
	return pc
}()

// Nested is for drivers: it reports whether its caller runs within the function of a transaction. That would wait for
// itself: for the one writer, a lock that it holds or the last connection. A transaction's function is not given a
// context by which it could be known, so the stack is read, which takes less than a microsecond.
func Nested() bool {
	var pcs [48]uintptr
	return slices.Contains(pcs[:runtime.Callers(2, pcs[:])], withinCall)
}
