package chat

import (
	"context"

	"github.com/bellhop-dev/bellhop/platform"
)

type userBody struct {
	ID         string  `json:"id"`
	Name       *string `json:"name"`
	PictureURL *string `json:"pictureUrl"`
	Profile    *string `json:"profile"`
}

type userReply struct {
	User user   `json:"user"`
	Key  string `json:"key,omitempty"`
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func (b *userBody) tags(fid string) platform.Tags {
	tags := platform.Tags{}
	if fid != "" {
		tags[tagFID] = fid
	}
	if p := text(b.Profile); p != "" {
		tags[tagProfile] = p
	}
	return tags
}

func createUser(ctx context.Context, c *call) (any, error) {
	if c.config.EncryptionKey != "" {
		return nil, platform.Errorf(platform.TypeUnauthorized, "users are made with keys of an own back end here: use getOrCreateUser")
	}
	var in userBody
	if err := c.into(&in); err != nil {
		return nil, err
	}
	secret, err := c.secret(ctx)
	if err != nil {
		return nil, err
	}
	made, err := c.makeUser(ctx, &in)
	if err != nil {
		return nil, err
	}
	// Not with the foreign id, which another may have once this user is deleted.
	return &userReply{User: toUser(made), Key: signKey(secret, made.ID, c.now())}, nil
}

// makeUser makes a user; one with the same foreign id is AlreadyExists.
func (c *call) makeUser(ctx context.Context, in *userBody) (*platform.User, error) {
	if in.ID == "" {
		out, err := c.client.CreateUser(ctx, &platform.CreateUserInput{
			Tags: in.tags(""), Name: text(in.Name), PictureURL: text(in.PictureURL),
		})
		if err != nil {
			return nil, err
		}
		return &out.User, nil
	}
	if err := checkFID(in.ID); err != nil {
		return nil, err
	}
	out, err := c.findOrMake(ctx, in.ID, in)
	if err != nil {
		return nil, err
	}
	if !out.Meta.Created {
		return nil, platform.Errorf(platform.TypeAlreadyExists, "there is a user with the id %s", in.ID)
	}
	return &out.User, nil
}

func (c *call) findOrMake(ctx context.Context, fid string, in *userBody) (*platform.GetOrCreateUserOutput, error) {
	return c.client.GetOrCreateUser(ctx, &platform.GetOrCreateUserInput{
		Tags: in.tags(fid), Name: text(in.Name), PictureURL: text(in.PictureURL), DiscriminateByTags: []string{tagFID},
	})
}

func getOrCreateUser(ctx context.Context, c *call) (any, error) {
	var in userBody
	if err := c.into(&in); err != nil {
		return nil, err
	}
	if platform.IsID(c.fid, platform.PrefixUser) {
		found, err := c.user(ctx, c.fid)
		if err != nil {
			return nil, err
		}
		c.me = found
		return c.change(ctx, &in)
	}
	if err := checkFID(c.fid); err != nil {
		return nil, err
	}
	out, err := c.findOrMake(ctx, c.fid, &in)
	if err != nil {
		return nil, err
	}
	if c.me = &out.User; out.Meta.Created {
		return &userReply{User: toUser(c.me)}, nil
	}
	return c.change(ctx, &in)
}

func getUser(_ context.Context, c *call) (any, error) { return &userReply{User: toUser(c.me)}, nil }

func updateUser(ctx context.Context, c *call) (any, error) {
	var in userBody
	if err := c.into(&in); err != nil {
		return nil, err
	}
	return c.change(ctx, &in)
}

// change updates the caller with the members that are given.
func (c *call) change(ctx context.Context, in *userBody) (any, error) {
	if in.Name == nil && in.PictureURL == nil && in.Profile == nil {
		return &userReply{User: toUser(c.me)}, nil
	}
	update := &platform.UpdateUserInput{ID: c.me.ID}
	if in.Name != nil {
		update.Name = platform.Set(*in.Name)
	}
	if in.PictureURL != nil {
		update.PictureURL = platform.Set(*in.PictureURL)
	}
	if in.Profile != nil {
		update.Tags = platform.Tags{tagProfile: *in.Profile}
	}
	out, err := c.client.UpdateUser(ctx, update)
	if err != nil {
		return nil, err
	}
	return &userReply{User: toUser(&out.User)}, nil
}

func deleteUser(ctx context.Context, c *call) (any, error) {
	_, err := c.client.DeleteUser(ctx, &platform.DeleteUserInput{ID: c.me.ID})
	return nothing{}, err
}
