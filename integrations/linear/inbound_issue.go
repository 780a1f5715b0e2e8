package linear

import (
	"context"
	"encoding/json"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// issue is an issue as the API describes it.
type issue struct {
	ID          string   `json:"id"`
	Identifier  string   `json:"identifier"`
	Number      float64  `json:"number"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	URL         string   `json:"url"`
	Priority    float64  `json:"priority"`
	Estimate    *float64 `json:"estimate"`
	CreatedAt   string   `json:"createdAt"`
	UpdatedAt   string   `json:"updatedAt"`
	LabelIDs    []string `json:"labelIds"`
	State       struct {
		ID    string `json:"id"`
		Name  string `json:"name"`
		Color string `json:"color"`
		Type  string `json:"type"`
	} `json:"state"`
	Team struct {
		ID   string `json:"id"`
		Key  string `json:"key"`
		Name string `json:"name"`
	} `json:"team"`
	Project  *reference `json:"project"`
	Assignee *reference `json:"assignee"`
	Creator  *reference `json:"creator"`
	Parent   *issueRef  `json:"parent"`
}

// reference is something that only its id is known of.
type reference struct {
	ID string `json:"id"`
}

func (r *reference) id() string {
	if r == nil {
		return ""
	}
	return r.ID
}

// issue reads an issue by its id or its identifier, as ENG-12.
func (s *service) issue(ctx context.Context, call *integration.Call, c *settings, id string) (*issue, error) {
	var out struct {
		Issue issue `json:"issue"`
	}
	err := s.client(call, c).do(ctx, queryIssue, vars{"id": id}, &out)
	return &out.Issue, err
}

// describe gives the issue's conversation its tags.
func (i *issue) describe(ctx context.Context, call *integration.Call, conv *platform.Conversation) (*platform.Conversation, error) {
	tags := platform.Tags{tagTitle: i.Title, tagURL: i.URL, tagParentID: "", tagParentTitle: "", tagParentURL: ""}
	if i.Parent != nil {
		tags[tagParentID], tags[tagParentTitle], tags[tagParentURL] = i.Parent.ID, i.Parent.Title, i.Parent.URL
	}
	return chatkit.UpdateConversation(ctx, call, conv, tags)
}

// issueData is an issue as webhooks describe it.
type issueData struct {
	ID          string  `json:"id"`
	Identifier  string  `json:"identifier"`
	Number      float64 `json:"number"`
	Title       string  `json:"title"`
	Description string  `json:"description"`
	URL         string  `json:"url"`
	Priority    float64 `json:"priority"`
	CreatedAt   string  `json:"createdAt"`
	UpdatedAt   string  `json:"updatedAt"`
	State       struct {
		Name  string `json:"name"`
		Color string `json:"color"`
		Type  string `json:"type"`
	} `json:"state"`
	Team *struct {
		Name string `json:"name"`
		Key  string `json:"key"`
	} `json:"team"`
	Labels []struct {
		Name string `json:"name"`
	} `json:"labels"`
	Creator *person `json:"creator"`

	StateID       string   `json:"stateId"`
	TeamID        string   `json:"teamId"`
	CreatorID     string   `json:"creatorId"`
	ProjectID     string   `json:"projectId"`
	AssigneeID    string   `json:"assigneeId"`
	ParentID      string   `json:"parentId"`
	LabelIDs      []string `json:"labelIds"`
	SubscriberIDs []string `json:"subscriberIds"`
}

func (d *issueData) ref() *issueRef {
	return &issueRef{ID: d.ID, Identifier: d.Identifier, Title: d.Title, URL: d.URL}
}

// issueHappened tells the bot what became of an issue. The conversation of one
// that was deleted is found, but not made.
func (s *service) issueHappened(ctx context.Context, call *integration.Call, c *settings, e *inbound) error {
	var d issueData
	if err := json.Unmarshal(e.Data, &d); err != nil || d.ID == "" {
		return misshapen(ctx, call, e)
	}
	var conv *platform.Conversation
	var err error
	if e.verb() == "Deleted" {
		conv, err = knownConversation(ctx, call, d.ID)
	} else if conv, err = s.issueConversation(ctx, call, c, d.ref()); err == nil && conv.Tags[tagParentID] != d.ParentID {
		conv, err = s.describe(ctx, call, c, conv, d.ID) // webhooks do not describe the new parent
	}
	if err != nil {
		return err
	}
	who := e.Actor.person()
	if who == nil && e.verb() == "Created" && d.Creator != nil {
		who = d.Creator
	}
	err = s.tell(ctx, call, c, e, telling{event: "issue" + e.verb(), conversation: conv, who: who}, func(h *happened) any {
		return d.event(h)
	})
	if err != nil {
		return err
	}
	return d.fileChanged(ctx, call, e)
}

// misshapen drops a webhook that is signed and yet not as Linear describes it.
func misshapen(ctx context.Context, call *integration.Call, e *inbound) error {
	call.Logger.WarnContext(ctx, "webhook ignored: its data cannot be read", "type", e.Type, "action", e.Action)
	return nil
}
