package api

import (
	"context"
	"errors"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// place says where a caller gave an id, which decides the error when there is
// no such thing for the caller: objects of others are like objects that do
// not exist.
type place string

// inPath is an id in the path; any other place is the name of a member of the
// body.
const inPath place = ""

func (p place) missing(what, id string) error {
	if p == inPath {
		return platform.Errorf(platform.TypeResourceNotFound, "%s %q not found", what, id)
	}
	if id == "" {
		return platform.Errorf(platform.TypeInvalidPayload, "%s is missing; give the id of a %s", string(p), what)
	}
	return platform.Errorf(platform.TypeReferenceNotFound, "%s: %s %q not found; give the id of one that exists and is yours", string(p), what, id)
}

func (p place) fault(err error, what, id string) error {
	if errors.Is(err, store.ErrNotFound) {
		return p.missing(what, id)
	}
	return err
}

func findUser(ctx context.Context, tx *store.Tx, id *Identity, userID string, at place) (*store.User, error) {
	if userID == "" {
		return nil, at.missing("user", userID)
	}
	u, err := tx.User(ctx, id.Bot.ID, userID)
	if err != nil {
		return nil, at.fault(err, "user", userID)
	}
	if !id.sees(u) {
		return nil, at.missing("user", userID)
	}
	return u, nil
}

// sees reports whether a user is within what the caller sees: for an
// integration those that it made, those that carry a tag of it, and the bot.
func (id *Identity) sees(u *store.User) bool {
	if id.owns(u.InstallationID) || u.ID == id.Bot.ID {
		return true
	}
	for key := range u.Tags {
		if _, ok := cutAlias(key, id.Installation.Alias); ok {
			return true
		}
	}
	return false
}

func findConversation(ctx context.Context, tx *store.Tx, id *Identity, conversationID string, at place) (*store.Conversation, error) {
	if conversationID == "" {
		return nil, at.missing("conversation", conversationID)
	}
	c, err := tx.Conversation(ctx, id.Bot.ID, conversationID)
	if err != nil {
		return nil, at.fault(err, "conversation", conversationID)
	}
	if !id.owns(c.InstallationID) {
		return nil, at.missing("conversation", conversationID)
	}
	return c, nil
}

func findMessage(ctx context.Context, tx *store.Tx, id *Identity, messageID string, at place) (*store.Message, error) {
	m, err := tx.Message(ctx, id.Bot.ID, messageID)
	if err != nil {
		return nil, at.fault(err, "message", messageID)
	}
	if !id.owns(m.InstallationID) {
		return nil, at.missing("message", messageID)
	}
	return m, nil
}

// view runs fn on a snapshot and returns what it returns.
func view[T any](ctx context.Context, s *Service, fn func(*store.Tx) (T, error)) (out T, err error) {
	err = s.Store.View(ctx, func(tx *store.Tx) (err error) {
		out, err = fn(tx)
		return err
	})
	return out, err
}

// update runs fn in a transaction and returns what it returns. The dispatcher is
// notified of the lanes in which fn discarded deliveries.
func update[T any](ctx context.Context, s *Service, fn func(*store.Tx) (T, error)) (out T, err error) {
	err = s.Store.Update(ctx, func(tx *store.Tx) (err error) {
		out, err = fn(tx)
		for _, d := range tx.Discarded() {
			tx.OnCommit(func() { s.Dispatcher.Notify(d) })
		}
		return err
	})
	return out, err
}
