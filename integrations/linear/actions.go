package linear

import (
	"context"
	"maps"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/schema"
)

// nothing is the output of actions that have none.
type nothing struct{}

// actions declares what bots can ask for.
func actions() map[string]integration.ActionDefinition {
	all := map[string]integration.ActionDefinition{
		"findTarget":                   action[findInput, findOutput]("Find target", "Find issues by words of their title or description, by their number or by their identifier, as ENG-12"),
		"listIssues":                   action[listIssuesInput, listIssuesOutput]("List issues", "The issues that changed last first"),
		"listTeams":                    action[nothing, listTeamsOutput]("List teams", "All teams"),
		"listUsers":                    action[listInput, listUsersOutput]("List users", "The people of the workspace"),
		"listStates":                   action[listInput, listStatesOutput]("List states", "The states that issues can have, of all teams"),
		"getIssue":                     action[issueInput, issueOut]("Get issue", "Read an issue"),
		"getUser":                      action[userInput, userOut]("Get user", "Read a person's profile, or one's own"),
		"createIssue":                  action[createInput, createOutput]("Create issue", "Make an issue"),
		"updateIssue":                  action[updateInput, updateOutput]("Update issue", "Change an issue; what is not given stays as it is"),
		"deleteIssue":                  action[idInput, nothing]("Delete issue", "Put an issue into the trash"),
		"markAsDuplicate":              action[duplicateInput, nothing]("Mark as duplicate", "Mark an issue as the duplicate of another"),
		"resolveComment":               action[idInput, resolveOutput]("Resolve comment", "Mark the thread of a comment as resolved"),
		"sendRawGraphqlQuery":          action[rawInput, rawOutput]("Send a GraphQL query", "Run any query or mutation of Linear's API"),
		"getOrCreateIssueConversation": action[startInput, startOutput]("Start a conversation on an issue", "Find or make the conversation of an issue, to write to it first"),
		"issueList":                    action[pageInput, pageOutput]("List issues (listable)", "The interface listable, with issues"),
		"issueDelete":                  action[idInput, nothing]("Delete issue (deletable)", "The interface deletable, with issues"),
		"startTypingIndicator":         action[typingInput, nothing]("Start typing indicator", "Does nothing: Linear shows no one typing in comments"),
		"stopTypingIndicator":          action[typingInput, nothing]("Stop typing indicator", "Does nothing: Linear shows no one typing in comments"),
	}
	maps.Copy(all, fileActions())
	return all
}

func action[In, Out any](title, description string) integration.ActionDefinition {
	return integration.ActionDefinition{Title: title, Description: description, Input: schema.For[In], Output: schema.For[Out]}
}

func (s *service) handleActions(m *integration.Mux) {
	perform(s, m, "findTarget", s.findTarget)
	perform(s, m, "listIssues", s.listIssues)
	perform(s, m, "listTeams", s.listTeams)
	perform(s, m, "listUsers", s.listUsers)
	perform(s, m, "listStates", s.listStates)
	perform(s, m, "getIssue", s.getIssue)
	perform(s, m, "getUser", s.getUser)
	perform(s, m, "createIssue", s.createIssue)
	perform(s, m, "updateIssue", s.updateIssue)
	perform(s, m, "deleteIssue", s.deleteIssue)
	perform(s, m, "issueDelete", s.deleteIssue)
	perform(s, m, "markAsDuplicate", s.markAsDuplicate)
	perform(s, m, "resolveComment", s.resolveComment)
	perform(s, m, "sendRawGraphqlQuery", s.sendRaw)
	perform(s, m, "getOrCreateIssueConversation", s.startConversation)
	perform(s, m, "issueList", s.issueList)
	perform(s, m, actionListFolder, s.listFolder)
	perform(s, m, actionTransfer, s.transferFile)
	typing := func(context.Context, *asking, *typingInput) (*nothing, error) { return &nothing{}, nil }
	perform(s, m, "startTypingIndicator", typing)
	perform(s, m, "stopTypingIndicator", typing)
}

// asking is one call of an action, with the means to answer it.
type asking struct {
	*integration.Call
	settings *settings
	api      *client
}

// perform registers an action. What Linear refuses is told the bot.
func perform[In, Out any](s *service, m *integration.Mux, name string, fn func(context.Context, *asking, *In) (*Out, error)) {
	integration.Action(m, name, func(ctx context.Context, call *integration.Call, in *In) (*Out, error) {
		c, err := s.settings(call)
		if err != nil {
			return nil, err
		}
		out, err := fn(ctx, &asking{Call: call, settings: c, api: s.client(call, c)}, in)
		return out, chatkit.Classify(err)
	})
}

type idInput struct {
	ID string `json:"id" title:"ID" description:"Linear's id; of an issue also its identifier, as ENG-12" minLength:"1"`
}

type typingInput struct {
	ConversationID string   `json:"conversationId" title:"Conversation ID"`
	MessageID      string   `json:"messageId,omitempty" title:"Message ID"`
	Timeout        *float64 `json:"timeout,omitempty" title:"Timeout" description:"Milliseconds"`
}

type resolveOutput struct {
	Success bool `json:"success" title:"Success"`
}

func (s *service) resolveComment(ctx context.Context, a *asking, in *idInput) (*resolveOutput, error) {
	var out struct {
		CommentResolve resolveOutput `json:"commentResolve"`
	}
	if err := a.api.do(ctx, mutationCommentResolve, vars{"id": in.ID}, &out); err != nil {
		return nil, err
	}
	return &out.CommentResolve, nil
}
