package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/slack-go/slack"
)

// pageSize is how much of a list is asked for at a time; Slack advises at most
// 200.
const pageSize = 200

// user reads a person's profile.
func (a *client) user(ctx context.Context, id string) (p *profile, err error) {
	err = a.do(ctx, "users.info", "", func(ctx context.Context, c *slack.Client) error {
		u, err := c.GetUserInfoContext(ctx, id, slack.GetUserInfoOptionIncludeLocale(false))
		if err == nil {
			p, err = profileOf(u)
		}
		return err
	})
	return p, err
}

// users reads one page of the workspace's people.
func (a *client) users(ctx context.Context, cursor string) (list []profile, next string, err error) {
	err = a.do(ctx, "users.list", "", func(ctx context.Context, c *slack.Client) error {
		page := c.GetUsersPaginated(slack.GetUsersOptionLimit(pageSize))
		page.Cursor = cursor
		page, err := page.Next(ctx)
		if err != nil {
			return err
		}
		for i := range page.Users {
			p, err := profileOf(&page.Users[i])
			if err != nil {
				return err
			}
			list = append(list, *p)
		}
		next = page.Cursor
		return nil
	})
	return list, next, err
}

// profileOf is the library's user as ours: their JSON is the same.
func profileOf(u *slack.User) (*profile, error) {
	raw, err := json.Marshal(u)
	if err != nil {
		return nil, fmt.Errorf("read the profile: %w", err)
	}
	p := new(profile)
	if err := json.Unmarshal(raw, p); err != nil {
		return nil, fmt.Errorf("read the profile: %w", err)
	}
	return p, nil
}

// channelInfo is a channel as Slack describes it.
type channelInfo struct {
	ID, Name, Topic, Purpose, User, Creator string
	Members, Created                        int
	Private, Archived, DM                   bool
}

func channelOf(c *slack.Channel) *channelInfo {
	return &channelInfo{
		ID: c.ID, Name: c.Name, Topic: c.Topic.Value, Purpose: c.Purpose.Value, User: c.User, Creator: c.Creator, Members: c.NumMembers,
		Created: int(c.Created.Time().Unix()), Private: c.IsPrivate, Archived: c.IsArchived, DM: c.IsIM,
	}
}

// channel reads a channel.
func (a *client) channel(ctx context.Context, id string) (info *channelInfo, err error) {
	err = a.do(ctx, "conversations.info", "", func(ctx context.Context, c *slack.Client) error {
		ch, err := c.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: id})
		if err == nil {
			info = channelOf(ch)
		}
		return err
	})
	return info, err
}

// channelList says which channels are listed.
type channelList struct {
	types    []string
	archived bool
	cursor   string
	limit    int
}

// channels reads one page of the workspace's channels.
func (a *client) channels(ctx context.Context, l channelList) (list []channelInfo, next string, err error) {
	err = a.do(ctx, "conversations.list", "", func(ctx context.Context, c *slack.Client) error {
		got, cursor, err := c.GetConversationsContext(ctx, &slack.GetConversationsParameters{
			Cursor: l.cursor, ExcludeArchived: !l.archived, Limit: l.limit, Types: l.types,
		})
		if err != nil {
			return err
		}
		for i := range got {
			list = append(list, *channelOf(&got[i]))
		}
		next = cursor
		return nil
	})
	return list, next, err
}

// openDM opens the direct message with a person, or finds it.
func (a *client) openDM(ctx context.Context, user string) (channel string, err error) {
	err = a.do(ctx, "conversations.open", "", func(ctx context.Context, c *slack.Client) error {
		ch, _, _, err := c.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{user}})
		if err == nil && ch == nil {
			err = errors.New("no channel")
		}
		if err == nil {
			channel = ch.ID
		}
		return err
	})
	return channel, err
}

// setTopic changes a channel's topic.
func (a *client) setTopic(ctx context.Context, channel, topic string) error {
	return a.do(ctx, "conversations.setTopic", "", func(ctx context.Context, c *slack.Client) error {
		_, err := c.SetTopicOfConversationContext(ctx, channel, topic)
		return err
	})
}

// markRead moves the bot's cursor in a channel.
func (a *client) markRead(ctx context.Context, channel, ts string) error {
	return a.do(ctx, "conversations.mark", "", func(ctx context.Context, c *slack.Client) error {
		return c.MarkConversationContext(ctx, channel, ts)
	})
}

// react puts an emoji on a message; one that is there already is fine.
func (a *client) react(ctx context.Context, channel, ts, emoji string) error {
	err := a.do(ctx, "reactions.add", "", func(ctx context.Context, c *slack.Client) error {
		return c.AddReactionContext(ctx, emoji, slack.NewRefToMessage(channel, ts))
	})
	if isCode(err, "already_reacted") {
		return nil
	}
	return err
}

// unreact takes an emoji of the bot's away; none is fine.
func (a *client) unreact(ctx context.Context, channel, ts, emoji string) error {
	err := a.do(ctx, "reactions.remove", "", func(ctx context.Context, c *slack.Client) error {
		return c.RemoveReactionContext(ctx, emoji, slack.NewRefToMessage(channel, ts))
	})
	if isCode(err, "no_reaction") {
		return nil
	}
	return err
}

// status shows in a thread what the bot is doing, until it answers; an empty
// text takes it away.
func (a *client) status(ctx context.Context, channel, thread, text string) error {
	return a.do(ctx, "assistant.threads.setStatus", channel, func(ctx context.Context, c *slack.Client) error {
		return c.SetAssistantThreadsStatusContext(ctx, slack.AssistantThreadsSetStatusParameters{ChannelID: channel, ThreadTS: thread, Status: text})
	})
}
