package api

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// messageDraft is what the operations that make messages say of one.
type messageDraft struct {
	typ, origin string
	payload     json.RawMessage
	tags        platform.Tags
	schedule    *platform.Schedule
	by          []string // discriminateByTags
	createdAt   time.Time
	imported    bool // nobody is told
	foreseen    verdict
	key         *store.IdempotencyKey // nil without one
	id          string                // of the message, once its key is claimed
}

// check refuses what no conversation would accept.
func (d *messageDraft) check() error {
	switch {
	case d.typ == "":
		return platform.Errorf(platform.TypeInvalidPayload, "type is missing; give a message type of the conversation's channel")
	case len(d.typ) > maxName:
		return platform.Errorf(platform.TypeInvalidPayload, "type has %d bytes; give at most %d", len(d.typ), maxName)
	case d.origin != "" && d.origin != platform.OriginSynthetic:
		return platform.Errorf(platform.TypeInvalidPayload, "origin %q is not known; give %q or leave it out", d.origin, platform.OriginSynthetic)
	}
	return checkObject("payload", d.payload)
}

// silent reports that no side is notified of the message.
func (d *messageDraft) silent() bool { return d.imported || d.origin == platform.OriginSynthetic }

// reaches refuses a message that could never be delivered, because the
// installation of its conversation was removed.
func (d *messageDraft) reaches(ctx context.Context, tx *store.Tx, id *Identity, c *store.Conversation) error {
	if d.silent() || installationOf(id.Bot, c) != nil {
		return nil
	}
	return goneError(ctx, tx, id.Bot, c)
}

// fits checks the draft against the channel of its conversation. An
// integration may pass on types that its definition does not name.
func (d *messageDraft) fits(ctx context.Context, id *Identity, c *store.Conversation) error {
	return d.foreseen.check(ctx, id.Bot, c, d.typ, d.payload, id.Installation != nil)
}

func checkMessage(ctx context.Context, bot *catalog.Bot, c *store.Conversation, typ string, payload json.RawMessage, lenient bool) error {
	in := bot.Installations[c.Alias]
	if in == nil {
		return nil // removed since: nothing says how its messages look
	}
	v, ok := in.Integration.Message(c.Channel, typ)
	if !ok && !lenient {
		return platform.Errorf(platform.TypeInvalidPayload, "type %q is not declared by channel %q of integration %q; declared types: %s",
			typ, c.Channel, in.Integration.Name, catalog.Names(in.Integration.Def.Channels[c.Channel].Messages))
	}
	return checkSchema(ctx, v, "payload", payload, "message type", typ)
}

// insertMessage writes a message and, in the same transaction, its delivery.
func (s *Service) insertMessage(ctx context.Context, tx *store.Tx, id *Identity, c *store.Conversation, u *store.User, d *messageDraft) (*store.Message, error) {
	m := &store.Message{
		BotID: id.Bot.ID, InstallationID: c.InstallationID, ConversationID: c.ID, UserID: u.ID,
		Type: d.typ, Direction: string(platform.Outgoing), Origin: d.origin, Payload: d.payload, CreatedAt: d.createdAt,
	}
	if m.CreatedAt.IsZero() {
		m.CreatedAt = tx.Now()
	}
	if m.ID = d.id; m.ID == "" {
		m.ID = s.messageID(m.CreatedAt, d.imported)
	}
	if id.Installation != nil {
		m.Direction = string(platform.Incoming)
	}
	var err error
	if m.Tags, err = (tagWriter{id: id, kind: store.KindMessage, channel: c.Channel}).merge(nil, d.tags); err != nil {
		return nil, err
	}
	if m.DeliverAt, err = due(d.schedule, tx.Now()); err != nil {
		return nil, err
	}
	silent := d.silent()
	if silent {
		m.DeliverAt = nil
	}
	if err := tx.CreateMessage(ctx, m); err != nil {
		return nil, err
	}
	c.MessageCount, c.UpdatedAt = c.MessageCount+1, tx.Now()
	switch {
	case silent:
		return m, nil
	case m.DeliverAt != nil:
		tx.OnCommit(func() { s.wakeAt(*m.DeliverAt) })
		return m, nil
	}
	return m, s.deliverMessage(ctx, tx, id.Bot, m, c, u)
}

// messageID makes an id. Lists go by id, so that of an imported message must
// tell of its own time.
func (s *Service) messageID(at time.Time, imported bool) string {
	if imported {
		return new(platform.IDs).New(platform.PrefixMessage, at)
	}
	return s.ids.New(platform.PrefixMessage, at)
}

// parties reads the conversation and the user of a message.
func parties(ctx context.Context, tx *store.Tx, id *Identity, conversationID, userID string) (*store.Conversation, *store.User, error) {
	c, u, err := tx.Parties(ctx, id.Bot.ID, conversationID, userID)
	if err == nil && id.owns(c.InstallationID) && id.sees(u) {
		return c, u, nil
	}
	// One of them is not there for the caller: one by one they tell which.
	if c, err = findConversation(ctx, tx, id, conversationID, "conversationId"); err != nil {
		return nil, nil, err
	}
	u, err = findUser(ctx, tx, id, userID, "userId")
	return c, u, err
}

func (s *Service) createMessage(ctx context.Context, id *Identity, in *platform.CreateMessageInput) (*platform.CreateMessageOutput, error) {
	key, err := keyed(id, platform.OpCreateMessage.Operation, in)
	if err != nil {
		return nil, err
	}
	d := &messageDraft{typ: in.Type, origin: in.Origin, payload: in.Payload, tags: in.Tags, schedule: in.Schedule, key: key}
	if err := d.check(); err != nil {
		return nil, err
	}
	d.foresee(ctx, id, s.whereabouts(ctx, id, in.ConversationID, d.payload))
	return update(ctx, s, func(tx *store.Tx) (*platform.CreateMessageOutput, error) {
		if prior, err := s.repeatedMessage(ctx, tx, id, d, in.ConversationID, in.UserID); err != nil {
			return nil, err
		} else if prior != nil {
			return &platform.CreateMessageOutput{Message: messageView(prior, id.alias()), Replayed: true}, nil
		}
		c, u, err := parties(ctx, tx, id, in.ConversationID, in.UserID)
		if err != nil {
			return nil, err
		}
		s.fits.keep(c)
		if err := d.reaches(ctx, tx, id, c); err != nil {
			return nil, err
		}
		if err := d.fits(ctx, id, c); err != nil {
			return nil, err
		}
		m, err := s.insertMessage(ctx, tx, id, c, u, d)
		if err != nil {
			return nil, err
		}
		return &platform.CreateMessageOutput{Message: messageView(m, id.alias())}, nil
	})
}

func (s *Service) getMessage(ctx context.Context, id *Identity, in *platform.GetMessageInput) (*platform.GetMessageOutput, error) {
	return view(ctx, s, func(tx *store.Tx) (*platform.GetMessageOutput, error) {
		m, err := findMessage(ctx, tx, id, in.ID, inPath)
		if err != nil {
			return nil, err
		}
		return &platform.GetMessageOutput{Message: messageView(m, id.alias())}, nil
	})
}

func (s *Service) listMessages(ctx context.Context, id *Identity, in *platform.ListMessagesInput) (*platform.ListMessagesOutput, error) {
	tags, err := id.filter(in.Tags)
	if err != nil {
		return nil, err
	}
	p := newPager("messages", id.Bot.ID, id.installationID(), in.ConversationID)
	page, err := p.page(in.PageSize, in.NextToken)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx *store.Tx) (*platform.ListMessagesOutput, error) {
		if in.ConversationID != "" {
			if _, err := findConversation(ctx, tx, id, in.ConversationID, "conversationId"); err != nil {
				return nil, err
			}
		}
		list, next, err := tx.Messages(ctx, store.MessageFilter{
			BotID: id.Bot.ID, InstallationID: id.installationID(), ConversationID: in.ConversationID,
			Tags: tags, After: moment(in.AfterDate), Before: moment(in.BeforeDate),
		}, page)
		if err != nil {
			return nil, err
		}
		return &platform.ListMessagesOutput{Messages: views(list, messageView, id.alias()), Meta: p.meta(next)}, nil
	})
}

func (s *Service) updateMessage(ctx context.Context, id *Identity, in *platform.UpdateMessageInput) (*platform.UpdateMessageOutput, error) {
	if len(in.Payload) > 0 {
		if err := checkObject("payload", in.Payload); err != nil {
			return nil, err
		}
	}
	foreseen := s.foreseeUpdate(ctx, id, in)
	return update(ctx, s, func(tx *store.Tx) (*platform.UpdateMessageOutput, error) {
		m, err := tx.LockMessage(ctx, id.Bot.ID, in.ID)
		if err != nil {
			return nil, inPath.fault(err, "message", in.ID)
		}
		if !id.owns(m.InstallationID) {
			return nil, inPath.missing("message", in.ID)
		}
		if err := s.rewriteMessage(ctx, tx, id, m, in.Tags, in.Payload, foreseen); err != nil {
			return nil, err
		}
		return &platform.UpdateMessageOutput{Message: messageView(m, id.alias())}, nil
	})
}

// lenient tells whether a message may be of a type that is not declared: an
// integration's.
func lenient(m *store.Message) bool { return m.Direction == string(platform.Incoming) }

// rewriteMessage merges tags and replaces the payload, when one is given, of
// a message that the transaction has locked.
func (s *Service) rewriteMessage(ctx context.Context, tx *store.Tx, id *Identity, m *store.Message, tags platform.Tags, payload json.RawMessage, foreseen verdict) error {
	c, err := tx.Conversation(ctx, id.Bot.ID, m.ConversationID)
	if err != nil {
		return err
	}
	before := *m
	if m.Tags, err = (tagWriter{id: id, kind: store.KindMessage, channel: c.Channel}).merge(m.Tags, tags); err != nil {
		return err
	}
	if len(payload) > 0 {
		if err := foreseen.check(ctx, id.Bot, c, m.Type, payload, lenient(m)); err != nil {
			return err
		}
		m.Payload = payload
	}
	if err := tx.UpdateMessage(ctx, m); err != nil {
		return err
	}
	if err := s.rewriteDelivery(ctx, tx, id.Bot, &before, m, c); err != nil {
		return err
	}
	return s.tellMessageUpdated(ctx, tx, id, &before, m, c)
}

func (s *Service) deleteMessage(ctx context.Context, id *Identity, in *platform.DeleteMessageInput) (*platform.DeleteMessageOutput, error) {
	return update(ctx, s, func(tx *store.Tx) (*platform.DeleteMessageOutput, error) {
		m, err := findMessage(ctx, tx, id, in.ID, inPath)
		if err != nil {
			return nil, err
		}
		if err := tx.DeleteMessage(ctx, id.Bot.ID, in.ID); err != nil {
			return nil, err
		}
		return &platform.DeleteMessageOutput{}, discardMessage(ctx, tx, m)
	})
}

func (s *Service) getOrCreateMessage(ctx context.Context, id *Identity, in *platform.GetOrCreateMessageInput) (*platform.GetOrCreateMessageOutput, error) {
	key, err := keyed(id, platform.OpGetOrCreateMessage.Operation, in)
	if err != nil {
		return nil, err
	}
	d := &messageDraft{typ: in.Type, origin: in.Origin, payload: in.Payload, tags: in.Tags, schedule: in.Schedule, by: in.DiscriminateByTags, key: key}
	if len(d.payload) > 0 {
		if err := d.check(); err != nil {
			return nil, err
		}
		d.foresee(ctx, id, s.whereabouts(ctx, id, in.ConversationID, d.payload))
	}
	return update(ctx, s, func(tx *store.Tx) (*platform.GetOrCreateMessageOutput, error) {
		c, u, err := parties(ctx, tx, id, in.ConversationID, in.UserID)
		if err != nil {
			return nil, err
		}
		m, created, err := s.obtainMessage(ctx, tx, id, c, u, d)
		if err != nil {
			return nil, err
		}
		return &platform.GetOrCreateMessageOutput{Message: messageView(m, id.alias()), Meta: platform.Created{Created: created}}, nil
	})
}

// obtainMessage finds the message of the conversation that the draft's tags
// mean, or makes and delivers one. Concurrent calls make one. Without tags it
// makes one for each idempotency key, and for each call without a key.
func (s *Service) obtainMessage(ctx context.Context, tx *store.Tx, id *Identity, c *store.Conversation, u *store.User, d *messageDraft) (m *store.Message, created bool, err error) {
	match, err := tagWriter{id: id, kind: store.KindMessage, channel: c.Channel}.match(d.tags, d.by)
	if err != nil {
		return nil, false, err
	}
	if len(match) > 0 {
		if err := tx.LockTags(ctx, store.KindMessage, c.ID, match); err != nil {
			return nil, false, err
		}
		m, err = tx.FindMessage(ctx, id.Bot.ID, c.ID, match)
		if err == nil {
			m, err = s.foundMessage(ctx, tx, id, m, d)
			return m, false, err
		}
		if !errors.Is(err, store.ErrNotFound) {
			return nil, false, err
		}
	}
	if err := d.check(); err != nil {
		return nil, false, err
	}
	if err := d.reaches(ctx, tx, id, c); err != nil {
		return nil, false, err
	}
	if err := d.fits(ctx, id, c); err != nil {
		return nil, false, err
	}
	if len(match) == 0 { // else the tags tell repeats
		if m, err = s.repeatedMessage(ctx, tx, id, d, c.ID, u.ID); m != nil || err != nil {
			return m, false, err
		}
	}
	m, err = s.insertMessage(ctx, tx, id, c, u, d)
	return m, err == nil, err
}

// foundMessage merges what a get-or-create says into the message it found; an
// imported one is left as it is.
func (s *Service) foundMessage(ctx context.Context, tx *store.Tx, id *Identity, m *store.Message, d *messageDraft) (*store.Message, error) {
	if d.imported {
		return m, nil
	}
	m, err := tx.LockMessage(ctx, id.Bot.ID, m.ID)
	if err != nil {
		return nil, err
	}
	return m, s.rewriteMessage(ctx, tx, id, m, d.tags, d.payload, d.foreseen)
}
