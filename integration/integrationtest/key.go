package integrationtest

import (
	"encoding/json"
	"fmt"

	"github.com/bellhop-dev/bellhop/platform"
)

// keyedCall is a call with an idempotency key that was carried out, or is.
type keyedCall struct {
	operation string
	payload   string
	done      chan struct{}
	out       json.RawMessage
	err       error
}

// once answers a call as answer does, unless an earlier call of the same
// caller has the same idempotency key: then as the platform does, with what
// that call made, or with a conflict.
func (p *Platform) once(call *platform.Call, answer func(any) (any, error)) (raw json.RawMessage, replayed bool, err error) {
	key := platform.IdempotencyKey(call.In)
	if key == nil || *key == "" || byTags(call.In) {
		raw, err := encoded(answer, call.In)
		return raw, false, err
	}
	if err := platform.CheckIdempotencyKey("idempotencyKey", *key); err != nil {
		return nil, false, err
	}
	payload, err := json.Marshal(call.In)
	if err != nil {
		return nil, false, err
	}
	name := fmt.Sprintf("%q %q %q %q", call.Caller.BotID, call.Caller.IntegrationID, call.Caller.IntegrationAlias, *key)
	for {
		p.mu.Lock()
		k := p.keyed[name]
		if k == nil {
			k = &keyedCall{operation: call.Op.Name, payload: string(payload), done: make(chan struct{})}
			p.keyed[name] = k
			p.mu.Unlock()
			raw, err := p.carryOut(name, k, answer, call.In)
			return raw, false, err
		}
		p.mu.Unlock()
		<-k.done
		switch {
		case k.err != nil:
			continue // it is not kept
		case k.operation != call.Op.Name || k.payload != string(payload):
			return nil, false, k.conflict(*key).Error()
		}
		return k.out, true, nil
	}
}

func (p *Platform) carryOut(name string, k *keyedCall, answer func(any) (any, error), in any) (json.RawMessage, error) {
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if k.err != nil {
			delete(p.keyed, name)
		}
		close(k.done)
	}()
	k.out, k.err = encoded(answer, in)
	return k.out, k.err
}

// byTags reports whether repeats of a call are told by tags.
func byTags(in any) bool {
	switch in := in.(type) {
	case *platform.GetOrCreateMessageInput:
		return len(in.Tags) > 0
	case *platform.InitializeIncomingMessageInput:
		return in.Message == nil || len(in.Message.Tags) > 0
	}
	return false
}

func encoded(answer func(any) (any, error), in any) (json.RawMessage, error) {
	out, err := answer(in)
	if err != nil {
		return nil, err
	}
	return json.Marshal(out)
}

func (k *keyedCall) conflict(key string) platform.KeyConflict {
	c := platform.KeyConflict{Key: key, Operation: k.operation}
	var made struct {
		Message, Event, User, Conversation struct{ ID string }
		Output                             any
	}
	if json.Unmarshal(k.out, &made) != nil {
		return c
	}
	c.Output = made.Output
	for _, id := range []string{made.Message.ID, made.Event.ID, made.User.ID, made.Conversation.ID} {
		if c.ID == "" {
			c.ID = id
		}
	}
	return c
}
