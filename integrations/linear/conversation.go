package linear

import (
	"context"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// Channels.
const (
	channelIssue  = "issue"
	channelThread = "thread"
)

// Tags of conversations and messages.
const (
	tagID          = "id"
	tagTitle       = "title"
	tagURL         = "url"
	tagIssueID     = "issueId"
	tagParentID    = "parentId"
	tagParentTitle = "parentTitle"
	tagParentURL   = "parentUrl"
)

// issueRef is an issue as other things refer to it.
type issueRef struct {
	ID         string `json:"id"`
	Identifier string `json:"identifier"`
	Title      string `json:"title"`
	URL        string `json:"url"`
}

// conversation describes the conversation of the issue to the platform.
func (i *issueRef) conversation() *chatkit.Conversation {
	return &chatkit.Conversation{
		Channel: channelIssue, FindBy: []platform.Tags{{tagID: i.ID}},
		Tags: platform.Tags{tagID: i.ID, tagTitle: i.Title, tagURL: i.URL},
	}
}

// thread describes the conversation of the replies below a comment.
func (i *issueRef) thread(commentID string) *chatkit.Conversation {
	return &chatkit.Conversation{
		Channel: channelThread, FindBy: []platform.Tags{{tagID: commentID}},
		Tags: platform.Tags{tagID: commentID, tagIssueID: i.ID, tagTitle: i.Title, tagURL: i.URL},
	}
}

// issueConversation finds or creates the conversation of an issue, and writes
// its title and address as they are now.
func (s *service) issueConversation(ctx context.Context, call *integration.Call, c *settings, i *issueRef) (*platform.Conversation, error) {
	out, err := chatkit.Receive(ctx, call, &chatkit.Inbound{Conversation: i.conversation()})
	if err != nil || !out.Meta.Conversation {
		return conversationOf(out), err
	}
	return s.describe(ctx, call, c, out.Conversation, i.ID)
}

func conversationOf(out *chatkit.Received) *platform.Conversation {
	if out == nil {
		return nil
	}
	return out.Conversation
}

// describe writes the tags of the issue to its conversation. That the issue
// cannot be read now is only logged.
func (s *service) describe(ctx context.Context, call *integration.Call, c *settings, conv *platform.Conversation, id string) (*platform.Conversation, error) {
	short, cancel := context.WithTimeout(ctx, courtesy)
	defer cancel()
	full, err := s.issue(short, call, c, id)
	if err != nil {
		call.Logger.WarnContext(ctx, "issue not read", "conversation_id", conv.ID, "error", err)
		return conv, nil
	}
	return full.describe(ctx, call, conv)
}

// knownConversation finds the conversation of an issue; nil if there is none.
func knownConversation(ctx context.Context, call *integration.Call, issueID string) (*platform.Conversation, error) {
	return chatkit.FindConversation(ctx, call, channelIssue, platform.Tags{tagID: issueID})
}

// knownMessage finds the message of a comment; nil if there is none.
func knownMessage(ctx context.Context, call *integration.Call, commentID string) (*platform.Message, error) {
	return chatkit.FindMessage(ctx, call, journal.FindBy(commentID, nil)...)
}
