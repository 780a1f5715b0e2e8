package bot

import (
	"context"

	"github.com/bellhop-dev/bellhop/internal/sdk"
)

// Named returns a context whose calls have idempotency keys under the name,
// apart from other calls. Without it, keys are counted: the nth message into a
// conversation has the same key in each attempt of a delivery, and what an
// earlier attempt wrote stands, whatever this one says. Other calls are the
// same call when their input is.
//
// Name calls that goroutines make with content that differs between attempts,
// and actions whose effect must happen once although their input differs:
//
//	ticket, err := CallAction[Ticket](Named(ctx, "ticket"), call, "desk:create", draft)
//
// The output is then that of the first attempt.
func Named(ctx context.Context, name string) context.Context { return sdk.Named(ctx, name) }

// Unkeyed returns a context whose calls get no idempotency keys: each attempt
// of a delivery has their effect again.
func Unkeyed(ctx context.Context) context.Context { return sdk.Unkeyed(ctx) }
