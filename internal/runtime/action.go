package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
	"github.com/bellhop-dev/bellhop/wire"
)

// ActionCall is a call of an action: of the installation, or of the bot's own
// code when Installation is nil. Type is the bare name.
type ActionCall struct {
	Bot          *catalog.Bot
	Installation *catalog.Installation
	Type         string
	Input        json.RawMessage
	// ID is the same for each repeat of the call; "" when it is not to be
	// repeated.
	ID string
}

// CallAction calls an action and waits for its output. Refusals and failures of
// the code are Runtime errors with its message. An action that gives no verdict
// is an error that matches platform.ErrUnavailable: an OperationTimeout when its
// time is over, else Runtime. Output that does not match its schema is Runtime.
func (r *Runtime) CallAction(ctx context.Context, call ActionCall) (*platform.ActionAnswer, error) {
	h, req, output, limit, err := r.actionTarget(&call)
	if err != nil {
		return nil, unreachable(err, "action "+call.Type)
	}
	if req.Body, err = json.Marshal(platform.ActionBody{Type: call.Type, Input: call.Input}); err != nil {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "input: it is not valid JSON")
	}
	req.CallID = call.ID
	timed, cancel := context.WithTimeoutCause(ctx, limit, errActionTimeout)
	defer cancel()
	resp, err := h.Handle(timed, req)
	switch {
	case err != nil && errors.Is(context.Cause(timed), errActionTimeout):
		return nil, platform.Errorf(platform.TypeOperationTimeout, "action %s did not answer within %s", call.Type, limit).MarkRetryable()
	case err != nil && ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, unanswered(err).dependency("action " + call.Type)
	}
	if a := classify(resp); a.Err != nil {
		return nil, a.dependency("action " + call.Type)
	}
	return readAction(call.Type, resp, output)
}

var errActionTimeout = errors.New("action timed out")

func (r *Runtime) actionTarget(call *ActionCall) (h wire.Handler, req *wire.Request, output *schema.Validator, limit time.Duration, err error) {
	limit = r.cfg.ActionTimeout
	if call.Installation == nil {
		h, err = r.Bot(call.Bot)
		if a, ok := call.Bot.Action(call.Type); ok {
			output = a.Output
		}
		return h, botRequest(call.Bot, wire.OpActionTriggered, call.Type), output, limit, err
	}
	in := call.Installation
	if s := in.Integration.Def.MaxExecutionTime; s > 0 {
		limit = time.Duration(s) * time.Second
	}
	if a, ok := in.Integration.Action(call.Type); ok {
		output = a.Output
	}
	h, err = r.Installation(in)
	return h, r.Request(in, wire.OpActionTriggered, call.Type), output, limit, err
}

func readAction(name string, resp *wire.Response, output *schema.Validator) (*platform.ActionAnswer, error) {
	var answer platform.ActionAnswer
	if err := json.Unmarshal(resp.Body, &answer); err != nil {
		return nil, platform.Errorf(platform.TypeRuntime, "action %s: its code answered something that is not JSON; it must answer {\"output\": {…}}", name)
	}
	answer.Output = platform.CleanJSON(answer.Output)
	if len(answer.Output) == 0 || string(answer.Output) == "null" {
		answer.Output = json.RawMessage("{}")
	}
	if err := output.Validate(answer.Output); err != nil {
		return nil, platform.Errorf(platform.TypeRuntime, "action %s answered what its definition does not allow: %s", name, inField(err, "output"))
	}
	return &answer, nil
}

// inField words a validation error with the name of the whole value.
func inField(err error, field string) string {
	if e, ok := errors.AsType[*schema.ValidationError](err); ok {
		return e.In(field)
	}
	return fmt.Sprintf("%s: %v", field, err)
}
