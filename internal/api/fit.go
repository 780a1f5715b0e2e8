package api

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// fit is what decides whether a message fits: the channel of an installation.
// It never changes for a conversation.
type fit struct{ alias, channel string }

func (f fit) known() bool { return f.alias != "" }

// verdict is what a check of a payload said before the transaction that needs
// it: a large payload takes tenths of a second, and SQLite's one writer is not
// to wait for them. The zero verdict says nothing.
type verdict struct {
	where   fit
	typ     string
	lenient bool
	err     error
}

// foresee checks a payload against the channel where its conversation probably
// is.
func foresee(ctx context.Context, bot *catalog.Bot, where fit, typ string, payload json.RawMessage, lenient bool) verdict {
	if !where.known() || checkObject("payload", payload) != nil {
		return verdict{}
	}
	c := &store.Conversation{Alias: where.alias, Channel: where.channel}
	return verdict{where, typ, lenient, checkMessage(ctx, bot, c, typ, payload, lenient)}
}

// check is checkMessage for the payload that was foreseen, once its
// conversation was read.
func (v verdict) check(ctx context.Context, bot *catalog.Bot, c *store.Conversation, typ string, payload json.RawMessage, lenient bool) error {
	if v.where.known() && v.where == (fit{c.Alias, c.Channel}) && v.typ == typ && v.lenient == lenient {
		return v.err
	}
	return checkMessage(ctx, bot, c, typ, payload, lenient)
}

// foresee is foresee for a draft.
func (d *messageDraft) foresee(ctx context.Context, id *Identity, where fit) {
	if d.check() == nil {
		d.foreseen = foresee(ctx, id.Bot, where, d.typ, d.payload, id.Installation != nil)
	}
}

// largePayload is the least size in bytes of a payload for which the database
// is asked where its conversation is, when that is not known.
const largePayload = 2 << 10

// whereabouts is where a conversation is, as far as it is worth a look for a
// payload. Whether the caller may see it the transaction tells.
func (s *Service) whereabouts(ctx context.Context, id *Identity, conversationID string, payload json.RawMessage) fit {
	if where := s.fits.of(conversationID); where.known() || len(payload) < largePayload {
		return where
	}
	c, err := view(ctx, s, func(tx *store.Tx) (*store.Conversation, error) {
		return tx.Conversation(ctx, id.Bot.ID, conversationID)
	})
	if err != nil {
		return fit{}
	}
	s.fits.keep(c)
	return fit{c.Alias, c.Channel}
}

// foreseeUpdate checks the new payload of a message.
func (s *Service) foreseeUpdate(ctx context.Context, id *Identity, in *platform.UpdateMessageInput) verdict {
	if len(in.Payload) < largePayload {
		return verdict{}
	}
	m, err := view(ctx, s, func(tx *store.Tx) (*store.Message, error) { return findMessage(ctx, tx, id, in.ID, inPath) })
	if err != nil {
		return verdict{}
	}
	return foresee(ctx, id.Bot, s.whereabouts(ctx, id, m.ConversationID, in.Payload), m.Type, in.Payload, lenient(m))
}

// fits remembers the channels of conversations that were written in lately.
// Only a few thousand are kept.
type fits struct {
	mu    sync.Mutex
	known map[string]fit // by conversation id
}

const maxFits = 4096

func (f *fits) of(conversationID string) fit {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.known[conversationID]
}

func (f *fits) keep(c *store.Conversation) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.known == nil || len(f.known) >= maxFits {
		f.known = map[string]fit{}
	}
	f.known[c.ID] = fit{c.Alias, c.Channel}
}
