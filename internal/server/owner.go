package server

import (
	"context"
	"errors"
	"time"
)

// owner tells whether this server still owns its database. A PostgreSQL server can give it to another one; the embedded
// database belongs to the process that has it open.
type owner interface {
	// Await blocks until the server surely owns the database, or ctx ends.
	Await(ctx context.Context) error
	// Owned reports whether it does now.
	Owned() bool
	// Taken is closed when another server has taken the database over.
	Taken() <-chan struct{}
	// Term ends when another server may soon take the database over.
	Term() context.Context
}

// soleOwner is the owner of a database that cannot be taken over.
type soleOwner struct{}

var _ owner = soleOwner{}

// Await returns nil.
func (soleOwner) Await(context.Context) error { return nil }

// Owned returns true.
func (soleOwner) Owned() bool { return true }

// Taken returns a channel that is never closed.
func (soleOwner) Taken() <-chan struct{} { return nil }

// Term returns a context without an end.
func (soleOwner) Term() context.Context { return context.Background() }

// ErrTaken ends Run when another server has taken the database over: what this one has in memory may be outdated.
var ErrTaken = errors.New("another bellhop server has taken over the database")

// takenGrace bounds the end of a server without its database, after which it stands by.
const takenGrace = time.Second

// errTerm ends running attempts when the database may be another's.
var errTerm = errors.New("the server could not confirm that it still owns its database")

// watchOwner ends the server when another one has its database.
func (s *Server) watchOwner(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-s.owner.Taken():
		return ErrTaken
	}
}
