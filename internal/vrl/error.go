package vrl

import "fmt"

// Error is why a program cannot be compiled, or why a run of it failed. It
// holds nothing of the input but what the program itself put into a message.
type Error struct {
	Line, Column int // both count from 1; zero where no place is known
	Message      string
}

// Error implements error.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Message
	}
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Message)
}

// position is a place in the source, in bytes.
type position int

// fault is an Error whose place is still a position.
type fault struct {
	at      position
	message string
	final   bool // not to be caught by ?? or an error assignment
}

func (f *fault) Error() string { return f.message }

func faultf(at position, format string, args ...any) *fault {
	return &fault{at: at, message: fmt.Sprintf(format, args...)}
}

// stop is a fault that ends the run whatever the program does.
func stop(at position, message string) *fault {
	return &fault{at: at, message: message, final: true}
}

// locate turns a fault into an Error of the source.
func locate(source string, err error) error {
	f, ok := err.(*fault)
	if !ok {
		return err
	}
	at := min(max(int(f.at), 0), len(source))
	e := &Error{Line: 1, Column: 1, Message: f.message}
	for _, r := range source[:at] {
		if r == '\n' {
			e.Line++
			e.Column = 1
			continue
		}
		e.Column++
	}
	return e
}
