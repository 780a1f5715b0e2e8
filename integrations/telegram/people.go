package telegram

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

func number(n int64) string { return strconv.FormatInt(n, 10) }

// person is the author of an update: a user, or a chat that speaks as itself, as
// a channel does.
type person struct {
	id       int64
	name     string
	username string
	language string
	bot      bool
	chat     bool
}

func personOf(u *tgUser) person {
	return person{
		id: u.ID, name: strings.TrimSpace(u.FirstName + " " + u.LastName), username: u.Username, language: u.LanguageCode, bot: u.IsBot,
	}
}

func chatPerson(c *tgChat) person {
	return person{id: c.ID, name: cmp.Or(c.Title, strings.TrimSpace(c.FirstName+" "+c.LastName)), username: c.Username, chat: true}
}

// sender is the author of the message. Anonymous administrators and channels
// speak as a chat; from is then a user that stands for it.
func sender(m *tgMessage) person {
	switch {
	case m.SenderChat != nil:
		return chatPerson(m.SenderChat)
	case m.From != nil:
		return personOf(m.From)
	}
	return chatPerson(&m.Chat)
}

// user describes the person to the platform.
func (p person) user() *chatkit.User {
	tags := platform.Tags{tagID: number(p.id), tagUsername: p.username, tagLanguage: p.language}
	if p.bot {
		tags[tagIsBot] = "true"
	}
	return &chatkit.User{Tags: tags, FindBy: []platform.Tags{{tagID: number(p.id)}}, Name: p.name}
}

// pictureTimeout is the deadline of calls that a message waits for and could do
// without.
const pictureTimeout = 5 * time.Second

// refreshPicture asks Telegram for the picture of a person who has none, once a
// day. A failure is only logged: the message does not depend on it.
func (in *inbound) refreshPicture(ctx context.Context, p person, u *platform.User) {
	today := time.Now().UTC().Format(time.DateOnly)
	if p.chat || p.bot || u.PictureURL != "" || u.Tags[tagPictureAsked] == today {
		return
	}
	picture, err := in.picture(ctx, p.id)
	if err != nil {
		in.call.Logger.WarnContext(ctx, "picture not read", "user_id", u.ID, "error", err)
	}
	profile := &chatkit.Profile{PictureURL: picture, Tags: platform.Tags{tagPictureAsked: today}}
	if _, err := chatkit.UpdateUser(ctx, in.call, u, profile); err != nil {
		in.call.Logger.WarnContext(ctx, "picture not recorded", "user_id", u.ID, "error", err)
	}
}

// picture is the address of the person's picture; empty if there is none.
func (in *inbound) picture(ctx context.Context, id int64) (string, error) {
	var photos struct {
		Photos [][]photoSize `json:"photos"`
	}
	query := map[string]any{"user_id": id, "limit": 1}
	if err := in.client.callWithin(ctx, pictureTimeout, "getUserProfilePhotos", query, &photos); err != nil {
		return "", err
	}
	if len(photos.Photos) == 0 {
		return "", nil
	}
	return in.link(ctx, in.call, kindPhoto, "image/jpeg", largest(photos.Photos[0]).FileID, "picture.jpg")
}

// place is where a message was written.
type place struct {
	chat   tgChat
	thread int64  // a topic of a forum; 0 is the chat itself, and the General topic
	topic  string // its name, where the update has it
}

func placeOf(m *tgMessage) place {
	p := place{chat: m.Chat}
	if m.IsTopicMessage { // in other supergroups the thread is one of replies
		p.thread = m.MessageThreadID
	}
	return p
}

// id is the tag that identifies the conversation.
func (p place) id() string {
	if p.thread == 0 {
		return number(p.chat.ID)
	}
	return number(p.chat.ID) + "/" + number(p.thread)
}

// conversation describes the place to the platform. who is the other person of
// the conversation, in a group the first who spoke; it may be zero.
func (p place) conversation(who person) *chatkit.Conversation {
	c := &chatkit.Conversation{
		Channel:     channelName,
		Tags:        platform.Tags{tagTitle: p.chat.Title, tagUsername: p.chat.Username, tagTopic: p.topic},
		InitialTags: platform.Tags{},
		FindBy:      []platform.Tags{{tagID: p.id()}},
	}
	place := platform.Tags{tagID: p.id(), tagChatID: number(p.chat.ID), tagChatType: p.chat.Type}
	if p.thread != 0 {
		place[tagThreadID] = number(p.thread)
	}
	from := platform.Tags{}
	if who.id != 0 {
		from = platform.Tags{tagFromID: number(who.id), tagFromUsername: who.username, tagFromName: who.name}
	}
	switch p.chat.Type {
	case chatPrivate:
		addTags(c.Tags, place, from)
	case chatGroup:
		// What was written before the group became a supergroup may arrive after
		// that: it belongs to the conversation that has moved.
		c.FindBy = []platform.Tags{{tagMigratedFrom: p.id()}, {tagID: p.id()}}
		addTags(c.InitialTags, place, from)
	default:
		addTags(c.Tags, place)
		addTags(c.InitialTags, from)
	}
	return c
}

func addTags(to platform.Tags, more ...platform.Tags) {
	for _, tags := range more {
		for name, value := range tags {
			to[name] = value
		}
	}
}
