// Package clock waits for times that are stored, while the wall clock may be
// stepped: by a time server, or when a virtual machine is resumed.
//
// A wait inside the process uses Go's timers, which run on the monotonic clock
// and need no help. Times that were stored do: Wait bounds them by how long the
// wait was meant to be when it was stored.
package clock

import "time"

// Wait returns how long to wait for a time that was stored at written, or 0
// when it is due. It is never longer than the wait that was meant then: a due
// time further ahead was stored before the clock was set back.
func Wait(due, written, now time.Time) time.Duration {
	return max(0, min(due.Sub(now), due.Sub(written)))
}

// Clock reads the wall clock, and a clock that began with it and is never
// stepped. It is safe for concurrent use.
type Clock struct {
	wall         func() time.Time
	began, start time.Time // the first of the wall clock, the second with the monotonic one
}

// New returns a Clock over a wall clock; nil is the system's.
func New(wall func() time.Time) *Clock {
	if wall == nil {
		wall = time.Now
	}
	return &Clock{wall: wall, began: wall().Round(0), start: time.Now()}
}

// Now is the time of the wall clock, without a monotonic reading: two of them
// are apart by what the wall clock shows.
func (c *Clock) Now() time.Time { return c.wall().Round(0) }

// Steady is the time that the wall clock would show had it not been stepped
// since New.
func (c *Clock) Steady() time.Time { return c.began.Add(time.Since(c.start)) }

// Since returns how long ago a stored time is. It is not longer because the
// wall clock was stepped forward since New.
func (c *Clock) Since(t time.Time) time.Duration { return min(c.Now().Sub(t), c.Steady().Sub(t)) }
