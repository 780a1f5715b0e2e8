package linear_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/linear/lineartest"
	"github.com/bellhop-dev/bellhop/platform"
)

// names are what the fixed ids of the fake are called in golden files.
var names = strings.NewReplacer(
	lineartest.OrganizationID, "<hotel>", lineartest.AdminID, "<grace>", lineartest.MemberID, "<max>", lineartest.AppUserID, "<app>",
	lineartest.AdaID, "<ada>", lineartest.TeamID, "<eng>", lineartest.OtherTeamID, "<ops>", lineartest.TodoID, "<todo>",
	lineartest.DoneID, "<done>", lineartest.BugID, "<bug>", lineartest.FeatureID, "<feature>", lineartest.ProjectID, "<lobby>",
	lineartest.IssueID, "<ENG-1>", lineartest.ChildIssueID, "<ENG-2>", lineartest.CommentID, "<comment>", lineartest.ReplyID, "<reply>",
)

var platformID = regexp.MustCompile(`\b(user|conv|msg|evt)_[0-9A-Z]{26}`)

// told makes text the same in each run: ids are numbered as they come.
func told(text string) string {
	seen, count := map[string]string{}, map[string]int{}
	return platformID.ReplaceAllStringFunc(names.Replace(text), func(id string) string {
		if seen[id] == "" {
			kind, _, _ := strings.Cut(id, "_")
			count[kind]++
			seen[id] = fmt.Sprintf("<%s %d>", kind, count[kind])
		}
		return seen[id]
	})
}

type tagged struct {
	ID      string        `json:"id"`
	Channel string        `json:"channel,omitempty"`
	Name    string        `json:"name,omitempty"`
	Picture string        `json:"picture,omitempty"`
	Tags    platform.Tags `json:"tags"`
}

type saidMessage struct {
	ID           string          `json:"id"`
	Type         string          `json:"type"`
	Payload      json.RawMessage `json:"payload"`
	Conversation string          `json:"conversation"`
	User         string          `json:"user"`
	Tags         platform.Tags   `json:"tags"`
}

type raisedEvent struct {
	Type         string          `json:"type"`
	Conversation string          `json:"conversation,omitempty"`
	User         string          `json:"user,omitempty"`
	Message      string          `json:"message,omitempty"`
	Payload      json.RawMessage `json:"payload"`
}

// story is what is on the platform, for people.
func story(b *bench) string {
	b.Helper()
	var s struct {
		Users         []tagged      `json:"users"`
		Conversations []tagged      `json:"conversations"`
		Messages      []saidMessage `json:"messages"`
		Events        []raisedEvent `json:"events"`
		Asked         []string      `json:"asked of Linear"`
	}
	users, err := b.client().ListUsers(b.Context(), &platform.ListUsersInput{})
	if err != nil {
		b.Fatal(err)
	}
	for i := len(users.Users) - 1; i >= 0; i-- {
		u := users.Users[i]
		s.Users = append(s.Users, tagged{ID: u.ID, Name: u.Name, Picture: u.PictureURL, Tags: u.Tags})
	}
	conversations, err := b.client().ListConversations(b.Context(), &platform.ListConversationsInput{})
	if err != nil {
		b.Fatal(err)
	}
	for i := len(conversations.Conversations) - 1; i >= 0; i-- {
		c := conversations.Conversations[i]
		s.Conversations = append(s.Conversations, tagged{ID: c.ID, Channel: c.Channel, Tags: c.Tags})
	}
	for _, m := range b.messages() {
		s.Messages = append(s.Messages, saidMessage{ID: m.ID, Type: m.Type, Payload: m.Payload, Conversation: m.ConversationID, User: m.UserID, Tags: m.Tags})
	}
	for _, e := range b.platform.Events() {
		s.Events = append(s.Events, raisedEvent{Type: e.Type, Conversation: e.ConversationID, User: e.UserID, Message: e.MessageID, Payload: e.Payload})
	}
	s.Asked = b.fake.Operations()
	return told(integrationtest.Pretty(b, s))
}
