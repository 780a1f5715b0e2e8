package linear

import (
	"context"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

type userInput struct {
	LinearUserID string `json:"linearUserId,omitempty" title:"User ID" description:"Linear's id of the person; empty is the connected account"`
}

// userOut is a person's profile.
type userOut struct {
	LinearID    string  `json:"linearId" title:"User ID"`
	Name        string  `json:"name" title:"Full name"`
	DisplayName string  `json:"displayName" title:"Display name"`
	Email       string  `json:"email" title:"Email"`
	AvatarURL   string  `json:"avatarUrl,omitempty" title:"Picture"`
	Description string  `json:"description,omitempty" title:"Description"`
	Timezone    string  `json:"timezone,omitempty" title:"Time zone"`
	Admin       bool    `json:"admin" title:"Is admin"`
	Guest       bool    `json:"guest" title:"Is guest"`
	IsMe        bool    `json:"isMe" title:"Is the connected account"`
	URL         string  `json:"url" title:"URL"`
	CreatedAt   string  `json:"createdAt" title:"Created at"`
	ArchivedAt  *string `json:"archivedAt,omitempty" title:"Archived at"`
}

// getUser reads a profile, and keeps it where the person is known here.
func (s *service) getUser(ctx context.Context, a *asking, in *userInput) (*userOut, error) {
	p, err := s.profile(ctx, a.Call, a.settings, in.LinearUserID)
	if err != nil {
		return nil, err
	}
	known, err := chatkit.FindUser(ctx, a.Call, platform.Tags{tagID: p.ID})
	if err != nil {
		return nil, err
	}
	if known != nil {
		if _, err := chatkit.UpdateUser(ctx, a.Call, known, p.kit()); err != nil {
			return nil, err
		}
	}
	return &userOut{
		LinearID: p.ID, Name: p.Name, DisplayName: p.DisplayName, Email: p.Email, AvatarURL: p.AvatarURL, Description: p.Description,
		Timezone: p.Timezone, Admin: p.Admin, Guest: p.Guest, IsMe: p.IsMe, URL: p.URL, CreatedAt: p.CreatedAt, ArchivedAt: p.ArchivedAt,
	}, nil
}

// listedUser is a person in a list.
type listedUser struct {
	ID          string  `json:"id" title:"User ID"`
	Email       string  `json:"email" title:"Email"`
	Name        string  `json:"name" title:"Name"`
	DisplayName string  `json:"displayName" title:"Display name"`
	AvatarURL   string  `json:"avatarUrl,omitempty" title:"Picture"`
	Description string  `json:"description,omitempty" title:"Description"`
	Timezone    string  `json:"timezone,omitempty" title:"Time zone"`
	LastSeen    *string `json:"lastSeen,omitempty" title:"Last seen"`
	UpdatedAt   string  `json:"updatedAt" title:"Updated at"`
}

type listUsersOutput struct {
	Users      []listedUser `json:"users" title:"Users"`
	NextCursor string       `json:"nextCursor,omitempty" title:"Next cursor"`
}

func (s *service) listUsers(ctx context.Context, a *asking, in *listInput) (*listUsersOutput, error) {
	c, err := page[listedUser](ctx, a.api, queryUsers, "users", nil, in.first(), in.StartCursor)
	if err != nil {
		return nil, err
	}
	return &listUsersOutput{Users: c.Nodes, NextCursor: c.next()}, nil
}

type startInput struct {
	Conversation struct {
		ID string `json:"id" title:"Issue ID" description:"Linear's id or the identifier, as ENG-12" minLength:"1"`
	} `json:"conversation" title:"Conversation"`
}

type startOutput struct {
	ConversationID string `json:"conversationId" title:"Conversation ID"`
}

func (s *service) startConversation(ctx context.Context, a *asking, in *startInput) (*startOutput, error) {
	conv, err := s.converseOn(ctx, a.Call, a.settings, in.Conversation.ID)
	if err != nil {
		return nil, err
	}
	return &startOutput{ConversationID: conv.ID}, nil
}

// converseOn finds or makes the conversation of the issue, which must be there.
func (s *service) converseOn(ctx context.Context, call *integration.Call, c *settings, id string) (*platform.Conversation, error) {
	i, err := s.issue(ctx, call, c, id)
	if err != nil {
		return nil, chatkit.Explain("the issue "+id+" cannot be read", err)
	}
	ref := &issueRef{ID: i.ID, Title: i.Title, URL: i.URL}
	out, err := chatkit.Receive(ctx, call, &chatkit.Inbound{Conversation: ref.conversation()})
	if err != nil {
		return nil, err
	}
	return i.describe(ctx, call, out.Conversation)
}

// createConversation is startConversation for bots that make conversations
// themselves.
func (s *service) createConversation(ctx context.Context, call *integration.Call, in *platform.CreateConversationBody) (*platform.Conversation, error) {
	c, err := s.settings(call)
	if err != nil || in.Channel != channelIssue {
		return nil, err
	}
	return s.converseOn(ctx, call, c, in.Tags[tagID])
}

// createUser finds or makes the user of a person at Linear.
func (s *service) createUser(ctx context.Context, call *integration.Call, in *platform.CreateUserBody) (*platform.User, error) {
	c, err := s.settings(call)
	if err != nil {
		return nil, err
	}
	p, err := s.profile(ctx, call, c, in.Tags[tagID])
	if err != nil {
		return nil, chatkit.Explain("the person "+in.Tags[tagID]+" cannot be read", err)
	}
	return s.user(ctx, call, c, &person{ID: p.ID, Name: p.Name, Email: p.Email, AvatarURL: p.AvatarURL})
}
