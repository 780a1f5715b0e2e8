package telegram

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

func number(n int64) string { return strconv.FormatInt(n, 10) }

// person is who wrote: somebody, or a chat that speaks as itself, as a channel
// does.
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

// sender is who wrote the message. Anonymous administrators and channels speak
// as a chat; from is then a stand-in of Telegram's.
func sender(m *tgMessage) person {
	switch {
	case m.SenderChat != nil:
		return chatPerson(m.SenderChat)
	case m.From != nil:
		return personOf(m.From)
	}
	return chatPerson(&m.Chat)
}

// user finds or makes the person's user and keeps name, language and picture
// up to date.
func (s *service) user(ctx context.Context, call *integration.Call, c *settings, p person) (*platform.User, error) {
	tags := chatkit.FillTags(platform.Tags{tagID: number(p.id), tagUsername: p.username, tagLanguage: p.language})
	if p.bot {
		tags[tagIsBot] = "true"
	}
	out, err := call.Client.GetOrCreateUser(ctx, &platform.GetOrCreateUserInput{Tags: tags, Name: p.name, DiscriminateByTags: []string{tagID}})
	if err != nil {
		return nil, fmt.Errorf("find or make the user: %w", err)
	}
	u := &out.User
	in := &platform.UpdateUserInput{ID: u.ID, Tags: chatkit.ChangedTags(u.Tags, tags)}
	if p.name != "" && p.name != u.Name {
		in.Name = platform.Set(p.name)
	}
	today := time.Now().UTC().Format(time.DateOnly)
	if !p.chat && !p.bot && u.PictureURL == "" && u.Tags[tagPictureAsked] != today {
		in.Tags[tagPictureAsked] = today
		if picture := s.picture(ctx, call, c, p.id); picture != "" {
			in.PictureURL = platform.Set(picture)
		}
	}
	if len(in.Tags) == 0 && !in.Name.Present {
		return u, nil
	}
	updated, err := call.Client.UpdateUser(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("update the user: %w", err)
	}
	return &updated.User, nil
}

// pictureTimeout bounds the question for a picture, which holds up a message.
const pictureTimeout = 5 * time.Second

// picture is the address of the person's picture; empty when there is none,
// or it cannot be had now.
func (s *service) picture(ctx context.Context, call *integration.Call, c *settings, id int64) string {
	var photos struct {
		Photos [][]photoSize `json:"photos"`
	}
	in := map[string]any{"user_id": id, "limit": 1}
	if err := s.api(c).callWithin(ctx, pictureTimeout, "getUserProfilePhotos", in, &photos); err != nil {
		call.Logger.WarnContext(ctx, "the person's picture could not be asked for", "error", err)
		return ""
	}
	if len(photos.Photos) == 0 {
		return ""
	}
	address, err := s.link(ctx, call, kindPhoto, "image/jpeg", largest(photos.Photos[0]).FileID, "picture.jpg")
	if err != nil {
		call.Logger.WarnContext(ctx, "the person's picture has no address", "error", err)
		return ""
	}
	return address
}

// place is where something was said.
type place struct {
	chat   tgChat
	thread int64 // a topic of a forum; 0 is the chat itself, and the General topic
}

func placeOf(m *tgMessage) place {
	p := place{chat: m.Chat}
	if m.IsTopicMessage { // in other supergroups the thread is one of replies
		p.thread = m.MessageThreadID
	}
	return p
}

// id is the tag that the conversation is found by.
func (p place) id() string {
	if p.thread == 0 {
		return number(p.chat.ID)
	}
	return number(p.chat.ID) + "/" + number(p.thread)
}

// movedConversation is that of a group which has become a supergroup: what was
// said before may come in after that.
func movedConversation(ctx context.Context, call *integration.Call, p place) (*platform.Conversation, error) {
	out, err := call.Client.ListConversations(ctx, &platform.ListConversationsInput{Tags: platform.Tags{tagMigratedFrom: p.id()}})
	if err != nil {
		return nil, fmt.Errorf("find the conversation: %w", err)
	}
	if len(out.Conversations) == 0 {
		return nil, nil
	}
	return &out.Conversations[0], nil
}

// conversation finds or makes the conversation of the place. Who is the person
// that it is with, or in a group who spoke first; nobody is zero.
func (s *service) conversation(ctx context.Context, call *integration.Call, p place, who person) (*platform.Conversation, error) {
	if p.chat.Type == chatGroup {
		if moved, err := movedConversation(ctx, call, p); err != nil || moved != nil {
			return moved, err
		}
	}
	tags := chatkit.FillTags(platform.Tags{
		tagID: p.id(), tagChatID: number(p.chat.ID), tagChatType: p.chat.Type, tagTitle: p.chat.Title, tagUsername: p.chat.Username,
	})
	if p.thread != 0 {
		tags[tagThreadID] = number(p.thread)
	}
	fresh := maps.Clone(tags)
	if who.id != 0 {
		maps.Copy(fresh, chatkit.FillTags(platform.Tags{tagFromID: number(who.id), tagFromUsername: who.username, tagFromName: who.name}))
	}
	if p.chat.Type == chatPrivate {
		tags = fresh
	}
	out, err := call.Client.GetOrCreateConversation(ctx, &platform.GetOrCreateConversationInput{
		Channel: channelName, Tags: fresh, DiscriminateByTags: []string{tagID},
	})
	if err != nil {
		return nil, fmt.Errorf("find or make the conversation: %w", err)
	}
	more := chatkit.ChangedTags(out.Conversation.Tags, tags)
	if out.Meta.Created || len(more) == 0 {
		return &out.Conversation, nil
	}
	updated, err := call.Client.UpdateConversation(ctx, &platform.UpdateConversationInput{ID: out.Conversation.ID, Tags: more})
	if err != nil {
		return nil, fmt.Errorf("update the conversation: %w", err)
	}
	return &updated.Conversation, nil
}
