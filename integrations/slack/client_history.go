package slack

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/slack-go/slack"

	"github.com/bellhop-dev/bellhop/platform"
)

// Bounds of the search for what was sent.
const (
	historyPage  = 100
	historyPages = 5
	// clockSkew is how far Slack's clock may be behind ours.
	clockSkew = 2 * time.Minute
)

// marked returns the parts of a message that are in the place, by their
// number, with their times. A history that may not be read holds nothing up:
// the log says that a part may be sent twice.
func (a *client) marked(ctx context.Context, p place, m *platform.Message) (map[int]string, error) {
	found := map[int]string{}
	since := slackTime(m.CreatedAt.Add(-clockSkew))
	cursor := ""
	for range historyPages {
		list, next, err := a.history(ctx, p, since, cursor)
		if isCode(err, "missing_scope", "not_in_channel", "channel_not_found", "thread_not_found") {
			a.call.Logger.WarnContext(ctx, "what was sent before cannot be looked up", "error", err)
			return found, nil
		}
		if err != nil {
			return nil, fmt.Errorf("look for what was sent: %w", err)
		}
		for i := range list {
			k := readMark(list[i].Metadata.EventType, list[i].Metadata.EventPayload)
			if k != nil && k.message == m.ID {
				found[k.part] = list[i].Timestamp
			}
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	return found, nil
}

func slackTime(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) + ".000000" }

func (a *client) history(ctx context.Context, p place, since, cursor string) (list []slack.Message, next string, err error) {
	if p.thread != "" {
		err = a.do(ctx, "conversations.replies", "", func(ctx context.Context, c *slack.Client) (err error) {
			list, _, next, err = c.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
				ChannelID: p.channel, Timestamp: p.thread, Oldest: since, Cursor: cursor, Limit: historyPage, IncludeAllMetadata: true,
			})
			return err
		})
		return list, next, err
	}
	err = a.do(ctx, "conversations.history", "", func(ctx context.Context, c *slack.Client) error {
		out, err := c.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
			ChannelID: p.channel, Oldest: since, Cursor: cursor, Limit: historyPage, IncludeAllMetadata: true,
		})
		if err == nil {
			list, next = out.Messages, out.ResponseMetaData.NextCursor
		}
		return err
	})
	return list, next, err
}

// message reads one message of a channel or of a thread in it; nil when there
// is none.
func (a *client) message(ctx context.Context, channel, ts string) (*retrieveOutput, error) {
	var found *retrieveOutput
	pick := func(list []slack.Message) {
		for i := range list {
			if m := &list[i]; m.Timestamp == ts {
				found = &retrieveOutput{Type: cmp.Or(m.Type, "message"), User: cmp.Or(m.User, m.BotID), TS: m.Timestamp, Text: m.Text}
			}
		}
	}
	err := a.do(ctx, "conversations.history", "", func(ctx context.Context, c *slack.Client) error {
		out, err := c.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
			ChannelID: channel, Latest: ts, Oldest: ts, Inclusive: true, Limit: 1,
		})
		if err == nil {
			pick(out.Messages)
		}
		return err
	})
	if err != nil || found != nil {
		return found, err
	}
	// The history leaves out what is said in threads.
	err = a.do(ctx, "conversations.replies", "", func(ctx context.Context, c *slack.Client) error {
		list, _, _, err := c.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
			ChannelID: channel, Timestamp: ts, Latest: ts, Oldest: ts, Inclusive: true, Limit: 1,
		})
		pick(list)
		return err
	})
	if isCode(err, "thread_not_found") {
		return nil, nil
	}
	return found, err
}
