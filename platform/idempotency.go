package platform

import "errors"

// MaxIdempotencyKey is the greatest length of an idempotency key, in bytes.
const MaxIdempotencyKey = 255

// CheckIdempotencyKey returns an InvalidPayload error that names the field
// unless key has 1 to MaxIdempotencyKey visible ASCII characters.
func CheckIdempotencyKey(field, key string) error {
	if n := len(key); n == 0 || n > MaxIdempotencyKey {
		return Errorf(TypeInvalidPayload, "%s has %d bytes; give 1 to %d", field, n, MaxIdempotencyKey)
	}
	for i := range len(key) {
		if c := key[i]; c <= ' ' || c > '~' {
			return Errorf(TypeInvalidPayload, "%s has a character at byte %d that is not visible ASCII; give letters, digits and punctuation", field, i)
		}
	}
	return nil
}

// keyedInput is an input of an operation that takes an idempotency key.
type keyedInput interface{ idempotencyKey() *string }

func (in *CreateMessageInput) idempotencyKey() *string             { return &in.IdempotencyKey }
func (in *GetOrCreateMessageInput) idempotencyKey() *string        { return &in.IdempotencyKey }
func (in *InitializeIncomingMessageInput) idempotencyKey() *string { return &in.IdempotencyKey }
func (in *CreateEventInput) idempotencyKey() *string               { return &in.IdempotencyKey }
func (in *CallActionInput) idempotencyKey() *string                { return &in.IdempotencyKey }
func (in *CreateUserInput) idempotencyKey() *string                { return &in.IdempotencyKey }
func (in *CreateConversationInput) idempotencyKey() *string        { return &in.IdempotencyKey }

// IdempotencyKey returns where the key is in a pointer to an operation's
// input, or nil when the operation takes none.
func IdempotencyKey(in any) *string {
	if k, ok := in.(keyedInput); ok {
		return k.idempotencyKey()
	}
	return nil
}

// replayable is an output that states whether an earlier call produced it.
type replayable interface{ replayed() *bool }

func (out *CreateMessageOutput) replayed() *bool      { return &out.Replayed }
func (out *CreateEventOutput) replayed() *bool        { return &out.Replayed }
func (out *CallActionOutput) replayed() *bool         { return &out.Replayed }
func (out *CreateUserOutput) replayed() *bool         { return &out.Replayed }
func (out *CreateConversationOutput) replayed() *bool { return &out.Replayed }

// Replayed returns where a pointer to an operation's output states that an
// earlier call with the same idempotency key produced it, or nil.
func Replayed(out any) *bool {
	if r, ok := out.(replayable); ok {
		return r.replayed()
	}
	return nil
}

// Members of the metadata of a KeyConflict.
const (
	metaKey       = "idempotencyKey"
	metaOperation = "operation"
	metaID        = "id"
	metaOutput    = "output"
)

// KeyConflict describes a call that was refused because its idempotency key
// belongs to an earlier call with another operation or another payload.
type KeyConflict struct {
	Key       string
	Operation string // of the earlier call
	ID        string // of the row that the earlier call created; "" for callAction
	Output    any    // of the earlier callAction, decoded from JSON; nil when it is not kept
}

// Error returns the conflict as an AlreadyExists error.
func (c KeyConflict) Error() *Error {
	what := c.ID
	if what == "" {
		what = "an action's output"
	}
	e := Errorf(TypeAlreadyExists, "idempotencyKey %q belongs to an earlier %s with another payload, which made %s; repeat that call unchanged, or give this one another key",
		c.Key, c.Operation, what)
	e.Metadata = map[string]any{metaKey: c.Key, metaOperation: c.Operation}
	if c.ID != "" {
		e.Metadata[metaID] = c.ID
	}
	if c.Output != nil {
		e.Metadata[metaOutput] = c.Output
	}
	return e
}

// AsKeyConflict returns the conflict that err reports.
func AsKeyConflict(err error) (KeyConflict, bool) {
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Type != TypeAlreadyExists {
		return KeyConflict{}, false
	}
	text := func(name string) string { s, _ := e.Metadata[name].(string); return s }
	c := KeyConflict{Key: text(metaKey), Operation: text(metaOperation), ID: text(metaID), Output: e.Metadata[metaOutput]}
	return c, c.Key != ""
}
