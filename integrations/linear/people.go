package linear

import (
	"context"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
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

// user describes the person to the platform.
func (p *person) user() *chatkit.User {
	tags := platform.Tags{tagID: p.ID, tagEmail: p.Email}
	if p.external {
		tags[tagExternal] = "true"
	}
	return &chatkit.User{Tags: tags, FindBy: []platform.Tags{{tagID: p.ID}}, Name: p.Name, PictureURL: p.AvatarURL}
}

// user finds or creates the person's user, see complete.
func (s *service) user(ctx context.Context, call *integration.Call, c *settings, p *person) (*platform.User, error) {
	out, err := chatkit.Receive(ctx, call, &chatkit.Inbound{User: p.user()})
	if err != nil {
		return nil, err
	}
	return s.complete(ctx, call, c, p, out.User)
}

// complete asks once for the part of a profile that webhooks leave out, such as
// the time zone. A failure is only logged.
func (s *service) complete(ctx context.Context, call *integration.Call, c *settings, p *person, u *platform.User) (*platform.User, error) {
	if u.Tags[tagDisplayName] != "" || p.external {
		return u, nil
	}
	short, cancel := context.WithTimeout(ctx, courtesy)
	defer cancel()
	profile, err := s.profile(short, call, c, p.ID)
	if err != nil {
		call.Logger.WarnContext(ctx, "profile not read", "user_id", u.ID, "error", err)
		return u, nil
	}
	return chatkit.UpdateUser(ctx, call, u, profile.kit())
}

// kit is the profile as the platform keeps it.
func (p *profile) kit() *chatkit.Profile {
	return &chatkit.Profile{Name: p.Name, PictureURL: p.AvatarURL, Tags: platform.Tags{
		tagEmail: p.Email, tagDisplayName: p.DisplayName, tagTimezone: p.Timezone,
	}}
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
