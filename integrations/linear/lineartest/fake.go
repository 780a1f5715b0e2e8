// Package lineartest is a strict stand-in for Linear, made from the vendor's
// published schema and not from our client: every document and its variables
// are validated, ids are checked, limits are kept, webhooks are signed and
// shaped as the schema says.
package lineartest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/internal/requiretest"
)

// What the fake knows at the start.
const (
	AdminKey   = "lin_api_admin0000000000000000000000000000"
	MemberKey  = "lin_api_member000000000000000000000000000"
	ClientID   = "5f1d0c6be1a9d1f6a8f0a8b6e2c7d3f4"
	ClientPass = "client-secret-0b2f"

	OrganizationID = "00000000-0000-4000-8000-000000000001"
	AdminID        = "00000000-0000-4000-8000-000000000011"
	MemberID       = "00000000-0000-4000-8000-000000000012"
	AppUserID      = "00000000-0000-4000-8000-000000000013"
	AdaID          = "00000000-0000-4000-8000-000000000014"
	TeamID         = "00000000-0000-4000-8000-000000000021"
	OtherTeamID    = "00000000-0000-4000-8000-000000000022"
	TodoID         = "00000000-0000-4000-8000-000000000031"
	DoneID         = "00000000-0000-4000-8000-000000000032"
	BugID          = "00000000-0000-4000-8000-000000000041"
	FeatureID      = "00000000-0000-4000-8000-000000000042"
	ProjectID      = "00000000-0000-4000-8000-000000000051"
	IssueID        = "00000000-0000-4000-8000-000000000061"
	ChildIssueID   = "00000000-0000-4000-8000-000000000062"
	CommentID      = "00000000-0000-4000-8000-000000000071"
	ReplyID        = "00000000-0000-4000-8000-000000000072"
)

// Call is one call as it came.
type Call struct {
	Path      string
	Operation string // of GraphQL
	Query     string
	Variables json.RawMessage
	Form      map[string]string // of the token's endpoint
	Refused   string            // the code of the error that it was answered with
}

// Fake is the vendor. It is safe for concurrent use.
type Fake struct {
	URL string // of the API and of the pages

	// Faults make calls of the API go wrong.
	Faults integrationtest.Faults

	schema *ast.Schema
	server *httptest.Server

	mu      sync.Mutex
	written *sync.Cond // a comment was
	calls   []Call
	world   *world
	access  map[string]*access // by token
	codes   map[string]*consent
	grants  map[string]*access // by refresh token
	next    int
}

// New starts a fake that ends with the test. It needs Linear's schema.
func New(t testing.TB) *Fake {
	t.Helper()
	f, err := Start(filepath.Join(requiretest.Specs(t, "linear"), "schema.graphql"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

// schemas are loaded once for all fakes: it takes a moment.
var schemas sync.Map

// Start starts a fake with the schema in the file.
func Start(schemaFile string) (*Fake, error) {
	load, _ := schemas.LoadOrStore(schemaFile, sync.OnceValues(func() (*ast.Schema, error) { return loadSchema(schemaFile) }))
	s, err := load.(func() (*ast.Schema, error))()
	if err != nil {
		return nil, err
	}
	f := &Fake{schema: s, world: newWorld(), codes: map[string]*consent{}, grants: map[string]*access{}}
	f.access = map[string]*access{
		AdminKey: {user: AdminID, admin: true, key: true}, MemberKey: {user: MemberID, key: true},
	}
	f.written = sync.NewCond(&f.mu)
	f.server = httptest.NewServer(http.HandlerFunc(f.serve))
	f.URL = f.server.URL
	return f, nil
}

// Close ends the fake.
func (f *Fake) Close() { f.server.Close() }

// Client returns a client of the fake's own connections.
func (f *Fake) Client() *http.Client { return f.server.Client() }

// Calls returns all calls so far.
func (f *Fake) Calls() []Call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

// Operations returns the names of the GraphQL operations so far.
func (f *Fake) Operations() []string {
	var names []string
	for _, c := range f.Calls() {
		if c.Operation != "" {
			names = append(names, c.Operation)
		}
	}
	return names
}

// Of returns the variables of the calls of the operation that were taken.
func (f *Fake) Of(operation string) []json.RawMessage {
	var all []json.RawMessage
	for _, c := range f.Calls() {
		if c.Operation == operation && c.Refused == "" {
			all = append(all, c.Variables)
		}
	}
	return all
}

func (f *Fake) serve(w http.ResponseWriter, r *http.Request) {
	f.Faults.Serve(w, r, http.HandlerFunc(f.route))
}

func (f *Fake) route(w http.ResponseWriter, r *http.Request) {
	switch r.Method + " " + r.URL.Path {
	case "POST /graphql":
		f.graphql(w, r)
	case "POST /oauth/revoke":
		f.revoke(w, r)
	case "POST /oauth/token":
		f.token(w, r)
	default:
		http.NotFound(w, r)
	}
}

// problem is an error as Linear answers it.
type problem struct {
	status             int
	code, typ, message string
}

func (p *problem) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(p.status)
	_ = json.NewEncoder(w).Encode(object{"errors": []any{object{
		"message": p.message, "extensions": object{
			"code": p.code, "type": p.typ, "statusCode": p.status, "userError": p.status < 500, "userPresentableMessage": p.message,
		},
	}}, "data": nil})
}

func input(format string, args ...any) *problem {
	return &problem{200, "INPUT_ERROR", "invalid input", fmt.Sprintf(format, args...)}
}

func forbidden(what string) *problem {
	return &problem{200, "FORBIDDEN", "forbidden", "You don't have permission to " + what + "."}
}

// RateLimited is the answer to a call when a limit was met that is open again
// at the time.
func RateLimited(reset time.Time) integrationtest.Fault {
	return integrationtest.Fault{Answer: func(w http.ResponseWriter) {
		h := w.Header()
		h.Set("X-RateLimit-Requests-Limit", "5000")
		h.Set("X-RateLimit-Requests-Remaining", "0")
		h.Set("X-RateLimit-Requests-Reset", strconv.FormatInt(reset.UnixMilli(), 10))
		h.Set("X-RateLimit-Complexity-Limit", "250000")
		h.Set("X-RateLimit-Complexity-Remaining", "200000")
		h.Set("X-RateLimit-Complexity-Reset", strconv.FormatInt(reset.Add(time.Hour).UnixMilli(), 10))
		(&problem{400, "RATELIMITED", "ratelimited", "Rate limit exceeded. Only 5000 requests are allowed per 1 hour."}).write(w)
	}}
}

// Broken is a fault of Linear's own with the status.
func Broken(status int) integrationtest.Fault {
	return integrationtest.Fault{Answer: func(w http.ResponseWriter) { http.Error(w, "upstream connect error", status) }}
}
