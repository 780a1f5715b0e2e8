package runtime

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

var errCreateTimeout = errors.New("create timed out")

// Create asks an installation's code to make a user (wire.OpCreateUser) or a
// conversation (wire.OpCreateConversation) and returns the id of what it made
// on the platform, or nothing when it left that to the platform. Refusals and
// faults are errors as those of CallAction.
func (r *Runtime) Create(ctx context.Context, in *catalog.Installation, operation string, body []byte) (id string, err error) {
	h, err := r.Installation(in)
	if err != nil {
		return "", unreachable(err, operation)
	}
	req := r.Request(in, operation, operation)
	req.Body = body
	timed, cancel := context.WithTimeoutCause(ctx, r.cfg.ActionTimeout, errCreateTimeout)
	defer cancel()
	resp, err := h.Handle(timed, req)
	switch {
	case err != nil && errors.Is(context.Cause(timed), errCreateTimeout):
		return "", platform.Errorf(platform.TypeOperationTimeout, "%s did not answer within %s", operation, r.cfg.ActionTimeout).MarkRetryable()
	case err != nil && ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil:
		return "", unanswered(err).dependency(operation)
	}
	if a := classify(resp); a.Err != nil {
		return "", a.dependency(operation)
	}
	var made struct {
		User, Conversation struct{ ID string }
	}
	if err := json.Unmarshal(resp.Body, &made); err != nil {
		return "", platform.Errorf(platform.TypeRuntime, "%s: the integration's code answered something that is not JSON", operation)
	}
	if operation == wire.OpCreateUser {
		return made.User.ID, nil
	}
	return made.Conversation.ID, nil
}
