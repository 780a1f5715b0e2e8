package api

import (
	"context"
	"errors"
	"strings"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// repeatedMessage claims the key of the draft, if it has one, and returns the message that an earlier call made under it;
// nil means that the message is to be created. One that was deleted since is returned as it was created: a bot's turn
// that is tried again must get past what it deleted itself.
func (s *Service) repeatedMessage(ctx context.Context, tx *store.Tx, id *Identity, d *messageDraft, conversationID, userID string) (*store.Message, error) {
	if d.key == nil {
		return nil, nil
	}
	d.id = s.messageID(tx.Now(), false)
	prior, err := claim(ctx, tx, d.key, d.id)
	if err != nil || prior == nil {
		return nil, err
	}
	m, err := tx.Message(ctx, id.Bot.ID, prior.RowID)
	if !errors.Is(err, store.ErrNotFound) {
		return m, err
	}
	m = &store.Message{
		ID: prior.RowID, BotID: id.Bot.ID, ConversationID: conversationID, UserID: userID, Type: d.typ, Origin: d.origin,
		Direction: string(platform.Outgoing), Payload: d.payload, Tags: store.Tags{}, CreatedAt: prior.CreatedAt, UpdatedAt: prior.CreatedAt,
	}
	if id.Installation != nil {
		m.Direction = string(platform.Incoming)
	}
	for name, value := range d.tags {
		if in := id.Installation; in != nil && !strings.HasPrefix(name, in.Alias+":") {
			name = in.Alias + ":" + name
		}
		m.Tags[name] = value
	}
	return m, nil
}

// repeatedEvent is repeatedMessage for an event, whose row is about to be created.
func repeatedEvent(ctx context.Context, tx *store.Tx, k *store.IdempotencyKey, e *store.Event) (*store.Event, error) {
	prior, err := claim(ctx, tx, k, e.ID)
	if err != nil || prior == nil {
		return nil, err
	}
	first, err := tx.Event(ctx, e.BotID, prior.RowID)
	if !errors.Is(err, store.ErrNotFound) {
		return first, err
	}
	gone := *e
	gone.ID, gone.CreatedAt, gone.Status = prior.RowID, prior.CreatedAt, string(platform.EventProcessed)
	return &gone, nil
}

// duplicateEvent reads the event that has the dedupe key already, and makes it the row of the idempotency key.
func duplicateEvent(ctx context.Context, tx *store.Tx, k *store.IdempotencyKey, e *store.Event) (*store.Event, error) {
	first, err := tx.EventByKey(ctx, e.BotID, e.InstallationID, e.DedupeKey)
	if err != nil || k == nil {
		return first, err
	}
	if err := tx.ReleaseKey(ctx, k); err != nil {
		return nil, err
	}
	_, err = claim(ctx, tx, k, first.ID)
	return first, err
}

// claimed reads the record of an earlier call with the key, before code is asked to create the row.
func (s *Service) claimed(ctx context.Context, k *store.IdempotencyKey) (*store.IdempotencyKey, error) {
	if k == nil {
		return nil, nil
	}
	prior, err := view(ctx, s, func(tx *store.Tx) (*store.IdempotencyKey, error) {
		return tx.KeyRecord(ctx, k.BotID, k.InstallationID, k.Key)
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	return prior, sameCall(k, prior)
}

// claimAlone records the row that an integration's code created for a call with a key. It returns the row of the call,
// which is another one when a repeat of the call was quicker.
func (s *Service) claimAlone(ctx context.Context, k *store.IdempotencyKey, rowID string) (string, error) {
	prior, err := update(ctx, s, func(tx *store.Tx) (*store.IdempotencyKey, error) { return claim(ctx, tx, k, rowID) })
	if prior != nil {
		rowID = prior.RowID
	}
	return rowID, err
}

// deletedSince is the answer to a repeated call whose row is gone.
func deletedSince(prior *store.IdempotencyKey, err error) error {
	if !platform.IsType(err, platform.TypeResourceNotFound) {
		return err
	}
	return platform.Errorf(platform.TypeResourceGone, "idempotencyKey %q belongs to an earlier %s, which made %s; that was deleted since: give another key to make a new one",
		prior.Key, prior.Operation, prior.RowID)
}

func (s *Service) repeatedUser(ctx context.Context, id *Identity, prior *store.IdempotencyKey) (*platform.CreateUserOutput, error) {
	out, err := s.getUser(ctx, id, &platform.GetUserInput{ID: prior.RowID})
	if err != nil {
		return nil, deletedSince(prior, err)
	}
	return &platform.CreateUserOutput{User: out.User, Replayed: true}, nil
}

func (s *Service) repeatedConversation(ctx context.Context, id *Identity, prior *store.IdempotencyKey) (*platform.CreateConversationOutput, error) {
	out, err := s.getConversation(ctx, id, &platform.GetConversationInput{ID: prior.RowID})
	if err != nil {
		return nil, deletedSince(prior, err)
	}
	return &platform.CreateConversationOutput{Conversation: out.Conversation, Replayed: true}, nil
}
