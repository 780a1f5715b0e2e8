package store

import (
	"reflect"
	"runtime"
)

// Run is for drivers: it calls fn with the transaction and leaves a mark on the stack by which Nested knows.
func (tx *Tx) Run(fn func(*Tx) error) error { return within(tx, fn) }

// within is the mark: its frame is on the stack below every transaction's function.
//
//go:noinline
func within(tx *Tx, fn func(*Tx) error) error { return fn(tx) }

// withinSize is more than within has bytes of code; what is farther away needs no closer look.
const withinSize = 512

// Nested is for drivers: it reports whether its caller runs within the function of a transaction. That would wait for
// itself: for the one writer, a lock that it holds or the last connection. A transaction's function is not given a
// context by which it could be known, so the stack is read, which takes about a microsecond.
func Nested() bool {
	entry := reflect.ValueOf(within).Pointer()
	var pcs [48]uintptr
	for _, pc := range pcs[:runtime.Callers(2, pcs[:])] {
		if pc <= entry || pc > entry+withinSize {
			continue
		}
		if f := runtime.FuncForPC(pc - 1); f != nil && f.Entry() == entry {
			return true
		}
	}
	return false
}
