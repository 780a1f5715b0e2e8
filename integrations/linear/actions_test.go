package linear_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/linear/lineartest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// act asks for an action.
func (b *bench) act(name, input string) *wire.Response {
	b.Helper()
	return b.handle(b.request(wire.OpActionTriggered, platform.ActionBody{Type: name, Input: json.RawMessage(input)}))
}

var madeID = regexp.MustCompile(`\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b|ENG-[0-9a-f]{2}\b`)

// performed is what was asked of Linear, and the answer, for people.
func performed(b *bench, resp *wire.Response) string {
	b.Helper()
	var out strings.Builder
	for _, c := range b.fake.Calls() {
		fmt.Fprintf(&out, "%s %s %s\n", c.Operation, c.Variables, c.Refused)
	}
	var answer any
	if err := json.Unmarshal(resp.Body, &answer); err != nil {
		b.Fatalf("%s: %v", resp.Body, err)
	}
	if o, ok := answer.(map[string]any); ok {
		delete(o, "id") // of an error
	}
	fmt.Fprintf(&out, "answer %d\n%s", resp.Status, integrationtest.Pretty(b, answer))
	return madeID.ReplaceAllString(told(out.String()), "<made>")
}

func TestActions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ action, input string }{
		"findTarget words":       {"findTarget", `{"query":"LIFT","channel":"issue"}`},
		"findTarget number":      {"findTarget", `{"query":"#2","channel":"issue"}`},
		"findTarget digits":      {"findTarget", `{"query":"11","channel":"issue"}`},
		"findTarget identifier":  {"findTarget", `{"query":"eng-2","channel":"issue"}`},
		"findTarget nothing":     {"findTarget", `{"query":"nowhere","channel":"issue"}`},
		"findTarget too short":   {"findTarget", `{"query":"x","channel":"issue"}`},
		"listIssues":             {"listIssues", `{}`},
		"listIssues page":        {"listIssues", `{"count":1}`},
		"listIssues next page":   {"listIssues", `{"count":2,"startCursor":"YXQgMQ"}`},
		"listIssues of a team":   {"listIssues", `{"teamId":"` + lineartest.OtherTeamID + `","startDate":"2026-01-01"}`},
		"listIssues bad date":    {"listIssues", `{"startDate":"last week"}`},
		"listIssues too many":    {"listIssues", `{"count":251}`},
		"listIssues the most":    {"listIssues", `{"count":250}`},
		"listTeams":              {"listTeams", `{}`},
		"listUsers":              {"listUsers", `{"count":2}`},
		"listStates":             {"listStates", `{}`},
		"getIssue":               {"getIssue", `{"issueId":"` + lineartest.IssueID + `"}`},
		"getIssue child":         {"getIssue", `{"issueId":"ENG-2"}`},
		"getIssue missing":       {"getIssue", `{"issueId":"ENG-9"}`},
		"getUser":                {"getUser", `{"linearUserId":"` + lineartest.AdaID + `"}`},
		"getUser me":             {"getUser", `{}`},
		"createIssue":            {"createIssue", `{"title":"New","description":"**d**","teamName":"engineering","priority":1,"labels":["bug","Feature"],"project":"lobby"}`},
		"createIssue by key":     {"createIssue", `{"title":"New","teamName":"OPS"}`},
		"createIssue no team":    {"createIssue", `{"title":"New","teamName":"Engineers"}`},
		"createIssue no label":   {"createIssue", `{"title":"New","teamName":"OPS","labels":["Bug","Feature","Nope"]}`},
		"createIssue no project": {"createIssue", `{"title":"New","teamName":"OPS","project":"Lob"}`},
		"createIssue priority 5": {"createIssue", `{"title":"New","teamName":"OPS","priority":5}`},
		"updateIssue":            {"updateIssue", `{"issueId":"ENG-1","priority":0,"labels":[],"project":"Lobby","title":"T","description":"","status":"done","assigneeId":"` + lineartest.AdaID + `"}`},
		"updateIssue priority":   {"updateIssue", `{"issueId":"ENG-1","priority":3}`},
		"updateIssue team":       {"updateIssue", `{"issueId":"ENG-1","teamName":"Operations","labels":["Feature"]}`},
		"updateIssue nothing":    {"updateIssue", `{"issueId":"ENG-1"}`},
		"updateIssue bad status": {"updateIssue", `{"issueId":"ENG-1","status":"Gone"}`},
		"deleteIssue":            {"deleteIssue", `{"id":"ENG-1"}`},
		"deleteIssue missing":    {"deleteIssue", `{"id":"ENG-9"}`},
		"issueDelete":            {"issueDelete", `{"id":"ENG-1"}`},
		"issueList":              {"issueList", `{}`},
		"transfer a folder":      {"filesReadonlyTransferFileToBotpress", `{"file":{"id":"team:x","type":"folder","name":"x"},"fileKey":"k"}`},
		"transfer a missing one": {"filesReadonlyTransferFileToBotpress", `{"file":{"id":"issue:ENG-9","type":"file","name":"x"},"fileKey":"k"}`},
		"folder root":            {"filesReadonlyListItemsInFolder", `{}`},
		"folder team":            {"filesReadonlyListItemsInFolder", `{"folderId":"team:` + lineartest.TeamID + `"}`},
		"folder other team":      {"filesReadonlyListItemsInFolder", `{"folderId":"team:` + lineartest.OtherTeamID + `","filters":{"itemType":"file","modifiedAfter":"2026-01-01","maxSizeInBytes":10}}`},
		"folder project":         {"filesReadonlyListItemsInFolder", `{"folderId":"project:` + lineartest.ProjectID + `"}`},
		"folder only folders":    {"filesReadonlyListItemsInFolder", `{"folderId":"team:` + lineartest.TeamID + `","filters":{"itemType":"folder"}}`},
		"folder unknown":         {"filesReadonlyListItemsInFolder", `{"folderId":"issue:x"}`},
		"markAsDuplicate":        {"markAsDuplicate", `{"issueId":"ENG-1","relatedIssueId":"ENG-2"}`},
		"resolveComment":         {"resolveComment", `{"id":"` + lineartest.CommentID + `"}`},
		"resolveComment missing": {"resolveComment", `{"id":"` + lineartest.ProjectID + `"}`},
		"raw query":              {"sendRawGraphqlQuery", `{"query":"query Mine($n: Int) { issues(first: $n) { nodes { identifier } } }","parameters":[{"name":"n","value":2}]}`},
		"raw mutation":           {"sendRawGraphqlQuery", `{"query":"mutation($id: String!) { commentResolve(id: $id) { success } }","parameters":[{"name":"id","value":"` + lineartest.CommentID + `"}]}`},
		"raw nonsense":           {"sendRawGraphqlQuery", `{"query":"query { viewer { shoeSize } }"}`},
		"raw without a variable": {"sendRawGraphqlQuery", `{"query":"query($id: String!) { issue(id: $id) { id } }"}`},
		"raw too complex":        {"sendRawGraphqlQuery", `{"query":"{ issues(first: 250) { nodes { id comments(first: 250) { nodes { id } } } } }"}`},
		"start conversation":     {"getOrCreateIssueConversation", `{"conversation":{"id":"ENG-2"}}`},
		"start on nothing":       {"getOrCreateIssueConversation", `{"conversation":{"id":"ENG-9"}}`},
		"startTypingIndicator":   {"startTypingIndicator", `{"conversationId":"c","messageId":"m","timeout":5000}`},
		"stopTypingIndicator":    {"stopTypingIndicator", `{"conversationId":"c","messageId":"m"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			integrationtest.Golden(t, "action/"+name, performed(b, b.act(c.action, c.input)))
		})
	}
}

// Everything is found once, however many pages it takes.
func TestPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fake.AddIssues(130)
	seen := map[string]int{}
	for token, more := "", true; more; {
		resp := b.act("issueList", `{"nextToken":"`+token+`"}`)
		var out struct {
			Output struct {
				Items []struct{ Identifier string }
				Meta  struct{ NextToken string }
			}
		}
		if err := json.Unmarshal(resp.Body, &out); err != nil || !resp.OK() {
			t.Fatalf("%d %s %v", resp.Status, resp.Body, err)
		}
		for _, i := range out.Output.Items {
			seen[i.Identifier]++
		}
		token = out.Output.Meta.NextToken
		more = token != ""
	}
	if len(seen) != 133 {
		t.Errorf("%d issues, want 133", len(seen))
	}
	var found struct {
		Output struct {
			Targets []struct{ DisplayName string }
		}
	}
	resp := b.act("findTarget", `{"query":"lamp","channel":"issue"}`)
	if err := json.Unmarshal(resp.Body, &found); err != nil {
		t.Fatal(err)
	}
	twice := map[string]bool{}
	for _, f := range found.Output.Targets {
		if twice[f.DisplayName] {
			t.Errorf("%s is found twice", f.DisplayName)
		}
		twice[f.DisplayName] = true
	}
	if len(twice) != 100 {
		t.Errorf("%d issues are found, want the 100 that a search returns at most", len(twice))
	}
}

// A bot begins by itself: it makes an issue and writes on it, and Linear's own
// news of both are no news.
func TestProactive(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.register()
	resp := b.act("createIssue", `{"title":"New","teamName":"ENG"}`)
	all := b.fake.Issues()
	made := all[len(all)-1]["id"].(string)
	if !resp.OK() || !strings.Contains(string(resp.Body), made) {
		t.Fatalf("%d %s", resp.Status, resp.Body)
	}
	b.post(lineartest.Hook{Type: "Issue", Action: "create", Data: map[string]any{"id": made, "identifier": "ENG-99", "title": "New"}}, "d1")
	out := b.handle(b.request(wire.OpCreateConversation, platform.CreateConversationBody{Channel: "issue", Tags: platform.Tags{"id": made}}))
	var conv struct{ Conversation platform.Conversation }
	if err := json.Unmarshal(out.Body, &conv); err != nil || conv.Conversation.Tags["title"] != "New" {
		t.Fatalf("%d %s %v", out.Status, out.Body, err)
	}
	b.handle(b.delivery(b.platform.Say(conv.Conversation.ID, "text", json.RawMessage(`{"text":"First"}`)), conv.Conversation))
	if c := b.fake.Comments(); c[len(c)-1]["body"] != "First" || c[len(c)-1]["issueId"] != made {
		t.Errorf("comment %v", c[len(c)-1])
	}
	if events := b.platform.Events(); len(events) != 0 {
		t.Errorf("the bot was told of what it did: %v", events)
	}
	who := b.handle(b.request(wire.OpCreateUser, platform.CreateUserBody{Tags: platform.Tags{"id": lineartest.AdaID}}))
	if !who.OK() || !strings.Contains(string(who.Body), `"Ada Lovelace"`) || !strings.Contains(string(who.Body), "Europe/London") {
		t.Errorf("%d %s", who.Status, who.Body)
	}
}

// An issue becomes a file of the bot.
func TestTransfer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	uploaded := ""
	uploads := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		content, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		uploaded = string(content)
		if auth := r.Header.Get("Authorization"); auth != "" {
			t.Errorf("the upload carries a credential: %q", auth)
		}
	}))
	defer uploads.Close()
	integrationtest.On(b.platform, platform.OpUpsertFile, func(in *platform.UpsertFileInput) (*platform.UpsertFileOutput, error) {
		if in.Key != "linear/ENG-1.md" || !in.Index {
			t.Errorf("UpsertFile(%+v)", in)
		}
		return &platform.UpsertFileOutput{File: platform.UpsertedFile{File: platform.File{ID: "file_1"}, UploadURL: uploads.URL}}, nil
	})
	resp := b.act("filesReadonlyTransferFileToBotpress", `{"file":{"id":"issue:`+lineartest.IssueID+`","type":"file","name":"x"},"fileKey":"linear/ENG-1.md","shouldIndex":true}`)
	if !resp.OK() || !strings.Contains(string(resp.Body), `"botpressFileId":"file_1"`) {
		t.Errorf("%d %s", resp.Status, resp.Body)
	}
	if want := "# ENG-1 - The lift is stuck\n\nSince **yesterday**\n"; uploaded != want {
		t.Errorf("uploaded %q, want %q", uploaded, want)
	}
}
