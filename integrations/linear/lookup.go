package linear

import (
	"context"
	"strings"
)

// Bots name teams, labels, projects and states as people do. Names are looked
// up as a whole: a part of one would find another thing some day.

// team is a team of the workspace.
type team struct {
	ID          string `json:"id" title:"ID"`
	Key         string `json:"key" title:"Key" description:"As ENG"`
	Name        string `json:"name" title:"Name"`
	Description string `json:"description,omitempty" title:"Description"`
	Icon        string `json:"icon,omitempty" title:"Icon"`
}

func findTeam(ctx context.Context, a *client, name string) (*team, error) {
	name = strings.TrimSpace(name)
	c, err := page[team](ctx, a, queryTeams, "teams", vars{"filter": vars{"or": []vars{
		{"name": vars{"eqIgnoreCase": name}}, {"key": vars{"eqIgnoreCase": name}},
	}}}, pageSize, "")
	if err != nil {
		return nil, err
	}
	if len(c.Nodes) == 0 {
		return nil, unknown("team", name)
	}
	return &c.Nodes[0], nil
}

// label is a label of the team, or of the workspace where there is none.
type label struct {
	ID   string     `json:"id"`
	Name string     `json:"name"`
	Team *reference `json:"team"`
}

// findLabels returns the ids of labels that the team can use; its own go first.
func findLabels(ctx context.Context, a *client, names []string, teamID string) ([]string, error) {
	ids := []string{}
	var missing []string
	for _, name := range names {
		id := ""
		filter := vars{"filter": vars{"name": vars{"eqIgnoreCase": strings.TrimSpace(name)}}}
		err := each(ctx, a, queryLabels, "issueLabels", filter, func(l *label) bool {
			switch {
			case l.Team.id() == teamID:
				id = l.ID
				return false
			case l.Team == nil:
				id = l.ID
			}
			return true
		})
		if err != nil {
			return nil, err
		}
		if id == "" {
			missing = append(missing, name)
			continue
		}
		ids = append(ids, id)
	}
	if len(missing) > 0 {
		return nil, unknown("label for this team", missing...)
	}
	return ids, nil
}

func findProject(ctx context.Context, a *client, name string) (string, error) {
	c, err := page[reference](ctx, a, queryProjects, "projects", vars{"filter": vars{"name": vars{"eqIgnoreCase": strings.TrimSpace(name)}}}, 2, "")
	if err != nil {
		return "", err
	}
	if len(c.Nodes) == 0 {
		return "", unknown("project", name)
	}
	return c.Nodes[0].ID, nil
}

func findState(ctx context.Context, a *client, name, teamID string) (string, error) {
	id := ""
	err := each(ctx, a, queryStates, "workflowStates", nil, func(st *state) bool {
		if strings.EqualFold(st.Name, strings.TrimSpace(name)) && st.Team.id() == teamID {
			id = st.ID
		}
		return id == ""
	})
	if err == nil && id == "" {
		err = unknown("status for this team", name)
	}
	return id, err
}
