package api

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// maxFindBy is how many sets of tags a receiveMessage may look for each thing
// by: every set is a query.
const maxFindBy = 4

// receiveMessage finds or creates a user, a conversation and a message in one
// transaction.
func (s *Service) receiveMessage(ctx context.Context, id *Identity, in *platform.ReceiveMessageInput) (*platform.ReceiveMessageOutput, error) {
	if id.Installation == nil {
		return nil, platform.Errorf(platform.TypeForbidden, "receiveMessage is for integrations; call as one, with header x-integration-id")
	}
	if in.Message != nil && (in.User == nil || in.Conversation == nil) {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "message needs a user and a conversation: give user and conversation too")
	}
	d := s.receivedDraft(ctx, id, in)
	return update(ctx, s, func(tx *store.Tx) (out *platform.ReceiveMessageOutput, err error) {
		out = new(platform.ReceiveMessageOutput)
		var u *store.User
		if in.User != nil {
			if u, out.Meta.User, err = s.receivedUser(ctx, tx, id, in.User); err != nil {
				return nil, inMember("user", err)
			}
			v := userView(u, id.alias())
			out.User = &v
		}
		var c *store.Conversation
		if in.Conversation != nil {
			if c, out.Meta.Conversation, err = s.receivedConversation(ctx, tx, id, in.Conversation); err != nil {
				return nil, inMember("conversation", err)
			}
			s.fits.keep(c)
		}
		if d != nil && (u.Name != nil || !in.Message.RequireUserName) {
			var m *store.Message
			if m, out.Meta.Message, err = s.receivedMessage(ctx, tx, id, c, u, d, in.Message.FindBy); err != nil {
				return nil, inMember("message", err)
			}
			v := messageView(m, id.alias())
			out.Message = &v
		}
		if c != nil {
			v := conversationView(c, id.alias())
			out.Conversation = &v
		}
		return out, nil
	})
}

// inMember puts the member of the body before the message of an error.
func inMember(name string, err error) error {
	if e, ok := errors.AsType[*platform.Error](err); ok {
		named := *e
		named.Message = name + ": " + e.Message
		return &named
	}
	return fmt.Errorf("receive the %s: %w", name, err)
}

// receivedDraft is the draft of the message, or nil if there is none.
func (s *Service) receivedDraft(ctx context.Context, id *Identity, in *platform.ReceiveMessageInput) *messageDraft {
	if in.Message == nil {
		return nil
	}
	d := &messageDraft{typ: in.Message.Type, origin: in.Message.Origin, payload: in.Message.Payload, tags: in.Message.Tags}
	if in.Conversation.ID == "" {
		d.foresee(ctx, id, fit{id.Installation.Alias, in.Conversation.Channel})
	} else {
		d.foresee(ctx, id, s.whereabouts(ctx, id, in.Conversation.ID, d.payload))
	}
	return d
}

// lookUp finds the row that has all tags of the first set that finds one. It
// locks each set before it looks, so that concurrent calls create one row. It
// returns store.ErrNotFound if there is no set, or no row.
func lookUp[T any](ctx context.Context, w tagWriter, sets []platform.Tags, lock func(context.Context, store.Tags) error,
	find func(context.Context, store.Tags) (*T, error)) (*T, error) {
	if len(sets) > maxFindBy {
		return nil, platform.Errorf(platform.TypeLimitExceeded, "findBy has %d sets of tags; give at most %d", len(sets), maxFindBy)
	}
	for i, set := range sets {
		for name, value := range set {
			if value == "" {
				return nil, platform.Errorf(platform.TypeInvalidPayload, "findBy[%d].%s is empty; give the tag's value", i, name)
			}
		}
		match, err := w.merge(nil, set)
		if err != nil {
			return nil, err
		}
		if len(match) == 0 {
			continue
		}
		if err := lock(ctx, match); err != nil {
			return nil, err
		}
		row, err := find(ctx, match)
		if !errors.Is(err, store.ErrNotFound) {
			return row, err
		}
	}
	return nil, store.ErrNotFound
}

// foundAgain checks that the tags that a row is created with have one of the
// sets: otherwise each call would create another row.
func foundAgain(w tagWriter, sets []platform.Tags, created platform.Tags) error {
	if _, err := w.identify(created, nil); err != nil {
		return err
	}
	for _, set := range sets {
		within := len(set) > 0
		for name, value := range set {
			within = within && created[name] == value
		}
		if within {
			return nil
		}
	}
	return platform.Errorf(platform.TypeInvalidPayload, "findBy: no set is among the tags that the %s is created with, so it would not be found again", w.kind)
}

// findSets returns the sets to find a row by: those of the input, else the tags
// that it would be created with.
func findSets(findBy []platform.Tags, created platform.Tags) []platform.Tags {
	if len(findBy) > 0 {
		return findBy
	}
	return []platform.Tags{created}
}

// initialTags are the tags that a row is created with.
func initialTags(initial, tags platform.Tags) platform.Tags {
	if len(initial) == 0 {
		return tags
	}
	all := maps.Clone(initial)
	maps.Copy(all, tags)
	return all
}

func (s *Service) receivedUser(ctx context.Context, tx *store.Tx, id *Identity, in *platform.ReceivedUser) (u *store.User, created bool, err error) {
	d := &userDraft{tags: in.Tags, name: in.Name, picture: in.PictureURL}
	if err := d.check(); err != nil {
		return nil, false, err
	}
	if in.ID != "" {
		u, err = findUser(ctx, tx, id, in.ID, "id")
	} else {
		w, all := tagWriter{id: id, kind: store.KindUser}, initialTags(in.InitialTags, in.Tags)
		sets := findSets(in.FindBy, all)
		if err := foundAgain(w, sets, all); err != nil {
			return nil, false, err
		}
		u, err = lookUp(ctx, w, sets,
			func(ctx context.Context, match store.Tags) error {
				return tx.LockTags(ctx, store.KindUser, id.Bot.ID+"/"+id.installationID(), match)
			},
			func(ctx context.Context, match store.Tags) (*store.User, error) {
				return tx.FindUser(ctx, id.Bot.ID, id.alias(), match)
			})
		if errors.Is(err, store.ErrNotFound) {
			d.tags = all
			u, err = s.insertUser(ctx, tx, id, s.ids.New(platform.PrefixUser, tx.Now()), d)
			return u, err == nil, err
		}
	}
	if err != nil {
		return nil, false, err
	}
	return u, false, s.rewriteUser(ctx, tx, id, u, d)
}

func (s *Service) receivedConversation(ctx context.Context, tx *store.Tx, id *Identity, in *platform.ReceivedConversation) (c *store.Conversation, created bool, err error) {
	d := &conversationDraft{channel: in.Channel, tags: in.Tags}
	if in.ID != "" {
		if c, err = findConversation(ctx, tx, id, in.ID, "id"); err != nil {
			return nil, false, err
		}
		d.channel = c.Channel
		return c, false, s.rewriteConversation(ctx, tx, id, c, d)
	}
	owner, err := d.installation(id)
	if err != nil {
		return nil, false, err
	}
	w, all := d.writer(id), initialTags(in.InitialTags, in.Tags)
	sets := findSets(in.FindBy, all)
	if err := foundAgain(w, sets, all); err != nil {
		return nil, false, err
	}
	c, err = lookUp(ctx, w, sets,
		func(ctx context.Context, match store.Tags) error {
			return tx.LockTags(ctx, store.KindConversation, owner.ID+"/"+d.channel, match)
		},
		func(ctx context.Context, match store.Tags) (*store.Conversation, error) {
			return tx.FindConversation(ctx, id.Bot.ID, owner.ID, d.channel, match)
		})
	if errors.Is(err, store.ErrNotFound) {
		d.tags = all
		c, err = s.insertConversation(ctx, tx, id, owner, s.ids.New(platform.PrefixConversation, tx.Now()), d)
		return c, err == nil, err
	}
	if err != nil {
		return nil, false, err
	}
	return c, false, s.rewriteConversation(ctx, tx, id, c, d)
}

func (s *Service) receivedMessage(ctx context.Context, tx *store.Tx, id *Identity, c *store.Conversation, u *store.User, d *messageDraft,
	findBy []platform.Tags) (m *store.Message, created bool, err error) {
	w, sets := tagWriter{id: id, kind: store.KindMessage, channel: c.Channel}, findSets(findBy, d.tags)
	if err := foundAgain(w, sets, d.tags); err != nil {
		return nil, false, err
	}
	m, err = lookUp(ctx, w, sets,
		func(ctx context.Context, match store.Tags) error {
			return tx.LockTags(ctx, store.KindMessage, c.ID, match)
		},
		func(ctx context.Context, match store.Tags) (*store.Message, error) {
			return tx.FindMessage(ctx, id.Bot.ID, c.ID, match)
		})
	if err == nil {
		m, err = s.foundMessage(ctx, tx, id, m, d)
		return m, false, err
	}
	if !errors.Is(err, store.ErrNotFound) {
		return nil, false, err
	}
	if err := d.check(); err != nil {
		return nil, false, err
	}
	if err := d.fits(ctx, id, c); err != nil {
		return nil, false, err
	}
	m, err = s.insertMessage(ctx, tx, id, c, u, d)
	return m, err == nil, err
}
