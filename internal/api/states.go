package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
)

// stateRef is a state that a caller names: its key, and what is declared.
type stateRef struct {
	key    store.StateKey
	def    platform.StateDefinition
	schema *schema.Validator
}

// state returns what the caller means with a type, an id and a name. The
// states of a bot and of each installation are apart.
func (id *Identity) state(typ platform.StateType, subject, name string) (*stateRef, error) {
	ref := &stateRef{key: store.StateKey{BotID: id.Bot.ID, Owner: id.installationID(), Type: string(typ), SubjectID: subject, Name: name}}
	mine := "conversation, user, bot, workflow or task"
	if id.Installation != nil {
		mine = "conversation, user or integration"
	}
	switch typ {
	case platform.StateConversation, platform.StateUser:
	case platform.StateIntegration:
		if id.Installation == nil {
			return nil, platform.Errorf(platform.TypeInvalidPayload, "state type %q is not for bots; give %s", typ, mine)
		}
		ref.key.SubjectID = "" // one for each installation, whatever id is given
	case platform.StateBot, platform.StateWorkflow, platform.StateTask:
		if id.Installation != nil {
			return nil, platform.Errorf(platform.TypeInvalidPayload, "state type %q is not for integrations; give %s", typ, mine)
		}
	default:
		return nil, platform.Errorf(platform.TypeInvalidPayload, "state type %q is not known; give %s", typ, mine)
	}
	return ref, ref.declare(id)
}

// declare looks the definition up. Those of workflows and tasks are not
// uploaded, and need not be declared.
func (r *stateRef) declare(id *Identity) error {
	var ok bool
	var names string
	if id.Installation != nil {
		r.def, r.schema, ok = id.Installation.Integration.State(r.key.Name)
		names = catalog.Names(id.Installation.Integration.Def.States)
	} else {
		r.def, r.schema, ok = id.Bot.State(r.key.Name)
		names = catalog.Names(id.Bot.Def.States)
	}
	typ := platform.StateType(r.key.Type)
	if len(r.key.Name) > maxName || len(r.key.SubjectID) > maxName {
		return platform.Errorf(platform.TypeInvalidPayload, "the name or the id of the state is over %d bytes", maxName)
	}
	if typ == platform.StateWorkflow || typ == platform.StateTask {
		return nil
	}
	if !ok || r.def.Type != "" && r.def.Type != typ {
		return platform.Errorf(platform.TypeInvalidPayload, "state %q of type %s is not declared (not found in the definition); declared states: %s", r.key.Name, typ, names)
	}
	return nil
}

// subject checks that what the state is about exists and is the caller's.
func (r *stateRef) subject(ctx context.Context, tx *store.Tx, id *Identity) (err error) {
	switch platform.StateType(r.key.Type) {
	case platform.StateConversation:
		_, err = findConversation(ctx, tx, id, r.key.SubjectID, inPath)
	case platform.StateUser:
		_, err = findUser(ctx, tx, id, r.key.SubjectID, inPath)
	}
	return err
}

// read returns the state, locked, or nil when there is none or it expired.
func (r *stateRef) read(ctx context.Context, tx *store.Tx, now time.Time, lock bool) (*store.State, error) {
	read := tx.State
	if lock {
		read = tx.LockState
	}
	st, err := read(ctx, r.key)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if st.ExpiresAt != nil && !st.ExpiresAt.After(now) {
		return nil, nil
	}
	return st, nil
}

func (r *stateRef) missing() error {
	return platform.Errorf(platform.TypeResourceNotFound, "state %q not found", r.key.Name)
}

// check refuses a payload that does not fit.
func (r *stateRef) check(ctx context.Context, payload json.RawMessage) error {
	if err := checkObject("payload", payload); err != nil {
		return err
	}
	return checkSchema(ctx, r.schema, "payload", payload, "state", r.key.Name)
}

// expiry is how long a state lives unused: as given, or as it was, or as
// declared; 0 is for ever.
func (r *stateRef) expiry(given platform.Field[int64], old *store.State) (time.Duration, error) {
	switch {
	case given.Null:
		return 0, nil
	case given.Present:
		if given.Value < 1 || given.Value > maxExpiry.Milliseconds() {
			return 0, platform.Errorf(platform.TypeInvalidPayload, "expiry %d is not between 1 and %d milliseconds; give null to keep the state for ever", given.Value, maxExpiry.Milliseconds())
		}
		return time.Duration(given.Value) * time.Millisecond, nil
	case old != nil:
		return old.Expiry, nil
	case r.def.Expiry != nil:
		return time.Duration(*r.def.Expiry) * time.Millisecond, nil
	}
	return 0, nil
}

// put writes the state and sees to its end.
func (s *Service) put(ctx context.Context, tx *store.Tx, r *stateRef, old *store.State, payload json.RawMessage, expiry platform.Field[int64]) (*store.State, error) {
	keep, err := r.expiry(expiry, old)
	if err != nil {
		return nil, err
	}
	st := &store.State{StateKey: r.key, ID: s.ids.New(platform.PrefixState, tx.Now()), Payload: payload, Expiry: keep}
	if keep > 0 {
		end := tx.Now().Add(keep)
		st.ExpiresAt = &end
		tx.OnCommit(func() { s.wakeAt(end) })
	}
	if err := tx.PutState(ctx, st); err != nil {
		return nil, err
	}
	return st, nil
}

// touch renews a state that ends when it is not used.
func (s *Service) touch(ctx context.Context, tx *store.Tx, st *store.State) error {
	if st.Expiry == 0 {
		return nil
	}
	end := tx.Now().Add(st.Expiry)
	return tx.TouchState(ctx, st.StateKey, &end)
}

func (s *Service) getState(ctx context.Context, id *Identity, in *platform.GetStateInput) (*platform.GetStateOutput, error) {
	ref, err := id.state(in.Type, in.ID, in.Name)
	if err != nil {
		return nil, err
	}
	read := func(tx *store.Tx) (*store.State, error) {
		if err := ref.subject(ctx, tx, id); err != nil {
			return nil, err
		}
		st, err := ref.read(ctx, tx, tx.Now(), false)
		if err == nil && st == nil {
			err = ref.missing()
		}
		return st, err
	}
	st, err := view(ctx, s, read)
	if err != nil {
		return nil, err
	}
	if st.Expiry > 0 {
		st, err = update(ctx, s, func(tx *store.Tx) (*store.State, error) {
			st, err := read(tx)
			if err != nil {
				return nil, err
			}
			return st, s.touch(ctx, tx, st)
		})
		if err != nil {
			return nil, err
		}
	}
	return &platform.GetStateOutput{State: stateView(st)}, nil
}

func isNull(raw json.RawMessage) bool { return string(bytes.TrimSpace(raw)) == "null" }

func (s *Service) setState(ctx context.Context, id *Identity, in *platform.SetStateInput) (*platform.SetStateOutput, error) {
	ref, err := id.state(in.Type, in.ID, in.Name)
	if err != nil {
		return nil, err
	}
	if isNull(in.Payload) {
		return s.dropState(ctx, id, ref)
	}
	if err := ref.check(ctx, in.Payload); err != nil {
		return nil, err
	}
	return update(ctx, s, func(tx *store.Tx) (*platform.SetStateOutput, error) {
		if err := ref.subject(ctx, tx, id); err != nil {
			return nil, err
		}
		old, err := ref.read(ctx, tx, tx.Now(), true)
		if err != nil {
			return nil, err
		}
		st, err := s.put(ctx, tx, ref, old, in.Payload, in.Expiry)
		if err != nil {
			return nil, err
		}
		return &platform.SetStateOutput{State: stateView(st)}, nil
	})
}

// dropState deletes a state, or does nothing when there is none; the answer
// has an empty payload.
func (s *Service) dropState(ctx context.Context, id *Identity, ref *stateRef) (*platform.SetStateOutput, error) {
	return update(ctx, s, func(tx *store.Tx) (*platform.SetStateOutput, error) {
		if err := ref.subject(ctx, tx, id); err != nil {
			return nil, err
		}
		st, err := ref.read(ctx, tx, tx.Now(), true)
		if err != nil {
			return nil, err
		}
		if err := tx.DeleteState(ctx, ref.key); err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		if st == nil {
			st = &store.State{StateKey: ref.key, ID: s.ids.New(platform.PrefixState, tx.Now()), CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
		}
		st.Payload, st.Expiry = json.RawMessage("{}"), 0
		return &platform.SetStateOutput{State: stateView(st)}, nil
	})
}

func (s *Service) getOrSetState(ctx context.Context, id *Identity, in *platform.GetOrSetStateInput) (*platform.GetOrSetStateOutput, error) {
	ref, err := id.state(in.Type, in.ID, in.Name)
	if err != nil {
		return nil, err
	}
	if err := ref.check(ctx, in.Payload); err != nil {
		return nil, err
	}
	return update(ctx, s, func(tx *store.Tx) (*platform.GetOrSetStateOutput, error) {
		if err := ref.subject(ctx, tx, id); err != nil {
			return nil, err
		}
		st, err := s.lockState(ctx, tx, ref)
		if err != nil {
			return nil, err
		}
		if st != nil {
			return &platform.GetOrSetStateOutput{State: stateView(st), Meta: platform.Cached{Cached: true}}, s.touch(ctx, tx, st)
		}
		if st, err = s.put(ctx, tx, ref, nil, in.Payload, in.Expiry); err != nil {
			return nil, err
		}
		return &platform.GetOrSetStateOutput{State: stateView(st)}, nil
	})
}

// lockState is read for one that may not exist yet: others that ask for it
// wait until this transaction ends.
func (s *Service) lockState(ctx context.Context, tx *store.Tx, r *stateRef) (*store.State, error) {
	if err := tx.LockTags(ctx, "state", r.key.BotID+"/"+r.key.Owner+"/"+r.key.Type+"/"+r.key.SubjectID, store.Tags{"name": r.key.Name}); err != nil {
		return nil, err
	}
	return r.read(ctx, tx, tx.Now(), true)
}

func (s *Service) patchState(ctx context.Context, id *Identity, in *platform.PatchStateInput) (*platform.PatchStateOutput, error) {
	ref, err := id.state(in.Type, in.ID, in.Name)
	if err != nil {
		return nil, err
	}
	if err := checkObject("payload", in.Payload); err != nil {
		return nil, err
	}
	return update(ctx, s, func(tx *store.Tx) (*platform.PatchStateOutput, error) {
		if err := ref.subject(ctx, tx, id); err != nil {
			return nil, err
		}
		old, err := s.lockState(ctx, tx, ref)
		if err != nil {
			return nil, err
		}
		payload := in.Payload
		if old != nil {
			if payload, err = patch(old.Payload, in.Payload); err != nil {
				return nil, err
			}
		}
		if err := ref.check(ctx, payload); err != nil {
			return nil, err
		}
		st, err := s.put(ctx, tx, ref, old, payload, in.Expiry)
		if err != nil {
			return nil, err
		}
		return &platform.PatchStateOutput{State: stateView(st)}, nil
	})
}

// patch replaces the members of an object that a change names.
func patch(object, change json.RawMessage) (json.RawMessage, error) {
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(object, &members); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(change, &members); err != nil {
		return nil, err
	}
	return json.Marshal(members)
}

func (s *Service) setStateExpiry(ctx context.Context, id *Identity, in *platform.SetStateExpiryInput) (*platform.SetStateExpiryOutput, error) {
	ref, err := id.state(in.Type, in.ID, in.Name)
	if err != nil {
		return nil, err
	}
	if !in.Expiry.Present {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "expiry is missing; give milliseconds, or null to keep the state for ever")
	}
	return update(ctx, s, func(tx *store.Tx) (*platform.SetStateExpiryOutput, error) {
		if err := ref.subject(ctx, tx, id); err != nil {
			return nil, err
		}
		old, err := ref.read(ctx, tx, tx.Now(), true)
		if err != nil {
			return nil, err
		}
		if old == nil {
			return nil, ref.missing()
		}
		st, err := s.put(ctx, tx, ref, old, old.Payload, in.Expiry)
		if err != nil {
			return nil, err
		}
		return &platform.SetStateExpiryOutput{State: stateView(st)}, nil
	})
}
