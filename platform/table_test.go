package platform_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/platform"
)

var update = flag.Bool("update", false, "write docs/api.md anew")

const apiDoc = "../docs/api.md"

func TestDocumentedOperationsAreTheTable(t *testing.T) {
	t.Parallel()
	want := apiText()
	if *update {
		if err := os.WriteFile(apiDoc, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(apiDoc)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("docs/api.md is not what the operation table says; run go test ./platform -run Documented -update")
	}
}

func apiText() []byte {
	var b bytes.Buffer
	b.WriteString(`# The platform API

Made from the operation table (package platform); a test keeps it so. All calls are JSON over HTTP with ` + "`Authorization: Bearer <token>`" + `;
calls under ` + "`/v1/chat`" + `, ` + "`/v1/files`" + ` and ` + "`/v1/tables`" + ` name their bot in the header ` + "`x-bot-id`" + `, and act as an integration with ` + "`x-integration-id`" + ` (and
` + "`x-integration-alias`" + `). Lists take ` + "`nextToken`" + ` and answer ` + "`meta.nextToken`" + ` until they end; a page may be short or
empty and still have one. The header ` + "`x-workspace-id`" + ` may be left out; another workspace's is refused. With
` + "`x-multiple-integrations: true`" + ` the installations of a bot in ` + "`bot.integrations`" + ` are keyed by their aliases, without it by the ids of their integrations.

| operation | method and path | status | account | bot | integration |
|---|---|---|---|---|---|
`)
	may := func(op *platform.Operation, s platform.Scope) string {
		if op.Scope.Has(s) {
			return "yes"
		}
		return ""
	}
	for _, op := range platform.Operations() {
		fmt.Fprintf(&b, "| %s | %s `%s` | %d | %s | %s | %s |\n", op.Name, op.Method, op.Path, op.Status,
			may(op, platform.ScopeAccount), may(op, platform.ScopeBot), may(op, platform.ScopeIntegration))
	}
	b.WriteString(`
## Idempotency keys

These operations take a key in the header ` + "`Idempotency-Key`" + ` or in the body's ` + "`idempotencyKey`" + `, 1 to 255 visible ASCII characters: ` + keyedNames() + `.

- A repeat with the same key and the same payload makes nothing. It gets the row or the output of the first call, the same status, and the
  header ` + "`Idempotent-Replayed: true`" + `. Repeats at the same time make one row. A repeat of an action that still runs waits for its output.
- The same key with another payload or operation is refused: AlreadyExists (409), with ` + "`idempotencyKey`, `operation` and `id`" + ` of the first call
  in ` + "`metadata`" + `, and ` + "`output`" + ` when that was an action.
- A call that failed is not kept: correct it or repeat it under its key. An action whose code answered an error, or did not answer in time, is
  carried out again by a repeat; its code gets the same ` + "`x-bellhop-call-id`" + ` each time.
- A repeat of a message or an event that was deleted since gets it as it was created; one of a user or a conversation is ResourceGone (410). So
  is that of an action whose output was over 1 MB, or was erased with a person.
- Keys belong to the bot, or to the installation, that calls. They are kept for 7 days.

## Not served

The official API has these operations too. They are answered MethodNotFound, with the reason.

| operation | method and path | why, and what to do |
|---|---|---|
`)
	for _, r := range platform.Refusals() {
		fmt.Fprintf(&b, "| %s | %s `%s` | %s |\n", r.Name, r.Method, r.Path, r.Why)
	}
	b.WriteString(`
## Errors

` + "`{\"id\", \"code\", \"type\", \"message\", \"metadata\"?}`" + ` with the HTTP status in ` + "`code`" + `. The message names the field, what is wrong with its
value, and what to do. The id is in the server's log beside the cause. 429 and 503 carry ` + "`Retry-After`" + `.

| type | status |
|---|---|
`)
	for _, t := range []platform.ErrorType{
		platform.TypeUnauthorized, platform.TypeForbidden, platform.TypeInvalidPayload, platform.TypeInvalidQuery, platform.TypeInvalidIdentifier,
		platform.TypeInvalidDataFormat, platform.TypeInvalidJSONSchema, platform.TypeReferenceNotFound, platform.TypeResourceNotFound,
		platform.TypeMethodNotFound, platform.TypeAlreadyExists, platform.TypeReferenceConstraint, platform.TypeRelationConflict,
		platform.TypePayloadTooLarge, platform.TypeLimitExceeded, platform.TypeQuotaExceeded, platform.TypeResourceGone, platform.TypeRuntime, platform.TypeOperationTimeout, platform.TypeInternal,
	} {
		fmt.Fprintf(&b, "| %s | %d |\n", t, t.Status())
	}
	return b.Bytes()
}

// keyedNames lists the operations that take an idempotency key.
func keyedNames() string {
	var names []string
	for _, op := range platform.Operations() {
		if platform.IdempotencyKey(op.New()) != nil {
			names = append(names, op.Name)
		}
	}
	return strings.Join(names, ", ")
}

func TestTableIsWellFormed(t *testing.T) {
	t.Parallel()
	names, paths := map[string]bool{}, map[string]bool{}
	for _, op := range platform.Operations() {
		if names[op.Name] || paths[op.Method+" "+op.Path] {
			t.Errorf("%s stands twice", op.Name)
		}
		names[op.Name], paths[op.Method+" "+op.Path] = true, true
		if op.Scope == 0 || op.Status < 200 || op.Status > 299 || !strings.HasPrefix(op.Path, "/v1/") {
			t.Errorf("%s: scope %d, status %d, path %q", op.Name, op.Scope, op.Status, op.Path)
		}
	}
}

func TestRefusalsAreWellFormed(t *testing.T) {
	t.Parallel()
	served := map[string]bool{}
	for _, op := range platform.Operations() {
		served[op.Name], served[op.Method+" "+op.Path] = true, true
	}
	list := platform.Refusals()
	for _, r := range list {
		if served[r.Name] || served[r.Method+" "+r.Path] {
			t.Errorf("%s is refused, and served or refused before", r.Name)
		}
		served[r.Name], served[r.Method+" "+r.Path] = true, true
		e := r.Error()
		if e.Type != platform.TypeMethodNotFound || !strings.Contains(e.Message, r.Name) || len(r.Why) < 20 || !strings.HasPrefix(r.Path, "/v1/") {
			t.Errorf("%s %s: %v", r.Method, r.Path, e)
		}
	}
	if len(list) < 50 {
		t.Errorf("%d operations are refused; the table has more", len(list))
	}
}

func TestIDsGrowAndFit(t *testing.T) {
	t.Parallel()
	var ids platform.IDs
	form := regexp.MustCompile(`^msg_[0-9A-HJKMNP-TV-Z]{26}$`)
	last := ""
	for range 10_000 {
		id := ids.New(platform.PrefixMessage, fixed)
		if !form.MatchString(id) || !platform.IsID(id, platform.PrefixMessage) || len(id) < 28 || len(id) > 36 {
			t.Fatalf("id %q has not the form of the contract", id)
		}
		if id <= last {
			t.Fatalf("id %q does not come after %q", id, last)
		}
		last = id
	}
}
