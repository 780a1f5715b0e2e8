package linear

import (
	"context"
	"fmt"

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

func (i *issueRef) tags() platform.Tags {
	return filled(platform.Tags{tagID: i.ID, tagTitle: chatkit.ClipTag(i.Title), tagURL: i.URL})
}

// filled leaves out tags without a value.
func filled(tags platform.Tags) platform.Tags {
	for name, value := range tags {
		if value == "" {
			delete(tags, name)
		}
	}
	return tags
}

// issueConversation finds or makes the conversation of an issue, and keeps its
// title and address as they are now.
func (s *service) issueConversation(ctx context.Context, call *integration.Call, c *settings, i *issueRef) (*platform.Conversation, error) {
	conv, created, err := conversation(ctx, call, channelIssue, i.tags())
	if err != nil || !created {
		return conv, err
	}
	ctx, cancel := context.WithTimeout(ctx, courtesy)
	defer cancel()
	full, err := s.issue(ctx, call, c, i.ID)
	if err != nil {
		call.Logger.WarnContext(ctx, "the issue cannot be read now", "error", err)
		return conv, nil
	}
	return full.describe(context.WithoutCancel(ctx), call, conv)
}

// threadConversation finds or makes the conversation of the replies below a
// comment.
func threadConversation(ctx context.Context, call *integration.Call, i *issueRef, commentID string) (*platform.Conversation, error) {
	tags := i.tags()
	tags[tagIssueID], tags[tagID] = i.ID, commentID
	conv, _, err := conversation(ctx, call, channelThread, tags)
	return conv, err
}

func conversation(ctx context.Context, call *integration.Call, channel string, tags platform.Tags) (*platform.Conversation, bool, error) {
	out, err := call.Client.GetOrCreateConversation(ctx, &platform.GetOrCreateConversationInput{
		Channel: channel, Tags: tags, DiscriminateByTags: []string{tagID},
	})
	if err != nil {
		return nil, false, fmt.Errorf("find or make the conversation: %w", err)
	}
	conv, err := retag(ctx, call, &out.Conversation, tags)
	return conv, out.Meta.Created, err
}

// retag gives the conversation tags that it does not have yet. An empty value
// takes a tag away.
func retag(ctx context.Context, call *integration.Call, conv *platform.Conversation, tags platform.Tags) (*platform.Conversation, error) {
	change := platform.Tags{}
	for name, value := range tags {
		if conv.Tags[name] != value {
			change[name] = value
		}
	}
	if len(change) == 0 {
		return conv, nil
	}
	out, err := call.Client.UpdateConversation(ctx, &platform.UpdateConversationInput{ID: conv.ID, Tags: change})
	if err != nil {
		return nil, fmt.Errorf("update the conversation: %w", err)
	}
	return &out.Conversation, nil
}

// knownConversation finds the conversation of an issue; nil when there is none.
func knownConversation(ctx context.Context, call *integration.Call, issueID string) (*platform.Conversation, error) {
	out, err := call.Client.ListConversations(ctx, &platform.ListConversationsInput{
		Channel: channelIssue, Tags: platform.Tags{tagID: issueID}, PageSize: 1,
	})
	if err != nil {
		return nil, fmt.Errorf("find the conversation: %w", err)
	}
	if len(out.Conversations) == 0 {
		return nil, nil
	}
	return &out.Conversations[0], nil
}

// knownMessage finds the message of a comment; nil when there is none.
func knownMessage(ctx context.Context, call *integration.Call, commentID string) (*platform.Message, error) {
	if commentID == "" {
		return nil, nil
	}
	out, err := call.Client.ListMessages(ctx, &platform.ListMessagesInput{Tags: platform.Tags{tagID: commentID}, PageSize: 1})
	if err != nil {
		return nil, fmt.Errorf("find the message: %w", err)
	}
	if len(out.Messages) == 0 {
		return nil, nil
	}
	return &out.Messages[0], nil
}
