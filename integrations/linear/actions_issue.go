package linear

import (
	"context"
	"crypto/rand"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
)

// issueOut is an issue as bots get it.
type issueOut struct {
	ID          string    `json:"id" title:"Issue ID"`
	Number      float64   `json:"number" title:"Number" description:"As 12 of ENG-12"`
	Identifier  string    `json:"identifier" title:"Identifier" description:"As ENG-12"`
	Title       string    `json:"title" title:"Title"`
	Description string    `json:"description,omitempty" title:"Description" description:"Markdown"`
	URL         string    `json:"url" title:"URL"`
	Priority    float64   `json:"priority" title:"Priority" description:"0 none, 1 urgent, 2 high, 3 medium, 4 low"`
	Estimate    *float64  `json:"estimate,omitempty" title:"Estimate" description:"Points"`
	Status      string    `json:"status,omitempty" title:"Status"`
	StatusType  string    `json:"statusType,omitempty" title:"Type of the status"`
	TeamName    string    `json:"teamName,omitempty" title:"Team"`
	TeamKey     string    `json:"teamKey,omitempty" title:"Team key"`
	CreatedAt   string    `json:"createdAt" title:"Created at"`
	UpdatedAt   string    `json:"updatedAt" title:"Updated at"`
	LinearIDs   linearIDs `json:"linearIds" title:"Linear's IDs"`
}

func (i *issue) out() issueOut {
	out := issueOut{
		ID: i.ID, Number: i.Number, Identifier: i.Identifier, Title: i.Title, Description: i.Description, URL: i.URL, Priority: i.Priority,
		Estimate: i.Estimate, Status: i.State.Name, StatusType: i.State.Type, TeamName: i.Team.Name, TeamKey: i.Team.Key,
		CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt,
		LinearIDs: linearIDs{
			IssueID: i.ID, StatusID: i.State.ID, CreatorID: i.Creator.id(), LabelIDs: i.LabelIDs, TeamID: i.Team.ID,
			ProjectID: i.Project.id(), AssigneeID: i.Assignee.id(),
		},
	}
	if i.Parent != nil {
		out.LinearIDs.ParentID = i.Parent.ID
	}
	return out
}

type issueInput struct {
	IssueID string `json:"issueId" title:"Issue ID" description:"Linear's id or the identifier, as ENG-12" minLength:"1"`
}

func (s *service) getIssue(ctx context.Context, a *asking, in *issueInput) (*issueOut, error) {
	i, err := s.issue(ctx, a.Call, a.settings, in.IssueID)
	if err != nil {
		return nil, err
	}
	out := i.out()
	return &out, nil
}

type createInput struct {
	Title       string   `json:"title" title:"Title" minLength:"1"`
	Description string   `json:"description,omitempty" title:"Description" description:"Markdown"`
	Priority    *float64 `json:"priority,omitempty" title:"Priority" description:"0 none, 1 urgent, 2 high, 3 medium, 4 low" minimum:"0" maximum:"4"`
	TeamName    string   `json:"teamName" title:"Team" description:"Its name or key" minLength:"1"`
	Labels      []string `json:"labels,omitempty" title:"Labels" description:"Their names"`
	Project     string   `json:"project,omitempty" title:"Project" description:"Its name"`
}

type createOutput struct {
	Issue issueOut `json:"issue" title:"Issue"`
}

func (s *service) createIssue(ctx context.Context, a *asking, in *createInput) (*createOutput, error) {
	t, err := findTeam(ctx, a.api, in.TeamName)
	if err != nil {
		return nil, err
	}
	input := vars{"id": ownID(a.Call, "issue "+rand.Text()), "title": in.Title, "teamId": t.ID}
	if in.Description != "" {
		input["description"] = in.Description
	}
	if err := a.details(ctx, input, in.Priority, in.Labels, in.Project, t.ID); err != nil {
		return nil, err
	}
	a.settings.as(input)
	var out struct {
		IssueCreate struct {
			Issue issue `json:"issue"`
		} `json:"issueCreate"`
	}
	if err := a.api.do(ctx, mutationIssueCreate, vars{"input": input}, &out); err != nil {
		return nil, err
	}
	return &createOutput{Issue: out.IssueCreate.Issue.out()}, nil
}

// details adds what making and changing an issue have in common.
func (a *asking) details(ctx context.Context, input vars, priority *float64, labels []string, project, teamID string) error {
	if priority != nil {
		input["priority"] = int(*priority)
	}
	if labels != nil {
		ids, err := findLabels(ctx, a.api, labels, teamID)
		if err != nil {
			return err
		}
		input["labelIds"] = ids
	}
	if project != "" {
		id, err := findProject(ctx, a.api, project)
		if err != nil {
			return err
		}
		input["projectId"] = id
	}
	return nil
}

type updateInput struct {
	IssueID     string   `json:"issueId" title:"Issue ID" description:"Linear's id or the identifier, as ENG-12" minLength:"1"`
	Title       string   `json:"title,omitempty" title:"Title"`
	Description *string  `json:"description,omitempty" title:"Description" description:"Markdown"`
	Priority    *float64 `json:"priority,omitempty" title:"Priority" description:"0 none, 1 urgent, 2 high, 3 medium, 4 low" minimum:"0" maximum:"4"`
	TeamName    string   `json:"teamName,omitempty" title:"Team" description:"The name or key of the team to move it to"`
	Labels      []string `json:"labels,omitempty" title:"Labels" description:"Their names; they replace those that it has"`
	Project     string   `json:"project,omitempty" title:"Project" description:"Its name"`
	Status      string   `json:"status,omitempty" title:"Status" description:"Its name, as Done"`
	AssigneeID  string   `json:"assigneeId,omitempty" title:"Assignee ID" description:"Linear's id of the person"`
}

type updateOutput struct {
	Issue *issueOut `json:"issue,omitempty" title:"Issue"`
}

func (s *service) updateIssue(ctx context.Context, a *asking, in *updateInput) (*updateOutput, error) {
	input := vars{}
	if in.Title != "" {
		input["title"] = in.Title
	}
	if in.Description != nil {
		input["description"] = *in.Description
	}
	if in.AssigneeID != "" {
		input["assigneeId"] = in.AssigneeID
	}
	teamID, err := s.teamFor(ctx, a, in, input)
	if err != nil {
		return nil, err
	}
	if err := a.details(ctx, input, in.Priority, in.Labels, in.Project, teamID); err != nil {
		return nil, err
	}
	if in.Status != "" {
		if input["stateId"], err = findState(ctx, a.api, in.Status, teamID); err != nil {
			return nil, err
		}
	}
	if len(input) == 0 {
		return nil, integration.RuntimeError("nothing is to be changed: give at least one of title, description, priority, teamName, labels, project, status and assigneeId")
	}
	var out struct {
		IssueUpdate struct {
			Issue issue `json:"issue"`
		} `json:"issueUpdate"`
	}
	if err := a.api.do(ctx, mutationIssueUpdate, vars{"id": in.IssueID, "input": input}, &out); err != nil {
		return nil, err
	}
	changed := out.IssueUpdate.Issue.out()
	return &updateOutput{Issue: &changed}, nil
}

// teamFor is the team that labels and states are looked up in: the one that the
// issue is moved to, else its own where that matters.
func (s *service) teamFor(ctx context.Context, a *asking, in *updateInput, input vars) (string, error) {
	if in.TeamName != "" {
		t, err := findTeam(ctx, a.api, in.TeamName)
		if err != nil {
			return "", err
		}
		input["teamId"] = t.ID
		return t.ID, nil
	}
	if in.Labels == nil && in.Status == "" {
		return "", nil
	}
	i, err := s.issue(ctx, a.Call, a.settings, in.IssueID)
	if err != nil {
		return "", err
	}
	return i.Team.ID, nil
}

func (s *service) deleteIssue(ctx context.Context, a *asking, in *idInput) (*nothing, error) {
	var out struct{}
	return &nothing{}, a.api.do(ctx, mutationIssueDelete, vars{"id": in.ID}, &out)
}

type duplicateInput struct {
	IssueID        string `json:"issueId" title:"Issue ID" description:"The duplicate" minLength:"1"`
	RelatedIssueID string `json:"relatedIssueId" title:"Related issue ID" description:"The issue that it is a duplicate of" minLength:"1"`
}

func (s *service) markAsDuplicate(ctx context.Context, a *asking, in *duplicateInput) (*nothing, error) {
	var out struct{}
	return &nothing{}, a.api.do(ctx, mutationRelationCreate, vars{"input": vars{
		"issueId": in.IssueID, "relatedIssueId": in.RelatedIssueID, "type": "duplicate",
	}}, &out)
}

// unknown says that there is nothing of the name.
func unknown(what string, names ...string) error {
	return integration.RuntimeError("Linear has no " + what + " named " + strings.Join(names, ", "))
}
