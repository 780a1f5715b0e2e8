package api

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// userDraft is what createUser, getOrCreateUser and initializeIncomingMessage
// say of a user.
type userDraft struct {
	tags            platform.Tags
	name, picture   string
	properties      map[string]string
	attributes      map[string]string
	integrationName string
	by              []string // discriminateByTags
}

func (d *userDraft) check() error {
	if n := utf8.RuneCountInString(d.name); n > maxName {
		return platform.Errorf(platform.TypeInvalidPayload, "name has %d characters; give at most %d", n, maxName)
	}
	if n := utf8.RuneCountInString(d.picture); n > maxURL {
		return platform.Errorf(platform.TypeInvalidPayload, "pictureUrl has %d characters; give at most %d", n, maxURL)
	}
	// Over HTTP these do not come so far; code that is linked hands on what
	// people call themselves.
	if strings.ContainsRune(d.name+d.picture, 0) {
		return platform.Errorf(platform.TypeInvalidPayload, "name or pictureUrl holds a zero character (\\u0000); leave it out")
	}
	return nil
}

func (s *Service) createUser(ctx context.Context, id *Identity, in *platform.CreateUserInput) (*platform.CreateUserOutput, error) {
	d := &userDraft{tags: in.Tags, name: in.Name, picture: in.PictureURL, properties: in.Properties, attributes: in.Attributes,
		integrationName: in.IntegrationName}
	if err := d.check(); err != nil {
		return nil, err
	}
	key, err := keyed(id, platform.OpCreateUser.Operation, in)
	if err != nil {
		return nil, err
	}
	if prior, err := s.claimed(ctx, key); err != nil {
		return nil, err
	} else if prior != nil {
		return s.repeatedUser(ctx, id, prior)
	}
	if made, err := s.askForUser(ctx, id, d); err != nil {
		return nil, err
	} else if made != "" {
		if made, err = s.claimAlone(ctx, key, made); err != nil {
			return nil, err
		}
		out, err := s.getUser(ctx, id, &platform.GetUserInput{ID: made})
		if err != nil {
			return nil, err
		}
		return &platform.CreateUserOutput{User: out.User}, nil
	}
	var prior *store.IdempotencyKey
	out, err := update(ctx, s, func(tx *store.Tx) (*platform.CreateUserOutput, error) {
		userID := s.ids.New(platform.PrefixUser, tx.Now())
		if prior, err = claim(ctx, tx, key, userID); prior != nil || err != nil {
			return nil, err
		}
		u, err := s.insertUser(ctx, tx, id, userID, d)
		if err != nil {
			return nil, err
		}
		return &platform.CreateUserOutput{User: userView(u, id.alias())}, nil
	})
	if prior != nil && err == nil {
		return s.repeatedUser(ctx, id, prior)
	}
	return out, err
}

func (s *Service) insertUser(ctx context.Context, tx *store.Tx, id *Identity, userID string, d *userDraft) (*store.User, error) {
	u := &store.User{ID: userID, BotID: id.Bot.ID, InstallationID: id.installationID()}
	if id.Installation == nil && d.integrationName != "" {
		in := id.Bot.Find(d.integrationName)
		if in == nil {
			return nil, notInstalled("integrationName", d.integrationName, id.Bot)
		}
		u.InstallationID = in.ID
	}
	if err := d.apply(id, u); err != nil {
		return nil, err
	}
	if err := tx.CreateUser(ctx, u); err != nil {
		return nil, err
	}
	return u, nil
}

// apply writes what the draft says over a user.
func (d *userDraft) apply(id *Identity, u *store.User) (err error) {
	if u.Tags, err = (tagWriter{id: id, kind: store.KindUser}).merge(u.Tags, d.tags); err != nil {
		return err
	}
	if d.name != "" {
		u.Name = &d.name
	}
	if d.picture != "" {
		u.PictureURL = &d.picture
	}
	if len(d.attributes) > 0 || len(d.properties) > 0 {
		u.Properties, err = mergeProperties(u.Properties, pointers(d.attributes), pointers(d.properties))
	}
	return err
}

func (s *Service) getUser(ctx context.Context, id *Identity, in *platform.GetUserInput) (*platform.GetUserOutput, error) {
	return view(ctx, s, func(tx *store.Tx) (*platform.GetUserOutput, error) {
		u, err := findUser(ctx, tx, id, in.ID, inPath)
		if err != nil {
			return nil, err
		}
		return &platform.GetUserOutput{User: userView(u, id.alias())}, nil
	})
}

func (s *Service) listUsers(ctx context.Context, id *Identity, in *platform.ListUsersInput) (*platform.ListUsersOutput, error) {
	by, asc, err := order(in.SortField, in.SortDirection)
	if err != nil {
		return nil, err
	}
	field, err := oneOf("rangeField", in.RangeField, "createdAt", "updatedAt")
	if err != nil {
		return nil, err
	}
	tags, err := id.filter(in.Tags)
	if err != nil {
		return nil, err
	}
	p := newPager("users", id.Bot.ID, id.installationID(), in.ConversationID, by, in.SortDirection)
	page, err := p.page(in.PageSize, in.NextToken)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx *store.Tx) (*platform.ListUsersOutput, error) {
		if in.ConversationID != "" {
			if _, err := findConversation(ctx, tx, id, in.ConversationID, "conversationId"); err != nil {
				return nil, err
			}
		}
		list, next, err := tx.Users(ctx, store.UserFilter{
			BotID: id.Bot.ID, InstallationID: id.installationID(), Alias: id.alias(), ConversationID: in.ConversationID,
			Tags: tags, After: moment(in.AfterDate), Before: moment(in.BeforeDate),
			RangeField: field, SortField: by, Asc: asc,
		}, page)
		if err != nil {
			return nil, err
		}
		return &platform.ListUsersOutput{Users: views(list, userView, id.alias()), Meta: p.meta(next)}, nil
	})
}

func (s *Service) getOrCreateUser(ctx context.Context, id *Identity, in *platform.GetOrCreateUserInput) (*platform.GetOrCreateUserOutput, error) {
	d := &userDraft{tags: in.Tags, name: in.Name, picture: in.PictureURL, properties: in.Properties, attributes: in.Attributes,
		integrationName: in.IntegrationName, by: in.DiscriminateByTags}
	if err := d.check(); err != nil {
		return nil, err
	}
	return update(ctx, s, func(tx *store.Tx) (*platform.GetOrCreateUserOutput, error) {
		u, created, err := s.obtainUser(ctx, tx, id, d)
		if err != nil {
			return nil, err
		}
		return &platform.GetOrCreateUserOutput{User: userView(u, id.alias()), Meta: platform.Created{Created: created}}, nil
	})
}

// obtainUser finds the user that the draft's tags mean, and writes the draft
// over it, or makes one. Concurrent calls make one.
func (s *Service) obtainUser(ctx context.Context, tx *store.Tx, id *Identity, d *userDraft) (u *store.User, created bool, err error) {
	match, err := tagWriter{id: id, kind: store.KindUser}.identify(d.tags, d.by)
	if err != nil {
		return nil, false, err
	}
	if err := tx.LockTags(ctx, store.KindUser, id.Bot.ID+"/"+id.installationID(), match); err != nil {
		return nil, false, err
	}
	u, err = tx.FindUser(ctx, id.Bot.ID, id.alias(), match)
	if err == nil {
		return u, false, s.rewriteUser(ctx, tx, id, u, d)
	}
	if !errors.Is(err, store.ErrNotFound) {
		return nil, false, err
	}
	u, err = s.insertUser(ctx, tx, id, s.ids.New(platform.PrefixUser, tx.Now()), d)
	return u, err == nil, err
}

// rewriteUser writes the draft over a user unless that changes nothing.
func (s *Service) rewriteUser(ctx context.Context, tx *store.Tx, id *Identity, u *store.User, d *userDraft) error {
	before := *u
	if err := d.apply(id, u); err != nil {
		return err
	}
	if sameText(before.Name, u.Name) && sameText(before.PictureURL, u.PictureURL) && sameTags(before.Tags, u.Tags) &&
		string(before.Properties) == string(u.Properties) {
		return nil
	}
	// Others may write other tags of the user: merge with what they left.
	latest, err := tx.LockUser(ctx, u.BotID, u.ID)
	if err != nil {
		return err
	}
	*u = *latest
	if err := d.apply(id, u); err != nil {
		return err
	}
	return tx.UpdateUser(ctx, u)
}

func (s *Service) updateUser(ctx context.Context, id *Identity, in *platform.UpdateUserInput) (*platform.UpdateUserOutput, error) {
	d := &userDraft{tags: in.Tags, name: in.Name.Value, picture: in.PictureURL.Value}
	if err := d.check(); err != nil {
		return nil, err
	}
	return update(ctx, s, func(tx *store.Tx) (*platform.UpdateUserOutput, error) {
		u, err := tx.LockUser(ctx, id.Bot.ID, in.ID)
		if err != nil {
			return nil, inPath.fault(err, "user", in.ID)
		}
		if !id.sees(u) {
			return nil, inPath.missing("user", in.ID)
		}
		if err := d.apply(id, u); err != nil {
			return nil, err
		}
		if in.Name.Present && d.name == "" {
			u.Name = nil
		}
		if in.PictureURL.Present && d.picture == "" {
			u.PictureURL = nil
		}
		if u.Properties, err = mergeProperties(u.Properties, in.Attributes, in.Properties); err != nil {
			return nil, err
		}
		if err := tx.UpdateUser(ctx, u); err != nil {
			return nil, err
		}
		return &platform.UpdateUserOutput{User: userView(u, id.alias())}, nil
	})
}

func (s *Service) deleteUser(ctx context.Context, id *Identity, in *platform.DeleteUserInput) (*platform.DeleteUserOutput, error) {
	return update(ctx, s, func(tx *store.Tx) (*platform.DeleteUserOutput, error) {
		u, err := findUser(ctx, tx, id, in.ID, inPath)
		if err != nil {
			return nil, err
		}
		switch {
		case u.ID == id.Bot.ID:
			return nil, platform.Errorf(platform.TypeReferenceConstraint, "user %q is the bot's own; it goes with the bot", u.ID)
		case !id.owns(u.InstallationID):
			return nil, platform.Errorf(platform.TypeForbidden, "user %q was made by another; remove your tags from it instead", u.ID)
		}
		return &platform.DeleteUserOutput{}, tx.DeleteUser(ctx, id.Bot.ID, in.ID)
	})
}
