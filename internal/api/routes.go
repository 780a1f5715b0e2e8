package api

import (
	"context"
	"fmt"

	"github.com/bellhop-dev/bellhop/platform"
)

// route is an operation and what does it.
type route struct {
	op    *platform.Operation
	asBot bool // the caller must have a bot
	call  func(ctx context.Context, id *Identity, in, out any) error
}

// on ties an operation to a method.
func on[In, Out any](op platform.Op[In, Out], do func(context.Context, *Identity, *In) (*Out, error)) route {
	return route{op: op.Operation, call: func(ctx context.Context, id *Identity, in, out any) error {
		input, ok := in.(*In)
		output, fits := out.(*Out)
		if !ok || !fits {
			return fmt.Errorf("%s called with %T and %T", op.Name, in, out)
		}
		got, err := do(ctx, id, input)
		if err != nil {
			return err
		}
		*output = *got
		return nil
	}}
}

// onBot is on for operations within a bot.
func onBot[In, Out any](op platform.Op[In, Out], do func(context.Context, *Identity, *In) (*Out, error)) route {
	r := on(op, do)
	r.asBot = true
	return r
}

// table is every operation that is served.
func (s *Service) table() map[string]route {
	table := map[string]route{}
	for _, group := range [][]route{s.chatRoutes()} {
		for _, r := range group {
			table[r.op.Name] = r
		}
	}
	return table
}

// chatRoutes are the operations of bots and integrations.
func (s *Service) chatRoutes() []route {
	return []route{}
}
