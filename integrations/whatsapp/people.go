package whatsapp

import (
	"cmp"
	"context"
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
func sender(m *inMessage, contacts []contact) person {
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

// user describes the person to the platform. The lasting id comes first: the
// number may be new, hidden, or not known before.
func (p person) user() *chatkit.User {
	return &chatkit.User{
		Tags:        platform.Tags{tagUserID: p.Number, tagNumber: p.Number, tagWhatsappID: p.UserID, tagName: p.Name, tagUsername: p.Username},
		InitialTags: platform.Tags{tagUserID: cmp.Or(p.Number, p.UserID)},
		FindBy:      []platform.Tags{{tagWhatsappID: p.UserID}, {tagUserID: cmp.Or(p.Number, p.UserID)}},
		Name:        p.Name,
	}
}

// conversation describes the person's conversation with a number of the business
// to the platform; the lasting id comes first, as in user.
func (p person) conversation(phoneID string) *chatkit.Conversation {
	number := phone(p.Number)
	return &chatkit.Conversation{
		Channel: channelName,
		Tags:    platform.Tags{tagPhoneID: phoneID, tagUserPhone: number, tagUserID: p.UserID},
		FindBy:  []platform.Tags{{tagPhoneID: phoneID, tagUserID: p.UserID}, {tagPhoneID: phoneID, tagUserPhone: number}},
	}
}

// user finds or creates the person's user.
func user(ctx context.Context, call *integration.Call, p person) (*platform.User, error) {
	out, err := chatkit.Receive(ctx, call, &chatkit.Inbound{User: p.user()})
	if err != nil {
		return nil, err
	}
	return out.User, nil
}
