package linear

import (
	"context"
	"fmt"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
)

// Tags of users.
const (
	tagDisplayName = "displayName"
	tagEmail       = "email"
	tagTimezone    = "timezone"
	tagExternal    = "external"
)

// courtesy bounds calls of the API while Linear waits for an answer, which it
// does for five seconds.
const courtesy = 1500 * time.Millisecond

// person is somebody as webhooks describe them.
type person struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Email     string `json:"email"`
	AvatarURL string `json:"avatarUrl"`

	external bool // has no account at Linear
}

// person is who acted, where it was a human being.
func (a *actor) person() *person {
	if a == nil || a.ID == "" || a.Type != "user" {
		return nil
	}
	return &person{ID: a.ID, Name: a.Name, Email: a.Email, AvatarURL: a.AvatarURL}
}

// user finds or makes the user, and keeps the name and the picture as they are
// now. What webhooks leave out, such as the time zone, is asked for once; that
// it cannot be had is no reason to lose what the person said.
func (s *service) user(ctx context.Context, call *integration.Call, c *settings, p *person) (*platform.User, error) {
	tags := platform.Tags{tagID: p.ID}
	if p.Email != "" {
		tags[tagEmail] = p.Email
	}
	if p.external {
		tags[tagExternal] = "true"
	}
	out, err := call.Client.GetOrCreateUser(ctx, &platform.GetOrCreateUserInput{
		Tags: tags, Name: p.Name, PictureURL: p.AvatarURL, DiscriminateByTags: []string{tagID},
	})
	if err != nil {
		return nil, fmt.Errorf("find or make the user: %w", err)
	}
	u := &out.User
	if p.Name != "" && u.Name != p.Name || p.AvatarURL != "" && u.PictureURL != p.AvatarURL || p.Email != "" && u.Tags[tagEmail] != p.Email {
		if u, err = rename(ctx, call, u.ID, p, filled(platform.Tags{tagEmail: p.Email})); err != nil {
			return nil, err
		}
	}
	if u.Tags[tagDisplayName] != "" || p.external {
		return u, nil
	}
	ctx, cancel := context.WithTimeout(ctx, courtesy)
	defer cancel()
	profile, err := s.profile(ctx, call, c, p.ID)
	if err != nil {
		call.Logger.WarnContext(ctx, "the user's profile cannot be read now", "error", err)
		return u, nil
	}
	return profile.remember(context.WithoutCancel(ctx), call, u.ID)
}

func rename(ctx context.Context, call *integration.Call, id string, p *person, tags platform.Tags) (*platform.User, error) {
	in := &platform.UpdateUserInput{ID: id, Tags: tags}
	if p.Name != "" {
		in.Name = platform.Set(p.Name)
	}
	if p.AvatarURL != "" {
		in.PictureURL = platform.Set(p.AvatarURL)
	}
	out, err := call.Client.UpdateUser(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("update the user: %w", err)
	}
	return &out.User, nil
}

// profile is a user of the workspace.
type profile struct {
	ID          string  `json:"id"`
	Name        string  `json:"name"`
	DisplayName string  `json:"displayName"`
	Email       string  `json:"email"`
	AvatarURL   string  `json:"avatarUrl"`
	Description string  `json:"description"`
	Timezone    string  `json:"timezone"`
	Admin       bool    `json:"admin"`
	Guest       bool    `json:"guest"`
	IsMe        bool    `json:"isMe"`
	URL         string  `json:"url"`
	LastSeen    *string `json:"lastSeen"`
	CreatedAt   string  `json:"createdAt"`
	UpdatedAt   string  `json:"updatedAt"`
	ArchivedAt  *string `json:"archivedAt"`
}

func (s *service) profile(ctx context.Context, call *integration.Call, c *settings, id string) (*profile, error) {
	var out struct {
		User   profile `json:"user"`
		Viewer profile `json:"viewer"`
	}
	if id == "" {
		err := s.client(call, c).do(ctx, queryMe, nil, &out)
		return &out.Viewer, err
	}
	err := s.client(call, c).do(ctx, queryUser, vars{"id": id}, &out)
	return &out.User, err
}

// remember keeps the profile on the user.
func (p *profile) remember(ctx context.Context, call *integration.Call, userID string) (*platform.User, error) {
	return rename(ctx, call, userID, &person{Name: p.Name, AvatarURL: p.AvatarURL}, platform.Tags{
		tagEmail: p.Email, tagDisplayName: p.DisplayName, tagTimezone: p.Timezone,
	})
}
