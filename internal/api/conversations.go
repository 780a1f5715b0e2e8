package api

import (
	"context"
	"errors"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// conversationDraft is what createConversation, getOrCreateConversation and
// initializeIncomingMessage say of a conversation.
type conversationDraft struct {
	channel         string
	tags            platform.Tags
	properties      map[string]string
	integrationName string
	by              []string // discriminateByTags
}

// installation is where the draft's conversation is.
func (d *conversationDraft) installation(id *Identity) (*catalog.Installation, error) {
	in := id.Installation
	switch {
	case in != nil:
	case d.integrationName == "":
		return nil, platform.Errorf(platform.TypeInvalidPayload, "integrationName is missing; a bot gives the alias of: %s", catalog.Names(id.Bot.Installations))
	default:
		if in = id.Bot.Find(d.integrationName); in == nil {
			return nil, notInstalled("integrationName", d.integrationName, id.Bot)
		}
	}
	if _, ok := in.Integration.Def.Channels[d.channel]; !ok {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "channel %q is not declared by integration %q; declared channels: %s",
			d.channel, in.Integration.Name, catalog.Names(in.Integration.Def.Channels))
	}
	return in, nil
}

func (d *conversationDraft) writer(id *Identity) tagWriter {
	return tagWriter{id: id, kind: store.KindConversation, channel: d.channel}
}

func (s *Service) createConversation(ctx context.Context, id *Identity, in *platform.CreateConversationInput) (*platform.CreateConversationOutput, error) {
	d := &conversationDraft{channel: in.Channel, tags: in.Tags, properties: in.Properties, integrationName: in.IntegrationName}
	owner, err := d.installation(id)
	if err != nil {
		return nil, err
	}
	key, err := keyed(id, platform.OpCreateConversation.Operation, in)
	if err != nil {
		return nil, err
	}
	if prior, err := s.claimed(ctx, key); err != nil {
		return nil, err
	} else if prior != nil {
		return s.repeatedConversation(ctx, id, prior)
	}
	if made, err := s.askForConversation(ctx, id, owner, d); err != nil {
		return nil, err
	} else if made != "" {
		if made, err = s.claimAlone(ctx, key, made); err != nil {
			return nil, err
		}
		out, err := s.getConversation(ctx, id, &platform.GetConversationInput{ID: made})
		if err != nil {
			return nil, err
		}
		return &platform.CreateConversationOutput{Conversation: out.Conversation}, nil
	}
	var prior *store.IdempotencyKey
	out, err := update(ctx, s, func(tx *store.Tx) (*platform.CreateConversationOutput, error) {
		conversationID := s.ids.New(platform.PrefixConversation, tx.Now())
		if prior, err = claim(ctx, tx, key, conversationID); prior != nil || err != nil {
			return nil, err
		}
		c, err := s.insertConversation(ctx, tx, id, owner, conversationID, d)
		if err != nil {
			return nil, err
		}
		return &platform.CreateConversationOutput{Conversation: conversationView(c, id.alias())}, nil
	})
	if prior != nil && err == nil {
		return s.repeatedConversation(ctx, id, prior)
	}
	return out, err
}

func (s *Service) insertConversation(ctx context.Context, tx *store.Tx, id *Identity, owner *catalog.Installation, conversationID string, d *conversationDraft) (c *store.Conversation, err error) {
	c = &store.Conversation{ID: conversationID, BotID: id.Bot.ID, InstallationID: owner.ID,
		Alias: owner.Alias, Channel: d.channel}
	if c.Tags, err = d.writer(id).merge(nil, d.tags); err != nil {
		return nil, err
	}
	if c.Properties, err = encodeProperties(d.properties); err != nil {
		return nil, err
	}
	if err := tx.CreateConversation(ctx, c); err != nil {
		return nil, err
	}
	return c, nil
}

func (s *Service) getConversation(ctx context.Context, id *Identity, in *platform.GetConversationInput) (*platform.GetConversationOutput, error) {
	return view(ctx, s, func(tx *store.Tx) (*platform.GetConversationOutput, error) {
		c, err := findConversation(ctx, tx, id, in.ID, inPath)
		if err != nil {
			return nil, err
		}
		return &platform.GetConversationOutput{Conversation: conversationView(c, id.alias())}, nil
	})
}

func (s *Service) listConversations(ctx context.Context, id *Identity, in *platform.ListConversationsInput) (*platform.ListConversationsOutput, error) {
	by, asc, err := order(in.SortField, in.SortDirection)
	if err != nil {
		return nil, err
	}
	tags, err := id.filter(in.Tags)
	if err != nil {
		return nil, err
	}
	if n := len(in.ParticipantIDs); n > maxTags {
		return nil, platform.Errorf(platform.TypeInvalidQuery, "participantIds has %d members; give at most %d", n, maxTags)
	}
	f := store.ConversationFilter{
		BotID: id.Bot.ID, InstallationID: id.installationID(), Tags: tags, ParticipantIDs: in.ParticipantIDs,
		Channel: in.Channel, After: moment(in.AfterDate), Before: moment(in.BeforeDate),
		MinMessages: in.MinMessageCount, MaxMessages: in.MaxMessageCount, SortField: by, Asc: asc,
	}
	if in.IntegrationName != "" {
		f.Alias = in.IntegrationName
		if found := id.Bot.Find(in.IntegrationName); found != nil {
			f.Alias = found.Alias
		}
	}
	p := newPager("conversations", id.Bot.ID, f.InstallationID, f.Alias, f.Channel, by, in.SortDirection)
	page, err := p.page(in.PageSize, in.NextToken)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx *store.Tx) (*platform.ListConversationsOutput, error) {
		list, next, err := tx.Conversations(ctx, f, page)
		if err != nil {
			return nil, err
		}
		return &platform.ListConversationsOutput{Conversations: views(list, conversationView, id.alias()), Meta: p.meta(next)}, nil
	})
}

func (s *Service) getOrCreateConversation(ctx context.Context, id *Identity, in *platform.GetOrCreateConversationInput) (*platform.GetOrCreateConversationOutput, error) {
	d := &conversationDraft{channel: in.Channel, tags: in.Tags, properties: in.Properties, integrationName: in.IntegrationName,
		by: in.DiscriminateByTags}
	owner, err := d.installation(id)
	if err != nil {
		return nil, err
	}
	return update(ctx, s, func(tx *store.Tx) (*platform.GetOrCreateConversationOutput, error) {
		c, created, err := s.obtainConversation(ctx, tx, id, owner, d)
		if err != nil {
			return nil, err
		}
		return &platform.GetOrCreateConversationOutput{Conversation: conversationView(c, id.alias()), Meta: platform.Created{Created: created}}, nil
	})
}

// obtainConversation finds the conversation that the draft's tags mean on its
// channel, or makes one. Concurrent calls make one.
func (s *Service) obtainConversation(ctx context.Context, tx *store.Tx, id *Identity, owner *catalog.Installation, d *conversationDraft) (c *store.Conversation, created bool, err error) {
	match, err := d.writer(id).identify(d.tags, d.by)
	if err != nil {
		return nil, false, err
	}
	if err := tx.LockTags(ctx, store.KindConversation, owner.ID+"/"+d.channel, match); err != nil {
		return nil, false, err
	}
	c, err = tx.FindConversation(ctx, id.Bot.ID, owner.ID, d.channel, match)
	if err == nil {
		return c, false, s.rewriteConversation(ctx, tx, id, c, d)
	}
	if !errors.Is(err, store.ErrNotFound) {
		return nil, false, err
	}
	c, err = s.insertConversation(ctx, tx, id, owner, s.ids.New(platform.PrefixConversation, tx.Now()), d)
	return c, err == nil, err
}

// rewriteConversation writes the draft over a conversation unless that
// changes nothing.
func (s *Service) rewriteConversation(ctx context.Context, tx *store.Tx, id *Identity, c *store.Conversation, d *conversationDraft) error {
	tags, err := d.writer(id).merge(c.Tags, d.tags)
	if err != nil {
		return err
	}
	if sameTags(tags, c.Tags) && len(d.properties) == 0 {
		return nil
	}
	// Others may write other tags of it: merge with what they left.
	latest, err := tx.LockConversation(ctx, c.BotID, c.ID)
	if err != nil {
		return err
	}
	*c = *latest
	if c.Tags, err = d.writer(id).merge(c.Tags, d.tags); err != nil {
		return err
	}
	if c.Properties, err = mergeProperties(c.Properties, pointers(d.properties)); err != nil {
		return err
	}
	return tx.UpdateConversation(ctx, c)
}

func (s *Service) updateConversation(ctx context.Context, id *Identity, in *platform.UpdateConversationInput) (*platform.UpdateConversationOutput, error) {
	return update(ctx, s, func(tx *store.Tx) (*platform.UpdateConversationOutput, error) {
		c, err := tx.LockConversation(ctx, id.Bot.ID, in.ID)
		if err != nil {
			return nil, inPath.fault(err, "conversation", in.ID)
		}
		if !id.owns(c.InstallationID) {
			return nil, inPath.missing("conversation", in.ID)
		}
		before := *c
		w := tagWriter{id: id, kind: store.KindConversation, channel: c.Channel}
		if c.Tags, err = w.merge(c.Tags, in.Tags); err != nil {
			return nil, err
		}
		if c.Properties, err = mergeProperties(c.Properties, in.Properties); err != nil {
			return nil, err
		}
		if err := tx.UpdateConversation(ctx, c); err != nil {
			return nil, err
		}
		if err := s.tellConversationUpdated(ctx, tx, id, &before, c); err != nil {
			return nil, err
		}
		return &platform.UpdateConversationOutput{Conversation: conversationView(c, id.alias())}, nil
	})
}

func (s *Service) deleteConversation(ctx context.Context, id *Identity, in *platform.DeleteConversationInput) (*platform.DeleteConversationOutput, error) {
	return update(ctx, s, func(tx *store.Tx) (*platform.DeleteConversationOutput, error) {
		if _, err := findConversation(ctx, tx, id, in.ID, inPath); err != nil {
			return nil, err
		}
		return &platform.DeleteConversationOutput{}, tx.DeleteConversation(ctx, id.Bot.ID, in.ID)
	})
}
