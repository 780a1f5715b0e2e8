package chatkit

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// Inbound is a message that a person wrote at the vendor, with its user and its
// conversation. Each of the three is found by its tags, or created: the same
// Inbound, received again or at the same time, is one message.
//
// An event has no message, and may have only one of the others.
type Inbound struct {
	User         *User
	Conversation *Conversation
	Message      *Message
}

// User is the person at the vendor. Empty values of tags are left out, and long
// ones are clipped.
type User struct {
	// ID is the platform's id of a user that is known already; the user is then
	// not looked up by tags.
	ID          string
	Tags        platform.Tags // written whenever they changed
	InitialTags platform.Tags // written only when the user is created
	// FindBy are the sets of tags that identify the user. The first set that
	// finds a user wins; a set with an empty value is skipped. Without sets, Tags
	// and InitialTags identify the user.
	FindBy []platform.Tags
	// Name and PictureURL are written whenever they changed; empty leaves them.
	Name, PictureURL string
	// Profile, unless nil, reads the person's profile from the vendor. Receive
	// calls it before it creates the message, and only while the platform has no
	// name for the user. If it fails, the message is created without the profile,
	// and the next message tries again.
	Profile func(context.Context) (*Profile, error)
}

// Profile is what a vendor knows of a person. Empty members change nothing.
type Profile struct {
	Name, PictureURL string
	Tags             platform.Tags
}

// Conversation is the place at the vendor: a chat, a channel, a thread. Its
// fields are like those of User.
type Conversation struct {
	ID          string
	Channel     string
	Tags        platform.Tags
	InitialTags platform.Tags
	FindBy      []platform.Tags
}

// Message is the inbound message.
type Message struct {
	Content
	// Tags include what the vendor repeats when it sends the message again: the
	// vendor's id of it. There must be one.
	Tags   platform.Tags
	FindBy []platform.Tags // within the conversation
	// Origin is empty, or platform.OriginSynthetic for a message that belongs to
	// the conversation and is not delivered to the bot.
	Origin string
}

// Content is the type of a message and its payload.
type Content struct {
	Type    string
	Payload any
}

// Combine returns the content of one message that has all the parts: nil for
// none, the part itself for one, else a bloc.
func Combine(parts ...Content) *Content {
	switch len(parts) {
	case 0:
		return nil
	case 1:
		return &parts[0]
	}
	items := make([]map[string]any, len(parts))
	for i, p := range parts {
		items[i] = map[string]any{"type": p.Type, "payload": p.Payload}
	}
	return &Content{Type: message.TypeBloc, Payload: map[string]any{"items": items}}
}

// Received is what Receive found or created; nil is what the Inbound does not
// have.
type Received = platform.ReceiveMessageOutput

// Receive gives an inbound message to the bot: one call of the platform, which
// writes the user, the conversation, the message and its delivery in one
// transaction. A user whose profile is missing takes a second call, see
// User.Profile. Errors are the platform's.
func Receive(ctx context.Context, call *integration.Call, in *Inbound) (*Received, error) {
	input, err := in.input()
	if err != nil {
		return nil, err
	}
	lookUp := in.User != nil && in.User.Profile != nil && in.User.Name == ""
	if input.Message != nil {
		input.Message.RequireUserName = lookUp
	}
	out, err := call.Client.ReceiveMessage(ctx, input)
	if err != nil {
		return nil, fmt.Errorf("receive the message: %w", err)
	}
	if !lookUp || out.User.Name != "" {
		return out, nil
	}
	profile, err := in.User.Profile(ctx)
	if err != nil {
		call.Logger.WarnContext(ctx, "profile not read", "user_id", out.User.ID, "error", err)
		profile = new(Profile)
	}
	if err != nil && input.Message == nil {
		return out, nil
	}
	return receiveAgain(ctx, call, input, out, profile)
}

// receiveAgain repeats a call of the platform, with the profile of its user.
func receiveAgain(ctx context.Context, call *integration.Call, input *platform.ReceiveMessageInput, first *Received, p *Profile) (*Received, error) {
	input.User = &platform.ReceivedUser{ID: first.User.ID, Tags: filled(p.Tags), Name: ClipTag(p.Name), PictureURL: p.PictureURL}
	if input.Conversation != nil {
		input.Conversation = &platform.ReceivedConversation{ID: first.Conversation.ID}
	}
	if input.Message != nil {
		input.Message.RequireUserName = false
	}
	out, err := call.Client.ReceiveMessage(ctx, input)
	if err != nil {
		return nil, fmt.Errorf("receive the message: %w", err)
	}
	out.Meta.User, out.Meta.Conversation = first.Meta.User, first.Meta.Conversation
	return out, nil
}

func (in *Inbound) input() (*platform.ReceiveMessageInput, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	input := new(platform.ReceiveMessageInput)
	if u := in.User; u != nil {
		input.User = &platform.ReceivedUser{
			ID: u.ID, Tags: filled(u.Tags), InitialTags: filled(u.InitialTags), FindBy: usable(u.FindBy),
			Name: ClipTag(u.Name), PictureURL: u.PictureURL,
		}
	}
	if c := in.Conversation; c != nil {
		input.Conversation = &platform.ReceivedConversation{
			ID: c.ID, Channel: c.Channel, Tags: filled(c.Tags), InitialTags: filled(c.InitialTags), FindBy: usable(c.FindBy),
		}
	}
	if m := in.Message; m != nil {
		payload, err := json.Marshal(m.Payload)
		if err != nil {
			return nil, fmt.Errorf("encode the payload of the %s message: %w", m.Type, err)
		}
		input.Message = &platform.ReceivedMessage{Type: m.Type, Payload: payload, Tags: filled(m.Tags), FindBy: usable(m.FindBy), Origin: m.Origin}
	}
	return input, nil
}

// check refuses what every set of tags leaves out: without a set, tags that
// others have too would identify it.
func (in *Inbound) check() error {
	empty := func(sets []platform.Tags) bool { return len(sets) > 0 && len(usable(sets)) == 0 }
	const why = " cannot be identified: every set of FindBy has an empty value"
	switch {
	case in.User != nil && empty(in.User.FindBy):
		return integration.RuntimeError("the user" + why)
	case in.Conversation != nil && empty(in.Conversation.FindBy):
		return integration.RuntimeError("the conversation" + why)
	case in.Message != nil && empty(in.Message.FindBy):
		return integration.RuntimeError("the message" + why)
	}
	return nil
}

// filled is FillTags of a copy; nil for no tags.
func filled(tags platform.Tags) platform.Tags {
	if len(tags) == 0 {
		return nil
	}
	return FillTags(maps.Clone(tags))
}

// usable leaves out the sets that have no tags or an empty value, and clips the
// values as they are stored.
func usable(sets []platform.Tags) []platform.Tags {
	var out []platform.Tags
	for _, set := range sets {
		if full := filled(set); len(full) == len(set) && len(full) > 0 {
			out = append(out, full)
		}
	}
	return out
}

// UpdateUser writes what of the profile differs from the user, and returns the
// user as it is then. A tag with an empty value is deleted. It does not call the
// platform when nothing differs.
func UpdateUser(ctx context.Context, call *integration.Call, u *platform.User, p *Profile) (*platform.User, error) {
	in := &platform.UpdateUserInput{ID: u.ID, Tags: ChangedTags(u.Tags, clipped(p.Tags))}
	if name := ClipTag(p.Name); name != "" && name != u.Name {
		in.Name = platform.Set(name)
	}
	if p.PictureURL != "" && p.PictureURL != u.PictureURL {
		in.PictureURL = platform.Set(p.PictureURL)
	}
	if len(in.Tags) == 0 && !in.Name.Present && !in.PictureURL.Present {
		return u, nil
	}
	out, err := call.Client.UpdateUser(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("update the user: %w", err)
	}
	return &out.User, nil
}

// UpdateConversation writes the tags that differ from those of the conversation,
// and returns the conversation as it is then, like UpdateUser.
func UpdateConversation(ctx context.Context, call *integration.Call, c *platform.Conversation, tags platform.Tags) (*platform.Conversation, error) {
	change := ChangedTags(c.Tags, clipped(tags))
	if len(change) == 0 {
		return c, nil
	}
	out, err := call.Client.UpdateConversation(ctx, &platform.UpdateConversationInput{ID: c.ID, Tags: change})
	if err != nil {
		return nil, fmt.Errorf("update the conversation: %w", err)
	}
	return &out.Conversation, nil
}

func clipped(tags platform.Tags) platform.Tags {
	out := make(platform.Tags, len(tags))
	for name, value := range tags {
		out[name] = ClipTag(value)
	}
	return out
}
