// Package e2e holds tests that look at a whole server as a person does, in a
// real browser. It has no code of its own.
package e2e
