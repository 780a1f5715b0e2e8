package linear

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// commentData is a comment as webhooks describe it.
type commentData struct {
	ID           string     `json:"id"`
	Body         string     `json:"body"`
	CreatedAt    string     `json:"createdAt"`
	EditedAt     string     `json:"editedAt"`
	ResolvedAt   string     `json:"resolvedAt"`
	IssueID      string     `json:"issueId"`
	Issue        *issueRef  `json:"issue"`
	ParentID     string     `json:"parentId"`
	Parent       *reference `json:"parent"`
	UserID       string     `json:"userId"`
	User         *person    `json:"user"`
	ExternalUser *person    `json:"externalUser"`

	ProjectID          string `json:"projectId"`
	ProjectUpdateID    string `json:"projectUpdateId"`
	InitiativeID       string `json:"initiativeId"`
	InitiativeUpdateID string `json:"initiativeUpdateId"`
	DocumentContentID  string `json:"documentContentId"`
	PostID             string `json:"postId"`
}

// issue is what the comment is on, nil when it is on something else.
func (d *commentData) issue() *issueRef {
	switch {
	case d.Issue != nil && d.Issue.ID != "":
		return d.Issue
	case d.IssueID != "":
		return &issueRef{ID: d.IssueID}
	}
	return nil
}

// thread is the comment that this one is below, empty when it is below none.
func (d *commentData) thread() string {
	if d.ParentID != "" {
		return d.ParentID
	}
	return d.Parent.id()
}

// author is the human being who wrote it; nil for other integrations and bots,
// which bots had better not talk with.
func (d *commentData) author() *person {
	switch {
	case d.User != nil && d.User.ID != "":
		return d.User
	case d.UserID != "":
		return &person{ID: d.UserID}
	case d.ExternalUser != nil && d.ExternalUser.ID != "":
		p := *d.ExternalUser
		p.external = true
		return &p
	}
	return nil
}

// commentHappened hands the bot what a person wrote on an issue, as a message,
// and tells it what became of comments, wherever they are.
func (s *service) commentHappened(ctx context.Context, call *integration.Call, c *settings, e *inbound) error {
	var d commentData
	if err := json.Unmarshal(e.Data, &d); err != nil || d.ID == "" {
		return misshapen(ctx, call, e)
	}
	var msg *platform.Message
	var err error
	if e.verb() == "Created" {
		msg, err = s.said(ctx, call, c, &d)
	} else if msg, err = knownMessage(ctx, call, d.ID); err == nil && msg != nil && e.verb() == "Updated" {
		err = edited(ctx, call, &d, msg)
	}
	if err != nil {
		return err
	}
	t := telling{event: "comment" + e.verb(), who: d.author(), message: msg}
	if who := e.Actor.person(); who != nil {
		t.who = who
	}
	if i := d.issue(); msg == nil && i != nil {
		if t.conversation, err = knownConversation(ctx, call, i.ID); err != nil {
			return err
		}
	}
	return s.tell(ctx, call, c, e, t, func(h *happened) any { return d.event(h) })
}

// said makes the message of a comment, once; nil when it is none that a person
// wrote on an issue.
func (s *service) said(ctx context.Context, call *integration.Call, c *settings, d *commentData) (*platform.Message, error) {
	on, author := d.issue(), d.author()
	if on == nil || author == nil || strings.TrimSpace(d.Body) == "" {
		return nil, nil
	}
	conv, isThread := on.conversation(), false
	if thread := d.thread(); thread != "" && c.SeparateThreads {
		conv, isThread = on.thread(thread), true
	}
	content, err := answered(ctx, call, conv, d.Body)
	if err != nil {
		return nil, err
	}
	out, err := chatkit.Receive(ctx, call, &chatkit.Inbound{
		User: author.user(), Conversation: conv,
		Message: &chatkit.Message{
			Content: chatkit.Content{Type: message.TypeText, Payload: content},
			Tags:    platform.Tags{tagID: d.ID, tagParentID: d.thread()}, FindBy: []platform.Tags{{tagID: d.ID}},
		},
	})
	if err != nil {
		return nil, err
	}
	if _, err := s.complete(ctx, call, c, author, out.User); err != nil {
		return nil, err
	}
	if out.Meta.Conversation && !isThread {
		if _, err := s.describe(ctx, call, c, out.Conversation, on.ID); err != nil {
			return nil, err
		}
	}
	return out.Message, nil
}

// edited keeps the message as the comment is now.
func edited(ctx context.Context, call *integration.Call, d *commentData, msg *platform.Message) error {
	if msg.Type != message.TypeText || msg.Direction == platform.Outgoing || strings.TrimSpace(d.Body) == "" {
		return nil
	}
	var was text
	if json.Unmarshal(msg.Payload, &was) == nil && was.Text == d.Body {
		return nil
	}
	payload, err := json.Marshal(text{Text: d.Body})
	if err != nil {
		return fmt.Errorf("write the message: %w", err)
	}
	if _, err := call.Client.UpdateMessage(ctx, &platform.UpdateMessageInput{ID: msg.ID, Payload: payload}); err != nil {
		return fmt.Errorf("keep the edit: %w", err)
	}
	return nil
}
