package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/bellhop-dev/bellhop/platform"
)

type conversationCommand struct {
	access

	List     conversationList     `cmd:"" default:"1" help:"List conversations, newest first." example:"bellhop conversation list --integration chat --limit 10"`
	Messages conversationMessages `cmd:"" help:"Show what was said, oldest first." example:"bellhop conversation messages conv_01J..."`
	Trace    conversationTrace    `cmd:"" help:"Show each step of what was said, with its attempts and times, oldest first." example:"bellhop conversation trace conv_01J..."`
	Delete   conversationDelete   `cmd:"" help:"Delete a conversation with its messages." example:"bellhop conversation delete conv_01J... --yes"`
}

type conversationList struct {
	botFlag
	Integration string `help:"Only those of the installation with this alias." placeholder:"ALIAS"`
	Limit       count  `help:"How many of the newest at most." default:"50"`
}

// Run lists conversations.
func (c conversationList) Run(ctx context.Context, s *session) error {
	client, err := s.botClient(ctx, c.Bot)
	if err != nil {
		return err
	}
	found, err := upTo(c.Limit, func(token string, size int) ([]platform.Conversation, string, error) {
		out, err := client.ListConversations(ctx, &platform.ListConversationsInput{NextToken: token, PageSize: size, IntegrationName: c.Integration})
		if err != nil {
			return nil, "", err
		}
		return out.Conversations, out.Meta.NextToken, nil
	})
	if err != nil {
		return err
	}
	return s.print(found, func(w io.Writer) {
		var rows [][]string
		for _, conv := range found {
			rows = append(rows, []string{conv.ID, conv.Integration + "/" + conv.Channel, strconv.FormatInt(conv.MessageCount, 10), conv.UpdatedAt.String()})
		}
		table(w, []string{"ID", "CHANNEL", "MESSAGES", "UPDATED"}, rows, "No conversations yet.")
	})
}

type conversationMessages struct {
	botFlag
	ID    string `arg:"" help:"Id of the conversation."`
	Limit count  `help:"How many of the newest at most." default:"50"`
}

// Run shows messages, oldest first.
func (c conversationMessages) Run(ctx context.Context, s *session) error {
	client, err := s.botClient(ctx, c.Bot)
	if err != nil {
		return err
	}
	if _, err := client.GetConversation(ctx, &platform.GetConversationInput{ID: c.ID}); err != nil {
		return err
	}
	found, err := newest(ctx, client, c.ID, c.Limit)
	if err != nil {
		return err
	}
	return s.print(found, func(w io.Writer) {
		for i := len(found) - 1; i >= 0; i-- {
			m := &found[i]
			arrow := "->"
			if m.Direction == platform.Outgoing {
				arrow = "<-"
			}
			fmt.Fprintf(w, "%s %s %-8s %s\n", m.CreatedAt, arrow, m.Type, printable(summary(m)))
		}
	})
}

// newest returns a conversation's newest messages, the newest first.
func newest(ctx context.Context, client *platform.Client, conversationID string, limit count) ([]platform.Message, error) {
	return upTo(limit, func(token string, size int) ([]platform.Message, string, error) {
		out, err := client.ListMessages(ctx, &platform.ListMessagesInput{ConversationID: conversationID, NextToken: token, PageSize: size})
		if err != nil {
			return nil, "", err
		}
		return out.Messages, out.Meta.NextToken, nil
	})
}

// summary is a message in one line: its text when it has one.
func summary(m *platform.Message) string {
	var p struct{ Text, Title, Markdown string }
	if err := json.Unmarshal(m.Payload, &p); err == nil {
		for _, s := range [...]string{p.Text, p.Markdown, p.Title} {
			if s != "" {
				return s
			}
		}
	}
	return shorten(string(m.Payload), 120)
}

type conversationDelete struct {
	botFlag
	ID  string `arg:"" help:"Id of the conversation."`
	Yes bool   `help:"Do it; without this flag nothing is deleted."`
}

// Run deletes a conversation.
func (c conversationDelete) Run(ctx context.Context, s *session) error {
	if !c.Yes {
		return usagef("this deletes the conversation's messages; say --yes to do it")
	}
	client, err := s.botClient(ctx, c.Bot)
	if err != nil {
		return err
	}
	if _, err := client.DeleteConversation(ctx, &platform.DeleteConversationInput{ID: c.ID}); err != nil {
		return err
	}
	return s.print(map[string]string{"deleted": c.ID}, func(w io.Writer) { fmt.Fprintln(w, "deleted", c.ID) })
}
