package chatkit

import (
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Error is a failed call of a vendor. Operators and bots read its text: it must
// hold no secret.
type Error struct {
	Vendor  string // its name for people
	Status  int    // of HTTP; 0 when there was no answer
	Code    string // the vendor's own; may be empty
	Message string
	// RetryAfter is how long the vendor asks to wait; 0 if it does not say.
	RetryAfter time.Duration
	// Final and Temporary override what Status implies for a retry; Final wins.
	Final, Temporary bool
	// Remedy tells the operator what to do; may be empty.
	Remedy string
	// Source is the page of the vendor's documentation that describes the
	// error; may be empty. It is logged, and not part of the text.
	Source string

	cause error
}

var _ slog.LogValuer = (*Error)(nil)

// Unwrap returns the reason that there was no answer, or nil.
func (e *Error) Unwrap() error { return e.cause }

// Error returns the vendor's name, its code and message, and the remedy.
func (e *Error) Error() string {
	text := e.Vendor
	switch {
	case e.Status == 0 && e.Code == "":
		text += ": " + e.Message
	case e.Code != "" && e.Message != "":
		text += " refused: " + e.Code + ": " + e.Message
	case e.Code+e.Message != "":
		text += " refused: " + e.Code + e.Message
	default:
		text += " answered " + strconv.Itoa(e.Status)
	}
	if e.Remedy != "" {
		text = strings.TrimSuffix(text, ".") + "; " + e.Remedy
	}
	return text
}

// LogValue returns the text, and the source if there is one.
func (e *Error) LogValue() slog.Value {
	if e.Source == "" {
		return slog.StringValue(e.Error())
	}
	return slog.StringValue(e.Error() + " (" + e.Source + ")")
}

// Retryable reports whether a repeat of the call may succeed: there was no
// answer, the vendor asks to slow down, or the fault is the vendor's.
func (e *Error) Retryable() bool {
	switch {
	case e.Final:
		return false
	case e.Temporary, e.RetryAfter > 0:
		return true
	}
	return e.Status == 0 || e.Status == http.StatusTooManyRequests || e.Status == http.StatusRequestTimeout || e.Status >= 500
}

// Verdict says whether a failed call is repeated.
type Verdict int

// Verdicts.
const (
	ByStatus Verdict = iota // as the HTTP status implies, see Error.Retryable
	Retry
	Final
)

// Refusal describes one error of a vendor: a row of its table. A row applies to
// an Error if Code is the error's code or Text is part of its message.
type Refusal struct {
	Code string // the vendor's code; empty is none
	Text string // part of the message, in any case; empty is none

	Verdict Verdict
	Wait    time.Duration // before a retry, where the vendor does not say; 0 is the platform's back-off
	Remedy  string        // tells the operator what to do; may be empty
	Source  string        // page of the vendor's documentation; may be empty
}

// Refusals is a vendor's table of errors. Earlier rows win.
type Refusals []Refusal

// Apply completes e with the first row that applies, and reports whether there
// is one. What e has already stays.
func (t Refusals) Apply(e *Error) bool {
	for i := range t {
		if !t[i].matches(e) {
			continue
		}
		r := &t[i]
		e.Final = e.Final || r.Verdict == Final
		e.Temporary = e.Temporary || r.Verdict == Retry
		if e.RetryAfter == 0 {
			e.RetryAfter = r.Wait
		}
		if e.Remedy == "" {
			e.Remedy = r.Remedy
		}
		if e.Source == "" {
			e.Source = r.Source
		}
		return true
	}
	return false
}

func (r *Refusal) matches(e *Error) bool {
	if r.Code != "" && r.Code == e.Code {
		return true
	}
	return r.Text != "" && strings.Contains(strings.ToLower(e.Message), strings.ToLower(r.Text))
}
