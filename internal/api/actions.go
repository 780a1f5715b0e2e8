package api

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// action finds the action that a caller means: "alias:name" is an
// installation's, a name without a colon is the caller's own.
func (id *Identity) action(typ string) (*catalog.Installation, string, catalog.Action, error) {
	in, name := id.Installation, typ
	if in == nil {
		if a, ok := id.Bot.Action(typ); ok {
			return nil, typ, a, nil
		}
		alias, rest, ok := strings.Cut(typ, ":")
		if !ok {
			return nil, "", catalog.Action{}, platform.Errorf(platform.TypeResourceNotFound, "action %q not found on the bot; declared actions: %s",
				typ, catalog.Names(id.Bot.Def.Actions))
		}
		if in, name = id.Bot.Find(alias), rest; in == nil {
			return nil, "", catalog.Action{}, platform.Errorf(platform.TypeResourceNotFound, "action %q not found: nothing is installed under the alias %q; installed: %s",
				typ, alias, catalog.Names(id.Bot.Installations))
		}
	}
	name = strings.TrimPrefix(name, in.Alias+":")
	a, ok := in.Integration.Action(name)
	if !ok {
		return nil, "", a, platform.Errorf(platform.TypeResourceNotFound, "action %q not found on integration %q; declared actions: %s",
			name, in.Integration.Name, catalog.Names(in.Integration.Def.Actions))
	}
	if !in.Enabled {
		return nil, "", a, platform.Errorf(platform.TypeRuntime, "installation %q is disabled; enable it to call its actions", in.Alias)
	}
	return in, name, a, nil
}

func (s *Service) callAction(ctx context.Context, id *Identity, in *platform.CallActionInput) (*platform.CallActionOutput, error) {
	if in.Type == "" {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "type is missing; give alias:action, or the name of an own action")
	}
	owner, name, action, err := id.action(in.Type)
	if err != nil {
		return nil, err
	}
	input := in.Input
	if len(input) == 0 {
		input = json.RawMessage("{}")
	}
	if err := checkObject("input", input); err != nil && !platform.IsType(err, platform.TypePayloadTooLarge) {
		return nil, err
	}
	if err := checkSchema(ctx, action.Input, "input", input, "action", in.Type); err != nil {
		return nil, err
	}
	key, err := keyed(id, platform.OpCallAction.Operation, in)
	if err != nil {
		return nil, err
	}
	call := ActionCall{Bot: id.Bot, Installation: owner, Type: name, Input: input, ID: callID(key)}
	do := func(ctx context.Context) (*platform.CallActionOutput, error) {
		return s.carryOut(ctx, in.Type, action, call)
	}
	if key == nil {
		return do(ctx)
	}
	return s.callOnce(ctx, key, do)
}

// carryOut calls an action and checks its output.
func (s *Service) carryOut(ctx context.Context, typ string, action catalog.Action, call ActionCall) (*platform.CallActionOutput, error) {
	answer, err := s.Actions.CallAction(ctx, call)
	if err != nil {
		return nil, err
	}
	if answer == nil || len(answer.Output) == 0 || isNull(answer.Output) {
		answer = &platform.ActionAnswer{Output: json.RawMessage("{}")}
	}
	if err := checkSchema(ctx, action.Output, "output", answer.Output, "action", typ); err != nil {
		fault := platform.AsError(err)
		return nil, platform.Errorf(platform.TypeRuntime, "action %q answered wrongly: %s", typ, fault.Message)
	}
	return &platform.CallActionOutput{Output: answer.Output}, nil
}

func (s *Service) listTagValues(ctx context.Context, id *Identity, in *platform.ListTagValuesInput) (*platform.ListTagValuesOutput, error) {
	kind := store.Kind(in.Type)
	switch kind {
	case store.KindUser, store.KindConversation, store.KindMessage:
	default:
		return nil, platform.Errorf(platform.TypeInvalidQuery, "type %q is not known; give one of user, conversation, message", in.Type)
	}
	key := in.Key
	if id.Installation != nil {
		key = id.Installation.Alias + ":" + key
	}
	p := newPager("tagValues", id.Bot.ID, string(kind), key)
	page, err := p.page(in.PageSize, in.NextToken)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx *store.Tx) (*platform.ListTagValuesOutput, error) {
		values, next, err := tx.TagValues(ctx, id.Bot.ID, kind, key, page)
		if err != nil {
			return nil, err
		}
		out := &platform.ListTagValuesOutput{Tags: make([]platform.TagValue, len(values)), Meta: p.meta(next)}
		for i, value := range values {
			out.Tags[i].Value = value
		}
		return out, nil
	})
}

func (s *Service) configureIntegration(ctx context.Context, id *Identity, in *platform.ConfigureIntegrationInput) (*platform.ConfigureIntegrationOutput, error) {
	if id.Installation == nil {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "header x-integration-id is missing; only an installed integration configures itself")
	}
	if n := len([]rune(in.Identifier.Value)); n > maxIdentifier {
		return nil, platform.Errorf(platform.TypeInvalidIdentifier, "identifier has %d characters; give at most %d", n, maxIdentifier)
	}
	for _, name := range slices.Sorted(maps.Keys(in.SandboxIdentifiers)) {
		if in.SandboxIdentifiers[name] != nil {
			return nil, platform.Errorf(platform.TypeInvalidPayload, "sandboxIdentifiers.%.60s: this server has no numbers that bots share for trying out; use a configuration with an account of your own", name)
		}
	}
	return &platform.ConfigureIntegrationOutput{}, s.Installer.ConfigureIntegration(ctx, id.Installation, in)
}
