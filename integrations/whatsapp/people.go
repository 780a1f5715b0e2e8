package whatsapp

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// person is somebody on WhatsApp. Number, Phone and UserID may be empty, but
// not all of them.
type person struct {
	Number   string // digits, as WhatsApp names the person
	UserID   string // WhatsApp's lasting id
	Name     string
	Username string
}

// sender is who wrote the message. A batch may hold messages of several
// people: the contact is theirs whose id the message has.
func sender(m *incoming, contacts []contact) person {
	p := person{Number: m.From, UserID: m.FromUserID}
	for i := range contacts {
		c := &contacts[i]
		same := c.WaID != "" && c.WaID == m.From || c.UserID != "" && c.UserID == m.FromUserID
		if same || len(contacts) == 1 {
			return person{Number: cmp.Or(c.WaID, m.From), UserID: cmp.Or(m.FromUserID, c.UserID), Name: c.Profile.Name, Username: c.Profile.Username}
		}
	}
	return p
}

// phone writes a number the same way wherever it comes from: with + and the
// country code. Argentina's and Mexico's mobile numbers have a digit after the
// code on WhatsApp that people leave out. It is empty when there are no digits.
func phone(number string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, number)
	digits = strings.TrimLeft(digits, "0")
	switch {
	case digits == "":
		return ""
	case strings.HasPrefix(digits, "54") && !strings.HasPrefix(digits, "549") && len(digits) == 12:
		digits = "549" + digits[2:]
	case strings.HasPrefix(digits, "52") && len(digits) == 12:
		digits = "521" + digits[2:]
	}
	return "+" + digits
}

// user finds or makes the person's user, and keeps the profile up to date. The
// lasting id comes first: the number may be new, hidden, or not known before.
func user(ctx context.Context, call *integration.Call, p person) (*platform.User, error) {
	tags := chatkit.FillTags(platform.Tags{
		tagUserID: cmp.Or(p.Number, p.UserID), tagNumber: p.Number, tagWhatsappID: p.UserID, tagName: p.Name, tagUsername: p.Username,
	})
	if p.UserID != "" {
		known, err := listUsers(ctx, call, platform.Tags{tagWhatsappID: p.UserID})
		if err != nil {
			return nil, err
		}
		if len(known) > 0 {
			if p.Number == "" { // it stays what it was
				delete(tags, tagUserID)
			}
			return refresh(ctx, call, &known[0], tags, p.Name)
		}
	}
	out, err := call.Client.GetOrCreateUser(ctx, &platform.GetOrCreateUserInput{
		Tags: tags, Name: p.Name, DiscriminateByTags: []string{tagUserID},
	})
	if err != nil {
		return nil, fmt.Errorf("find or make the user: %w", err)
	}
	if out.Meta.Created {
		return &out.User, nil
	}
	return refresh(ctx, call, &out.User, tags, p.Name)
}

func refresh(ctx context.Context, call *integration.Call, u *platform.User, tags platform.Tags, name string) (*platform.User, error) {
	in := &platform.UpdateUserInput{ID: u.ID, Tags: chatkit.ChangedTags(u.Tags, tags)}
	if name != "" && name != u.Name {
		in.Name = platform.Set(name)
	}
	if len(in.Tags) == 0 && (name == "" || name == u.Name) {
		return u, nil
	}
	out, err := call.Client.UpdateUser(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("update the user: %w", err)
	}
	return &out.User, nil
}

// conversation finds or makes the conversation of the person with a number of
// the business; the lasting id comes first, as in user.
func conversation(ctx context.Context, call *integration.Call, phoneID string, p person) (*platform.Conversation, error) {
	tags := chatkit.FillTags(platform.Tags{tagPhoneID: phoneID, tagUserPhone: phone(p.Number), tagUserID: p.UserID})
	by := []string{tagPhoneID, tagUserPhone}
	if tags[tagUserPhone] == "" {
		by = []string{tagPhoneID, tagUserID}
	}
	if tags[tagUserPhone]+p.UserID == "" {
		return nil, integration.RuntimeError("the person has neither a number nor an id")
	}
	if p.UserID != "" {
		known, err := listConversations(ctx, call, platform.Tags{tagPhoneID: phoneID, tagUserID: p.UserID})
		if err != nil {
			return nil, err
		}
		if len(known) > 0 {
			return retag(ctx, call, &known[0], tags)
		}
	}
	out, err := call.Client.GetOrCreateConversation(ctx, &platform.GetOrCreateConversationInput{
		Channel: channelName, Tags: tags, DiscriminateByTags: by,
	})
	if err != nil {
		return nil, fmt.Errorf("find or make the conversation: %w", err)
	}
	return retag(ctx, call, &out.Conversation, tags)
}

func retag(ctx context.Context, call *integration.Call, c *platform.Conversation, tags platform.Tags) (*platform.Conversation, error) {
	more := chatkit.ChangedTags(c.Tags, tags)
	if len(more) == 0 {
		return c, nil
	}
	out, err := call.Client.UpdateConversation(ctx, &platform.UpdateConversationInput{ID: c.ID, Tags: more})
	if err != nil {
		return nil, fmt.Errorf("update the conversation: %w", err)
	}
	return &out.Conversation, nil
}
