package api

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/bellhop-dev/bellhop/internal/vrl"
	"github.com/bellhop-dev/bellhop/platform"
)

// introspect tells whose a bot is and that the token may speak for it.
func (s *Service) introspect(ctx context.Context, _ *Identity, in *platform.IntrospectInput) (*platform.IntrospectOutput, error) {
	b, err := s.bot(ctx, in.BotID)
	if err != nil {
		return nil, err
	}
	return &platform.IntrospectOutput{WorkspaceID: s.WorkspaceID, BotID: b.ID, UserID: b.ID}, nil
}

// runVRL runs a script with the engine that webhooks use.
func (s *Service) runVRL(ctx context.Context, _ *Identity, in *platform.RunVRLInput) (*platform.RunVRLOutput, error) {
	program, err := vrl.Compile(in.Script, vrl.Limits{})
	if err != nil {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "script: %v", err)
	}
	data := in.Data
	if len(data) == 0 {
		data = json.RawMessage("{}")
	}
	var event any
	if err := json.Unmarshal(data, &event); err != nil {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "data: it is not JSON")
	}
	result, err := program.Run(ctx, event)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	} else if err != nil {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "script: %v", err)
	}
	raw, err := json.Marshal(result)
	if err != nil {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "script: its result is no JSON: %v", err)
	}
	return &platform.RunVRLOutput{Data: data, Result: raw}, nil
}

// errDryRun ends a change that is only checked, before anything is written.
var errDryRun = errors.New("nothing was changed")

func checked(err error) error {
	if errors.Is(err, errDryRun) {
		return nil
	}
	return err
}

func (s *Service) validateIntegrationCreation(ctx context.Context, id *Identity, in *platform.CreateIntegrationInput) (*platform.ValidateIntegrationCreationOutput, error) {
	_, err := s.newIntegration(ctx, id, in, true)
	return &platform.ValidateIntegrationCreationOutput{}, checked(err)
}

func (s *Service) validateIntegrationUpdate(ctx context.Context, id *Identity, in *platform.UpdateIntegrationInput) (*platform.ValidateIntegrationUpdateOutput, error) {
	_, err := s.changeIntegration(ctx, id, in, true)
	return &platform.ValidateIntegrationUpdateOutput{}, checked(err)
}
