package api

import (
	"context"

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
		return l.service.fail(ctx, call.Op, err)
	}
	return l.service.Call(ctx, id, call.Op, call.In, call.Out)
}
