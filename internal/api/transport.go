package api

import (
	"context"
	"errors"

	"github.com/bellhop-dev/bellhop/internal/reply"
	"github.com/bellhop-dev/bellhop/platform"
)

// Resolve lets a caller in: it finds the token, the bot and the installation
// that the caller names, or returns an *platform.Error.
type Resolve func(ctx context.Context, caller platform.Caller) (*Identity, error)

// Transport carries calls of code in this process: no JSON, no network.
func (s *Service) Transport(resolve Resolve) platform.Transport { return local{s, resolve} }

type local struct {
	service *Service
	resolve Resolve
}

var _ platform.Transport = local{}

// Do makes the call.
func (l local) Do(ctx context.Context, call *platform.Call) error {
	id, err := l.resolve(ctx, call.Caller)
	if err != nil {
		err = fail(ctx, call.Op, err)
		if e, ok := errors.AsType[*platform.Error](err); ok {
			reply.Log(ctx, l.service.Logger, "operation refused", e, "operation", call.Op.Name)
		}
		return err
	}
	return l.service.Call(ctx, id, call.Op, call.In, call.Out)
}
