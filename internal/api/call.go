package api

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/bellhop-dev/bellhop/internal/reply"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// Call does one operation: in points to its input, out to where its output
// goes. It checks that the identity may do it. Errors are *platform.Error,
// or the context's; the former are logged under their id.
func (s *Service) Call(ctx context.Context, id *Identity, op *platform.Operation, in, out any) error {
	err := s.call(ctx, id, op, in, out)
	if e, ok := errors.AsType[*platform.Error](err); ok {
		reply.Log(ctx, s.Logger, "operation refused", e, "operation", op.Name)
	}
	return err
}

func (s *Service) call(ctx context.Context, id *Identity, op *platform.Operation, in, out any) (err error) {
	r, ok := s.routes[op.Name]
	if !ok {
		return platform.Errorf(platform.TypeMethodNotFound, "operation %q is not served", op.Name)
	}
	if err := r.admit(id); err != nil {
		return err
	}
	defer func() {
		if p := recover(); p != nil {
			e := platform.AsError(errors.New("panic"))
			s.Logger.Error("operation panicked", "operation", op.Name, "error_id", e.ID, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = e
		}
	}()
	if err := s.bounds.check(op, in); err != nil {
		return err
	}
	if err := r.call(audited(ctx, id, op, in), id, in, out); err != nil {
		return fail(ctx, op, err)
	}
	return nil
}

// Admit returns nil when the identity may do the operation, without doing it.
func (s *Service) Admit(id *Identity, op *platform.Operation) error {
	r, ok := s.routes[op.Name]
	if !ok {
		return platform.Errorf(platform.TypeMethodNotFound, "operation %q is not served", op.Name)
	}
	return r.admit(id)
}

// admit refuses callers that may not do the operation.
func (r route) admit(id *Identity) error {
	switch {
	case r.op.Scope.Has(platform.ScopePublic):
		return nil
	case id == nil:
		return platform.Errorf(platform.TypeUnauthorized, "operation %s needs a token", r.op.Name)
	case !r.op.Scope.Has(id.Scope):
		return platform.Errorf(platform.TypeForbidden, "the token may not call %s; use %s", r.op.Name, allowed(r.op.Scope))
	case !r.asBot:
		return nil
	case id.Bot == nil:
		return platform.Errorf(platform.TypeInvalidPayload, "header x-bot-id is missing; name the bot that %s is about", r.op.Name)
	case id.Installation == nil && id.Scope == platform.ScopeIntegration:
		return platform.Errorf(platform.TypeForbidden, "the integration is not installed on bot %q", id.Bot.ID)
	case id.Installation != nil && !id.Installation.Enabled:
		return platform.Errorf(platform.TypeForbidden, "installation %q is disabled; enable it to let its integration call", id.Installation.Alias)
	}
	return nil
}

func allowed(scope platform.Scope) string {
	switch {
	case scope.Has(platform.ScopeRuntime):
		return "any token"
	case scope.Has(platform.ScopeIntegration):
		return "an account token or an integration's key"
	case scope.Has(platform.ScopeBot):
		return "an account token or a bot's key"
	}
	return "an account token"
}

// fail makes an error fit for callers; its cause is for the log.
func fail(ctx context.Context, op *platform.Operation, err error) error {
	if e, ok := errors.AsType[*platform.Error](err); ok {
		return e
	}
	switch {
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return err
	case errors.Is(err, store.ErrConflict):
		return platform.Errorf(platform.TypeAlreadyExists, "%s: something with this key exists already, or was changed meanwhile; read it and try again", op.Name)
	case errors.Is(err, store.ErrCursor):
		return errNextToken()
	case errors.Is(err, store.ErrNotFound):
		return platform.Errorf(platform.TypeResourceNotFound, "%s: it was not found, or was deleted meanwhile", op.Name)
	}
	return reply.AsError(err)
}
