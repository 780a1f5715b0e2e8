package slack

import (
	"cmp"
	"context"
	"strconv"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

const tagDM = "dm_conversation_id"

// userTags are the official integration's.
func userTags() integration.Tags {
	return integration.Tags{
		tagID:                     tag("User ID", "Slack's id of the person"),
		tagDM:                     tag("DM channel ID", "Slack's id of the direct message with the bot"),
		"tz":                      tag("Time zone", "As Europe/London"),
		"is_bot":                  tag("Is a bot", "true or false"),
		"is_admin":                tag("Is an admin", "true or false"),
		"title":                   tag("Title", "What the person does"),
		"phone":                   tag("Phone", "The person's number, as they wrote it"),
		"email":                   tag("Email", "Needs the scope users:read.email"),
		"real_name":               tag("Real name", ""),
		"real_name_normalized":    tag("Real name, normalized", "Without letters that are not Latin"),
		"display_name":            tag("Display name", "How the person wants to be called"),
		"display_name_normalized": tag("Display name, normalized", "Without letters that are not Latin"),
		"avatar_hash":             tag("Picture's hash", "Changes with the picture"),
		"status_text":             tag("Status", ""),
		"status_emoji":            tag("Status emoji", ""),
		"image_24":                tag("Picture, 24 pixels", ""),
		"image_48":                tag("Picture, 48 pixels", ""),
		"image_192":               tag("Picture, 192 pixels", ""),
		"image_512":               tag("Picture, 512 pixels", ""),
		"image_1024":              tag("Picture, 1024 pixels", ""),
		"team":                    tag("Team ID", "Slack's id of the person's workspace"),
	}
}

// profile is a person as Slack describes them.
type profile struct {
	ID       string `json:"id"`
	TeamID   string `json:"team_id"`
	Name     string `json:"name"`
	RealName string `json:"real_name"`
	TZ       string `json:"tz"`
	IsBot    bool   `json:"is_bot"`
	IsAdmin  bool   `json:"is_admin"`
	Deleted  bool   `json:"deleted"`
	Updated  int64  `json:"updated"`
	Profile  struct {
		Title                 string `json:"title"`
		Phone                 string `json:"phone"`
		Email                 string `json:"email"`
		FirstName             string `json:"first_name"`
		LastName              string `json:"last_name"`
		RealName              string `json:"real_name"`
		RealNameNormalized    string `json:"real_name_normalized"`
		DisplayName           string `json:"display_name"`
		DisplayNameNormalized string `json:"display_name_normalized"`
		AvatarHash            string `json:"avatar_hash"`
		StatusText            string `json:"status_text"`
		StatusEmoji           string `json:"status_emoji"`
		Image24               string `json:"image_24"`
		Image48               string `json:"image_48"`
		Image192              string `json:"image_192"`
		Image512              string `json:"image_512"`
		Image1024             string `json:"image_1024"`
		Team                  string `json:"team"`
	} `json:"profile"`
}

// shown is the name that people see.
func (p *profile) shown() string {
	return cmp.Or(p.Profile.RealName, p.RealName, p.Profile.DisplayName, p.Name)
}

func (p *profile) picture() string {
	return cmp.Or(p.Profile.Image512, p.Profile.Image192, p.Profile.Image48)
}

func (p *profile) tags() platform.Tags {
	return chatkit.FillTags(platform.Tags{
		tagID: p.ID, "tz": p.TZ, "is_bot": strconv.FormatBool(p.IsBot), "is_admin": strconv.FormatBool(p.IsAdmin),
		"title": p.Profile.Title, "phone": p.Profile.Phone, "email": p.Profile.Email,
		"real_name": cmp.Or(p.Profile.RealName, p.RealName), "real_name_normalized": p.Profile.RealNameNormalized,
		"display_name": p.Profile.DisplayName, "display_name_normalized": p.Profile.DisplayNameNormalized,
		"avatar_hash": p.Profile.AvatarHash, "status_text": p.Profile.StatusText, "status_emoji": p.Profile.StatusEmoji,
		"image_24": p.Profile.Image24, "image_48": p.Profile.Image48, "image_192": p.Profile.Image192,
		"image_512": p.Profile.Image512, "image_1024": p.Profile.Image1024, "team": cmp.Or(p.Profile.Team, p.TeamID),
	})
}

// person describes the person with Slack's id to the platform. A new person is
// looked up at Slack, within the time that a message can wait.
func (h *inbound) person(id string) *chatkit.User {
	return &chatkit.User{
		Tags: platform.Tags{tagID: id}, FindBy: []platform.Tags{{tagID: id}},
		Profile: func(ctx context.Context) (*chatkit.Profile, error) {
			short, cancel := context.WithDeadline(ctx, h.courtesy)
			defer cancel()
			p, err := h.client.user(short, id)
			if err != nil {
				return nil, err
			}
			return p.profile(), nil
		},
	}
}

// user finds or creates the user of a person.
func (h *inbound) user(ctx context.Context, id string) (*platform.User, error) {
	out, err := chatkit.Receive(ctx, h.call, &chatkit.Inbound{User: h.person(id)})
	if err != nil {
		return nil, err
	}
	return out.User, nil
}

func (p *profile) profile() *chatkit.Profile {
	return &chatkit.Profile{Name: p.shown(), PictureURL: p.picture(), Tags: p.tags()}
}

// refresh writes what changed of the profile to the user. Tags that the profile
// does not have any more are deleted.
func refresh(ctx context.Context, call *integration.Call, u *platform.User, p *profile) (*platform.User, error) {
	now := p.profile()
	for name := range u.Tags {
		if _, ours := userTags()[name]; ours && now.Tags[name] == "" && name != tagDM {
			now.Tags[name] = ""
		}
	}
	return chatkit.UpdateUser(ctx, call, u, now)
}

// known finds or creates the user of a profile, and writes the profile.
func known(ctx context.Context, call *integration.Call, p *profile) (*platform.User, error) {
	out, err := chatkit.Receive(ctx, call, &chatkit.Inbound{User: &chatkit.User{
		Tags: platform.Tags{tagID: p.ID}, FindBy: []platform.Tags{{tagID: p.ID}},
	}})
	if err != nil {
		return nil, err
	}
	return refresh(ctx, call, out.User, p)
}

// changed keeps the profile of a user that is known up to date.
func (h *inbound) changed(ctx context.Context, e *struct {
	User profile `json:"user"`
}) error {
	if e.User.ID == "" {
		return nil
	}
	u, err := chatkit.FindUser(ctx, h.call, platform.Tags{tagID: e.User.ID})
	if err != nil || u == nil {
		return err
	}
	_, err = refresh(ctx, h.call, u, &e.User)
	return err
}

// withDM writes the direct message of the person to their user.
func (h *inbound) withDM(ctx context.Context, u *platform.User, p place) (*platform.User, error) {
	if !p.dm() {
		return u, nil
	}
	return chatkit.UpdateUser(ctx, h.call, u, &chatkit.Profile{Tags: platform.Tags{tagDM: p.channel}})
}
