package api

import (
	"sync"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// fit is what decides whether a message fits: the channel of an installation.
// It never changes for a conversation.
type fit struct{ alias, channel string }

// foresee checks the draft before its transaction, where nobody waits for it,
// against the channel where its conversation probably is. When it fits there
// the transaction, which reads the conversation, does not check it again; in
// all other cases it does, and says what is wrong.
func (d *messageDraft) foresee(id *Identity, where fit) {
	if where.alias == "" || d.check() != nil {
		return
	}
	if d.fits(id, &store.Conversation{Alias: where.alias, Channel: where.channel}) == nil {
		d.fitted = where
	}
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
