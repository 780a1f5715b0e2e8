package integration

import (
	"context"
	"errors"

	"github.com/bellhop-dev/bellhop/internal/answer"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// ErrNothingToListen is returned by an OnListen function whose installation,
// as it is configured, has nothing to listen to.
var ErrNothingToListen = errors.New("there is nothing to listen to")

func (b *built) listen(ctx context.Context, call *Call) (*wire.Response, error) {
	if b.handlers.listen == nil {
		return answer.OK(), nil
	}
	err := b.handlers.listen(ctx, call)
	switch {
	case errors.Is(err, ErrNothingToListen):
		return answer.OK(), nil
	case err != nil:
		if e, ok := errors.AsType[*platform.Error](err); ok && e.Code >= 500 {
			return nil, err // it says when to try again
		}
		return nil, Temporary(err)
	case ctx.Err() != nil:
		return answer.OK(), nil
	}
	return nil, Temporary(errors.New("it stopped listening"))
}
