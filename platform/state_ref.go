package platform

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// StateRef reads and writes one state as a Go value. It is safe for concurrent
// use as far as the platform orders the calls.
type StateRef[T any] struct {
	Client *Client
	Type   StateType
	ID     string // of what the state is attached to
	Name   string
	// Err, when set, is returned by every method: the state is not defined.
	Err error
}

// Get returns the value. A state that was never set, or expired, is an *Error
// of TypeResourceNotFound.
func (r *StateRef[T]) Get(ctx context.Context) (*T, error) {
	if r.Err != nil {
		return nil, r.Err
	}
	out, err := r.Client.GetState(ctx, &GetStateInput{Type: r.Type, ID: r.ID, Name: r.Name})
	if err != nil {
		return nil, err
	}
	return r.decode(out.State.Payload)
}

// Set replaces the value.
func (r *StateRef[T]) Set(ctx context.Context, value T) error {
	return r.set(ctx, value, Field[int64]{})
}

// SetFor replaces the value and lets it expire after idle time without use.
func (r *StateRef[T]) SetFor(ctx context.Context, value T, idle time.Duration) error {
	return r.set(ctx, value, Set(idle.Milliseconds()))
}

// Delete removes the state; one that is not there is no error.
func (r *StateRef[T]) Delete(ctx context.Context) error {
	return r.set(ctx, nil, Field[int64]{})
}

func (r *StateRef[T]) set(ctx context.Context, value any, expiry Field[int64]) error {
	payload, err := r.encode(value)
	if err != nil {
		return err
	}
	_, err = r.Client.SetState(ctx, &SetStateInput{Type: r.Type, ID: r.ID, Name: r.Name, Payload: payload, Expiry: expiry})
	return err
}

// GetOrSet returns the value, after setting it to initial when there is none.
// Of concurrent callers one sets.
func (r *StateRef[T]) GetOrSet(ctx context.Context, initial T) (*T, error) {
	payload, err := r.encode(initial)
	if err != nil {
		return nil, err
	}
	out, err := r.Client.GetOrSetState(ctx, &GetOrSetStateInput{Type: r.Type, ID: r.ID, Name: r.Name, Payload: payload})
	if err != nil {
		return nil, err
	}
	return r.decode(out.State.Payload)
}

// Patch merges the members of patch, a struct or a map, into the value and
// returns the result. It makes the state when there is none.
func (r *StateRef[T]) Patch(ctx context.Context, patch any) (*T, error) {
	payload, err := r.encode(patch)
	if err != nil {
		return nil, err
	}
	out, err := r.Client.PatchState(ctx, &PatchStateInput{Type: r.Type, ID: r.ID, Name: r.Name, Payload: payload})
	if err != nil {
		return nil, err
	}
	return r.decode(out.State.Payload)
}

func (r *StateRef[T]) encode(value any) (json.RawMessage, error) {
	if r.Err != nil {
		return nil, r.Err
	}
	payload, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("write state %q: %w", r.Name, err)
	}
	return payload, nil
}

func (r *StateRef[T]) decode(payload json.RawMessage) (*T, error) {
	value := new(T)
	if err := json.Unmarshal(payload, value); err != nil {
		return nil, fmt.Errorf("read state %q: %w", r.Name, err)
	}
	return value, nil
}
