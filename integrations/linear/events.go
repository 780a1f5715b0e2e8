package linear

import (
	"maps"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/schema"
)

// happened is what all events tell.
type happened struct {
	Action         string      `json:"action" title:"Action" description:"create, update, remove or restore"`
	Link           string      `json:"link,omitempty" title:"Link" description:"Where it is to be seen at Linear"`
	OrganizationID string      `json:"organizationId,omitempty" title:"Workspace ID"`
	HappenedAt     string      `json:"happenedAt,omitempty" title:"Happened at" description:"ISO 8601"`
	Actor          *actorEvent `json:"actor,omitempty" title:"Actor" description:"Who did it, as Linear names them"`
	UserID         string      `json:"userId,omitempty" title:"User ID" description:"The user on this platform who did it; missing when no human being did"`
	ConversationID string      `json:"conversationId,omitempty" title:"Conversation ID" description:"On this platform, where there is one"`
	MessageID      string      `json:"messageId,omitempty" title:"Message ID" description:"On this platform, where there is one"`
	Changes        []change    `json:"changes,omitempty" title:"Changes" description:"Of an update: each field with its old and new value"`
}

type actorEvent struct {
	ID      string `json:"id" title:"ID"`
	Type    string `json:"type,omitempty" title:"Type" description:"user, oauthClient or integration"`
	Name    string `json:"name,omitempty" title:"Name"`
	Email   string `json:"email,omitempty" title:"Email"`
	Service string `json:"service,omitempty" title:"Service" description:"Of another integration"`
}

// linearIDs are Linear's ids of what an issue refers to.
type linearIDs struct {
	IssueID       string   `json:"issueId" title:"Issue ID"`
	StatusID      string   `json:"statusId,omitempty" title:"Status ID"`
	CreatorID     string   `json:"creatorId,omitempty" title:"Creator ID"`
	LabelIDs      []string `json:"labelIds,omitempty" title:"Label IDs"`
	TeamID        string   `json:"teamId,omitempty" title:"Team ID"`
	ProjectID     string   `json:"projectId,omitempty" title:"Project ID"`
	AssigneeID    string   `json:"assigneeId,omitempty" title:"Assignee ID"`
	ParentID      string   `json:"parentId,omitempty" title:"Parent issue ID"`
	SubscriberIDs []string `json:"subscriberIds,omitempty" title:"Subscriber IDs"`
}

type issueEvent struct {
	ID          string    `json:"id" title:"Issue ID" description:"Linear's"`
	Title       string    `json:"title" title:"Title"`
	Number      float64   `json:"number" title:"Number" description:"As 12 of ENG-12"`
	Identifier  string    `json:"identifier" title:"Identifier" description:"As ENG-12"`
	URL         string    `json:"url" title:"URL"`
	Priority    float64   `json:"priority" title:"Priority" description:"0 none, 1 urgent, 2 high, 3 medium, 4 low"`
	Description string    `json:"description,omitempty" title:"Description" description:"Markdown"`
	Status      string    `json:"status" title:"Status"`
	StatusColor string    `json:"statusColor" title:"Colour of the status"`
	StatusType  string    `json:"statusType" title:"Type of the status" description:"triage, backlog, unstarted, started, completed or canceled"`
	TeamName    string    `json:"teamName,omitempty" title:"Team"`
	TeamKey     string    `json:"teamKey,omitempty" title:"Team key"`
	Labels      []string  `json:"labels,omitempty" title:"Labels"`
	LinearIDs   linearIDs `json:"linearIds" title:"Linear's IDs"`
	CreatedAt   string    `json:"createdAt" title:"Created at"`
	UpdatedAt   string    `json:"updatedAt" title:"Updated at"`
	Targets     targets   `json:"targets" title:"Targets" description:"The issue's tags, to start a conversation with"`
	happened
}

// targets are the tags of conversations, by channel.
type targets map[string]map[string]string

func (d *issueData) event(h *happened) any {
	e := issueEvent{
		ID: d.ID, Title: d.Title, Number: d.Number, Identifier: d.Identifier, URL: d.URL, Priority: d.Priority, Description: d.Description,
		Status: d.State.Name, StatusColor: d.State.Color, StatusType: d.State.Type, CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt,
		LinearIDs: linearIDs{
			IssueID: d.ID, StatusID: d.StateID, CreatorID: d.CreatorID, LabelIDs: d.LabelIDs, TeamID: d.TeamID, ProjectID: d.ProjectID,
			AssigneeID: d.AssigneeID, ParentID: d.ParentID, SubscriberIDs: d.SubscriberIDs,
		},
		Targets: targets{channelIssue: {tagID: d.ID}}, happened: *h,
	}
	if d.Team != nil {
		e.TeamName, e.TeamKey = d.Team.Name, d.Team.Key
	}
	for _, l := range d.Labels {
		e.Labels = append(e.Labels, l.Name)
	}
	return e
}

type commentEvent struct {
	ID                 string `json:"id" title:"Comment ID" description:"Linear's"`
	Body               string `json:"body" title:"Body" description:"Markdown"`
	ParentID           string `json:"parentId,omitempty" title:"Parent comment ID" description:"Of the thread that it is in"`
	IssueID            string `json:"issueId,omitempty" title:"Issue ID"`
	ProjectID          string `json:"projectId,omitempty" title:"Project ID"`
	ProjectUpdateID    string `json:"projectUpdateId,omitempty" title:"Project update ID"`
	InitiativeID       string `json:"initiativeId,omitempty" title:"Initiative ID"`
	InitiativeUpdateID string `json:"initiativeUpdateId,omitempty" title:"Initiative update ID"`
	DocumentContentID  string `json:"documentContentId,omitempty" title:"Document content ID"`
	PostID             string `json:"postId,omitempty" title:"Post ID"`
	AuthorID           string `json:"authorId,omitempty" title:"Author ID" description:"Linear's id of who wrote it"`
	CreatedAt          string `json:"createdAt,omitempty" title:"Created at"`
	EditedAt           string `json:"editedAt,omitempty" title:"Edited at"`
	ResolvedAt         string `json:"resolvedAt,omitempty" title:"Resolved at"`
	happened
}

func (d *commentData) event(h *happened) any {
	e := commentEvent{
		ID: d.ID, Body: d.Body, ParentID: d.thread(), ProjectID: d.ProjectID, ProjectUpdateID: d.ProjectUpdateID,
		InitiativeID: d.InitiativeID, InitiativeUpdateID: d.InitiativeUpdateID, DocumentContentID: d.DocumentContentID, PostID: d.PostID,
		CreatedAt: d.CreatedAt, EditedAt: d.EditedAt, ResolvedAt: d.ResolvedAt, happened: *h,
	}
	if i := d.issue(); i != nil {
		e.IssueID = i.ID
	}
	if a := d.author(); a != nil {
		e.AuthorID = a.ID
	}
	return e
}

type reactionEvent struct {
	ID                 string `json:"id" title:"Reaction ID" description:"Linear's"`
	Emoji              string `json:"emoji" title:"Emoji" description:"Its name, as thumbsup"`
	CommentID          string `json:"commentId,omitempty" title:"Comment ID"`
	IssueID            string `json:"issueId,omitempty" title:"Issue ID"`
	ProjectUpdateID    string `json:"projectUpdateId,omitempty" title:"Project update ID"`
	InitiativeUpdateID string `json:"initiativeUpdateId,omitempty" title:"Initiative update ID"`
	PostID             string `json:"postId,omitempty" title:"Post ID"`
	happened
}

func (d *reactionData) event(h *happened) any {
	return reactionEvent{
		ID: d.ID, Emoji: d.Emoji, CommentID: d.CommentID, IssueID: d.IssueID, ProjectUpdateID: d.ProjectUpdateID,
		InitiativeUpdateID: d.InitiativeUpdateID, PostID: d.PostID, happened: *h,
	}
}

type projectEvent struct {
	ID          string   `json:"id" title:"Project ID"`
	Name        string   `json:"name" title:"Name"`
	Description string   `json:"description,omitempty" title:"Description"`
	URL         string   `json:"url,omitempty" title:"URL"`
	Status      string   `json:"status,omitempty" title:"Status"`
	StatusType  string   `json:"statusType,omitempty" title:"Type of the status"`
	StatusID    string   `json:"statusId,omitempty" title:"Status ID"`
	Health      string   `json:"health,omitempty" title:"Health" description:"onTrack, atRisk or offTrack"`
	LeadID      string   `json:"leadId,omitempty" title:"Lead ID"`
	TeamIDs     []string `json:"teamIds,omitempty" title:"Team IDs"`
	MemberIDs   []string `json:"memberIds,omitempty" title:"Member IDs"`
	StartDate   string   `json:"startDate,omitempty" title:"Start date"`
	TargetDate  string   `json:"targetDate,omitempty" title:"Target date"`
	CreatedAt   string   `json:"createdAt,omitempty" title:"Created at"`
	UpdatedAt   string   `json:"updatedAt,omitempty" title:"Updated at"`
	happened
}

func (d *projectData) event(h *happened) any {
	e := projectEvent{
		ID: d.ID, Name: d.Name, Description: d.Description, URL: d.URL, StatusID: d.StatusID, Health: d.Health, LeadID: d.LeadID,
		TeamIDs: d.TeamIDs, MemberIDs: d.MemberIDs, StartDate: d.StartDate, TargetDate: d.TargetDate,
		CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt, happened: *h,
	}
	if e.LeadID == "" {
		e.LeadID = d.Lead.id()
	}
	if d.Status != nil {
		e.Status, e.StatusType = d.Status.Name, d.Status.Type
	}
	return e
}

type cycleEvent struct {
	ID          string  `json:"id" title:"Cycle ID"`
	Number      float64 `json:"number" title:"Number"`
	Name        string  `json:"name,omitempty" title:"Name"`
	Description string  `json:"description,omitempty" title:"Description"`
	TeamID      string  `json:"teamId,omitempty" title:"Team ID"`
	StartsAt    string  `json:"startsAt,omitempty" title:"Starts at"`
	EndsAt      string  `json:"endsAt,omitempty" title:"Ends at"`
	CompletedAt string  `json:"completedAt,omitempty" title:"Completed at"`
	CreatedAt   string  `json:"createdAt,omitempty" title:"Created at"`
	UpdatedAt   string  `json:"updatedAt,omitempty" title:"Updated at"`
	happened
}

func (d *cycleData) event(h *happened) any {
	return cycleEvent{
		ID: d.ID, Number: d.Number, Name: d.Name, Description: d.Description, TeamID: d.TeamID, StartsAt: d.StartsAt, EndsAt: d.EndsAt,
		CompletedAt: d.CompletedAt, CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt, happened: *h,
	}
}

// events are what the bot is told of: each kind of thing made, changed,
// removed.
func events() map[string]integration.EventDefinition {
	all := map[string]integration.EventDefinition{}
	for _, kind := range []struct {
		name, title, article string
		schema               integration.Schema
	}{
		{"issue", "Issue", "An issue", schema.For[issueEvent]},
		{"comment", "Comment", "A comment, on whatever,", schema.For[commentEvent]},
		{"reaction", "Reaction", "A reaction", schema.For[reactionEvent]},
		{"project", "Project", "A project", schema.For[projectEvent]},
		{"cycle", "Cycle", "A cycle", schema.For[cycleEvent]},
	} {
		add := func(verb, title, description string) {
			all[kind.name+verb] = integration.EventDefinition{
				Title: kind.title + " " + title, Description: kind.article + " " + description, Schema: kind.schema,
			}
		}
		add("Created", "created", "was made, or brought back")
		add("Updated", "updated", "was changed; changes has the old and the new values")
		add("Deleted", "deleted", "was removed")
	}
	maps.Copy(all, fileEvents())
	return all
}
