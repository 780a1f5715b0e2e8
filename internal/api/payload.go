package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
)

// checkObject refuses what is not a JSON object of at most maxPayload bytes.
func checkObject(member string, raw json.RawMessage) error {
	trimmed := bytes.TrimLeft(raw, " \t\r\n")
	switch {
	case len(trimmed) == 0:
		return platform.Errorf(platform.TypeInvalidPayload, "%s is missing; give a JSON object", member)
	case len(raw) > maxPayload:
		return platform.Errorf(platform.TypePayloadTooLarge, "%s has %d bytes; give at most %d", member, len(raw), maxPayload)
	case trimmed[0] != '{' || !jsontext.Value(raw).IsValid():
		return platform.Errorf(platform.TypeInvalidPayload, "%s is not a JSON object; give one such as {\"text\": \"hello\"}", member)
	}
	return nil
}

// checkSchema checks a value against what a definition says; a nil validator
// accepts everything, and the check ends with ctx. what names the thing, such
// as `message type "text"`.
func checkSchema(ctx context.Context, v *schema.Validator, member string, raw json.RawMessage, what, name string) error {
	if v == nil {
		return nil
	}
	err := v.ValidateContext(ctx, raw)
	if err == nil {
		return nil
	}
	if fault, ok := errors.AsType[*schema.ValidationError](err); ok {
		return platform.Errorf(platform.TypeInvalidDataFormat, "%s does not fit the schema of %s %q: %s", member, what, name, fault.In(member))
	}
	return err // the caller has gone
}

// due returns when something scheduled happens; nil is at once.
func due(schedule *platform.Schedule, now time.Time) (*time.Time, error) {
	if schedule == nil || schedule.DateTime == nil && schedule.Delay == nil {
		return nil, nil
	}
	var at time.Time
	switch {
	case schedule.DateTime != nil && schedule.Delay != nil:
		return nil, platform.Errorf(platform.TypeInvalidPayload, "schedule has dateTime and delay; give one of them")
	case schedule.DateTime != nil:
		at = schedule.DateTime.Time
	case *schedule.Delay < 0 || *schedule.Delay > maxSchedule.Milliseconds():
		return nil, platform.Errorf(platform.TypeInvalidPayload, "schedule.delay %d is not between 0 and %d milliseconds", *schedule.Delay, maxSchedule.Milliseconds())
	default:
		at = now.Add(time.Duration(*schedule.Delay) * time.Millisecond)
	}
	switch {
	case at.After(now.Add(maxSchedule)):
		return nil, platform.Errorf(platform.TypeInvalidPayload, "schedule.dateTime %s is too far away; give a time within %d days", platform.At(at), int(maxSchedule.Hours()/24))
	case !at.After(now):
		return nil, nil
	}
	return &at, nil
}
