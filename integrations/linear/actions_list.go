package linear

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
)

const (
	// defaultCount is how much lists hold where nothing is said.
	defaultCount = 10
	// maxTargets is how many issues a search finds.
	maxTargets = 100
)

type listInput struct {
	Count       *float64 `json:"count,omitempty" title:"Count" description:"How many to return" minimum:"1" maximum:"250" default:"10"`
	StartCursor string   `json:"startCursor,omitempty" title:"Start cursor" description:"The nextCursor of the call before"`
}

func (in *listInput) first() int {
	if in.Count == nil {
		return defaultCount
	}
	return int(*in.Count)
}

type listIssuesInput struct {
	listInput
	TeamID    string `json:"teamId,omitempty" title:"Team ID" description:"Only the issues of the team"`
	StartDate string `json:"startDate,omitempty" title:"Start date" description:"Only issues that were made since then, ISO 8601"`
}

type listIssuesOutput struct {
	Issues     []issueOut `json:"issues" title:"Issues"`
	NextCursor string     `json:"nextCursor,omitempty" title:"Next cursor"`
}

func (s *service) listIssues(ctx context.Context, a *asking, in *listIssuesInput) (*listIssuesOutput, error) {
	filter := vars{}
	if in.TeamID != "" {
		filter["team"] = vars{"id": vars{"eq": in.TeamID}}
	}
	if in.StartDate != "" {
		since, err := moment("startDate", in.StartDate)
		if err != nil {
			return nil, err
		}
		filter["createdAt"] = vars{"gte": since}
	}
	c, err := page[issue](ctx, a.api, queryIssues, "issues", vars{"filter": filter}, in.first(), in.StartCursor)
	if err != nil {
		return nil, err
	}
	return &listIssuesOutput{Issues: issuesOut(c.Nodes), NextCursor: c.next()}, nil
}

func issuesOut(nodes []issue) []issueOut {
	all := make([]issueOut, len(nodes))
	for i := range nodes {
		all[i] = nodes[i].out()
	}
	return all
}

// moment reads a date or a time from a field, as Linear takes it.
func moment(field, text string) (string, error) {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, strings.TrimSpace(text)); err == nil {
			return t.UTC().Format("2006-01-02T15:04:05.000Z"), nil
		}
	}
	return "", integration.RuntimeError(field + " is neither a date, as 2026-01-31, nor a time, as 2026-01-31T09:00:00Z")
}

type listTeamsOutput struct {
	Teams []team `json:"teams" title:"Teams"`
}

func (s *service) listTeams(ctx context.Context, a *asking, _ *nothing) (*listTeamsOutput, error) {
	out := &listTeamsOutput{Teams: []team{}}
	return out, each(ctx, a.api, queryTeams, "teams", nil, func(t *team) bool {
		out.Teams = append(out.Teams, *t)
		return true
	})
}

// state is a state that issues can have.
type state struct {
	ID          string     `json:"id" title:"ID"`
	Name        string     `json:"name" title:"Name"`
	Type        string     `json:"type" title:"Type" description:"triage, backlog, unstarted, started, completed or canceled"`
	Color       string     `json:"color,omitempty" title:"Colour"`
	Description string     `json:"description,omitempty" title:"Description"`
	Position    float64    `json:"position" title:"Position"`
	Team        *reference `json:"team,omitempty" title:"Team"`
}

type listStatesOutput struct {
	States     []state `json:"states" title:"States"`
	NextCursor string  `json:"nextCursor,omitempty" title:"Next cursor"`
}

func (s *service) listStates(ctx context.Context, a *asking, in *listInput) (*listStatesOutput, error) {
	c, err := page[state](ctx, a.api, queryStates, "workflowStates", nil, in.first(), in.StartCursor)
	if err != nil {
		return nil, err
	}
	return &listStatesOutput{States: c.Nodes, NextCursor: c.next()}, nil
}

type pageInput struct {
	NextToken string `json:"nextToken,omitempty" title:"Next token"`
}

type pageOutput struct {
	Items []issueOut `json:"items" title:"Items"`
	Meta  struct {
		NextToken string `json:"nextToken,omitempty" title:"Next token"`
	} `json:"meta"`
}

// issueList is the interface listable.
func (s *service) issueList(ctx context.Context, a *asking, in *pageInput) (*pageOutput, error) {
	c, err := page[issue](ctx, a.api, queryIssues, "issues", nil, pageSize, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &pageOutput{Items: issuesOut(c.Nodes)}
	out.Meta.NextToken = c.next()
	return out, nil
}

type findInput struct {
	Query   string `json:"query" title:"Query" description:"Words of the title or the description, the number or the identifier" minLength:"2"`
	Channel string `json:"channel" title:"Channel" enum:"issue"`
}

type found struct {
	DisplayName string        `json:"displayName" title:"Display name"`
	Tags        platform.Tags `json:"tags" title:"Tags"`
	Channel     string        `json:"channel" title:"Channel"`
}

type findOutput struct {
	Targets []found `json:"targets" title:"Targets"`
}

var (
	numberOnly = regexp.MustCompile(`^#?(\d{1,9})$`)
	identifier = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9]{0,9})-(\d{1,9})$`)
)

// findTarget finds issues. What looks like a number is looked for as one too.
func (s *service) findTarget(ctx context.Context, a *asking, in *findInput) (*findOutput, error) {
	query := strings.TrimSpace(in.Query)
	ways := []vars{{"title": vars{"containsIgnoreCase": query}}, {"description": vars{"containsIgnoreCase": query}}}
	if m := numberOnly.FindStringSubmatch(query); m != nil {
		n, _ := strconv.Atoi(m[1]) // nine digits fit
		ways = append(ways, vars{"number": vars{"eq": n}})
	}
	if m := identifier.FindStringSubmatch(query); m != nil {
		n, _ := strconv.Atoi(m[2]) // nine digits fit
		ways = append(ways, vars{"team": vars{"key": vars{"eqIgnoreCase": m[1]}}, "number": vars{"eq": n}})
	}
	out := &findOutput{Targets: []found{}}
	return out, each(ctx, a.api, queryIssues, "issues", vars{"filter": vars{"or": ways}}, func(i *issue) bool {
		out.Targets = append(out.Targets, found{DisplayName: i.Identifier + " " + i.Title, Tags: platform.Tags{tagID: i.ID}, Channel: channelIssue})
		return len(out.Targets) < maxTargets
	})
}
