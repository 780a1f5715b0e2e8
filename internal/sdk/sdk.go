// Package sdk is what calls into integrations and bots have in common, for
// the two SDKs: bodies, configurations and actions as Go values, the states
// and events of a definition.
//
// Errors are refusals in the wire's form; package answer turns them into
// answers.
package sdk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/bellhop-dev/bellhop/internal/answer"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// lenient reads what encoding/json reads; a name that comes twice is not looked
// for.
var lenient = jsonv2.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// Read decodes a body leniently: members that are not known are let through.
func Read[B any](req *wire.Request) (*B, error) {
	body := new(B)
	if len(bytes.TrimSpace(req.Body)) == 0 {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "Missing body")
	}
	if err := jsonv2.Unmarshal(req.Body, body, lenient); err != nil {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "the body of %s cannot be read: %w", req.Operation, err)
	}
	return body, nil
}

// Payload decodes the payload of an event that the platform makes itself, as
// Read does a body.
func Payload[P any](e *platform.Event) (*P, error) {
	p := new(P)
	if err := jsonv2.Unmarshal(e.Payload, p, lenient); err != nil {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "the payload of %s cannot be read: %w", e.Type, err)
	}
	return p, nil
}

// Config decodes a configuration; an empty one is the zero value.
func Config[C any](raw json.RawMessage) (*C, error) {
	c := new(C)
	if len(raw) == 0 {
		return c, nil
	}
	if err := json.Unmarshal(raw, c); err != nil {
		return nil, answer.RuntimeError("the configuration does not fit: " + err.Error())
	}
	return c, nil
}

// ActionFunc is an action without the types of its input and output.
type ActionFunc[C any] func(context.Context, *C, json.RawMessage) (json.RawMessage, error)

// Action takes the types off an action; no output is an empty object.
func Action[C, In, Out any](name string, fn func(context.Context, *C, *In) (*Out, error)) ActionFunc[C] {
	return func(ctx context.Context, c *C, raw json.RawMessage) (json.RawMessage, error) {
		in := new(In)
		if err := json.Unmarshal(raw, in); err != nil {
			return nil, platform.Errorf(platform.TypeInvalidPayload, "the input of the action %q does not fit: %w", name, err)
		}
		out, err := fn(ctx, c, in)
		if err != nil {
			return nil, err
		}
		if out == nil {
			return json.RawMessage("{}"), nil
		}
		return json.Marshal(out)
	}
}

// Undefined is the refusal of a name that a definition does not have; it names
// those that it has.
func Undefined[V any](what, name string, defined map[string]V) error {
	if len(defined) == 0 {
		return answer.RuntimeError(fmt.Sprintf("the %s %q is not defined; none is", what, name))
	}
	names := slices.Sorted(maps.Keys(defined))
	return answer.RuntimeError(fmt.Sprintf("the %s %q is not defined; defined are %s", what, name, strings.Join(names, ", ")))
}
