package linear

import (
	"context"
	"encoding/json"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
)

// reactionData is a reaction as webhooks describe it.
type reactionData struct {
	ID                 string     `json:"id"`
	Emoji              string     `json:"emoji"`
	CommentID          string     `json:"commentId"`
	Comment            *reference `json:"comment"`
	IssueID            string     `json:"issueId"`
	Issue              *issueRef  `json:"issue"`
	ProjectUpdateID    string     `json:"projectUpdateId"`
	InitiativeUpdateID string     `json:"initiativeUpdateId"`
	PostID             string     `json:"postId"`
	UserID             string     `json:"userId"`
	User               *person    `json:"user"`
}

// reactionHappened tells the bot of a reaction, with the message or the
// conversation that it is on, where the bot knows it.
func (s *service) reactionHappened(ctx context.Context, call *integration.Call, c *settings, e *inbound) error {
	var d reactionData
	if err := json.Unmarshal(e.Data, &d); err != nil || d.ID == "" {
		return misshapen(ctx, call, e)
	}
	if d.CommentID == "" {
		d.CommentID = d.Comment.id()
	}
	if d.IssueID == "" && d.Issue != nil {
		d.IssueID = d.Issue.ID
	}
	t := telling{event: "reaction" + e.verb(), who: d.User}
	if t.who == nil && d.UserID != "" {
		t.who = &person{ID: d.UserID}
	}
	var err error
	if t.message, err = knownMessage(ctx, call, d.CommentID); err != nil {
		return err
	}
	if t.message == nil && d.IssueID != "" {
		if t.conversation, err = knownConversation(ctx, call, d.IssueID); err != nil {
			return err
		}
	}
	return s.tell(ctx, call, c, e, t, func(h *happened) any { return d.event(h) })
}

// projectData is a project as webhooks describe it.
type projectData struct {
	ID          string     `json:"id"`
	Name        string     `json:"name"`
	Description string     `json:"description"`
	URL         string     `json:"url"`
	Health      string     `json:"health"`
	StartDate   string     `json:"startDate"`
	TargetDate  string     `json:"targetDate"`
	LeadID      string     `json:"leadId"`
	TeamIDs     []string   `json:"teamIds"`
	MemberIDs   []string   `json:"memberIds"`
	CreatedAt   string     `json:"createdAt"`
	UpdatedAt   string     `json:"updatedAt"`
	StatusID    string     `json:"statusId"`
	Lead        *reference `json:"lead"`
	Status      *struct {
		Name string `json:"name"`
		Type string `json:"type"`
	} `json:"status"`
}

func (s *service) projectHappened(ctx context.Context, call *integration.Call, c *settings, e *inbound) error {
	var d projectData
	if err := json.Unmarshal(e.Data, &d); err != nil || d.ID == "" {
		return misshapen(ctx, call, e)
	}
	return s.tell(ctx, call, c, e, telling{event: "project" + e.verb(), who: e.Actor.person()}, func(h *happened) any { return d.event(h) })
}

// cycleData is a cycle as webhooks describe it.
type cycleData struct {
	ID          string  `json:"id"`
	Number      float64 `json:"number"`
	Name        string  `json:"name"`
	Description string  `json:"description"`
	TeamID      string  `json:"teamId"`
	StartsAt    string  `json:"startsAt"`
	EndsAt      string  `json:"endsAt"`
	CompletedAt string  `json:"completedAt"`
	CreatedAt   string  `json:"createdAt"`
	UpdatedAt   string  `json:"updatedAt"`
}

func (s *service) cycleHappened(ctx context.Context, call *integration.Call, c *settings, e *inbound) error {
	var d cycleData
	if err := json.Unmarshal(e.Data, &d); err != nil || d.ID == "" {
		return misshapen(ctx, call, e)
	}
	return s.tell(ctx, call, c, e, telling{event: "cycle" + e.verb(), who: e.Actor.person()}, func(h *happened) any { return d.event(h) })
}

// telling is what an event is about.
type telling struct {
	event        string
	who          *person // nil when no human being did it
	conversation *platform.Conversation
	message      *platform.Message
}

// tell raises the event, once for what Linear tells. payload makes it of what
// all events have.
func (s *service) tell(ctx context.Context, call *integration.Call, c *settings, e *inbound, t telling, payload func(*happened) any) error {
	h := &happened{Action: e.Action, Link: e.URL, OrganizationID: e.OrganizationID, HappenedAt: e.CreatedAt}
	if e.verb() == "Updated" {
		h.Changes = e.changes()
	}
	if a := e.Actor; a != nil && a.ID != "" {
		h.Actor = &actorEvent{ID: a.ID, Type: a.Type, Name: a.Name, Email: a.Email, Service: a.Service}
	}
	if t.who != nil {
		u, err := s.user(ctx, call, c, t.who)
		if err != nil {
			return err
		}
		h.UserID = u.ID
	}
	if t.message != nil {
		h.MessageID, h.ConversationID = t.message.ID, t.message.ConversationID
	}
	if t.conversation != nil {
		h.ConversationID = t.conversation.ID
	}
	_, err := call.Emit(ctx, integration.Event{
		Type: t.event, Payload: payload(h), ConversationID: h.ConversationID, UserID: h.UserID, MessageID: h.MessageID, DedupeKey: e.key,
	})
	return err
}
