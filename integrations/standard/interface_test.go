package standard_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/bellhop-dev/bellhop/integrations/standard"
	"github.com/bellhop-dev/bellhop/schema"
)

// What bots and plugins find the built-in integrations by; those of the public
// ecosystem stand for the same.
func interfaces() map[string][]string {
	return map[string][]string{
		"linear":   {"deletable<issue>", "files-readonly", "listable<issue>", "proactive-conversation<issueConversation>"},
		"slack":    {"proactive-conversation<conversation>", "typing-indicator"},
		"telegram": {"proactive-conversation<conversation>", "typing-indicator"},
		"whatsapp": {"proactive-conversation<proactiveConversation>", "typing-indicator"},
	}
}

// An integration has everything that an interface asks for, and takes what is
// sent to it by the interface.
func TestInterfaces(t *testing.T) {
	t.Parallel()
	for _, i := range standard.All() {
		w, err := i.Definition.Wire()
		if err != nil {
			t.Fatal(err)
		}
		if got, want := slices.Sorted(maps.Keys(w.Interfaces)), interfaces()[w.Name]; !slices.Equal(got, want) {
			t.Errorf("%s stands for %q, want %q", w.Name, got, want)
		}
		for alias, declared := range w.Interfaces {
			for theirs, ours := range declared.Actions {
				a, has := w.Actions[ours.Name]
				if !has {
					t.Errorf("%s: %s: there is no action %q for %s", w.Name, alias, ours.Name, theirs)
					continue
				}
				takes(t, w.Name+": "+alias+": input of "+theirs, a.Input.Schema, inputs()[theirs]...)
				takes(t, w.Name+": "+alias+": output of "+theirs, a.Output.Schema, outputs()[theirs]...)
			}
			for theirs, ours := range declared.Events {
				e, has := w.Events[ours.Name]
				if !has {
					t.Errorf("%s: %s: there is no event %q for %s", w.Name, alias, ours.Name, theirs)
					continue
				}
				takes(t, w.Name+": "+alias+": "+theirs, e.Schema, events()[theirs]...)
			}
			for theirs, ours := range declared.Entities {
				if _, has := w.Entities[ours.Name]; !has {
					t.Errorf("%s: %s: there is no entity %q for %s", w.Name, alias, ours.Name, theirs)
				}
			}
		}
	}
}

// takes sees that the schema lets the values through.
func takes(t *testing.T, what string, s json.RawMessage, values ...string) {
	t.Helper()
	v, err := schema.Compile(s)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	for _, value := range values {
		if err := v.Validate(json.RawMessage(value)); err != nil {
			t.Errorf("%s refuses %s: %v", what, value, err)
		}
	}
}

func inputs() map[string][]string {
	const typing = `{"conversationId":"conv_1","messageId":"msg_1"`
	return map[string][]string{
		"startTypingIndicator":   {typing + `}`, typing + `,"timeout":5000}`},
		"stopTypingIndicator":    {typing + `}`},
		"list":                   {`{}`, `{"nextToken":"t"}`},
		"delete":                 {`{"id":"i"}`},
		"listItemsInFolder":      {`{}`, `{"folderId":"f","nextToken":"t","filters":{"itemType":"file","maxSizeInBytes":1,"modifiedAfter":"2026-01-01T00:00:00Z"}}`},
		"transferFileToBotpress": {`{"fileKey":"k","shouldIndex":true,"file":{"id":"i","type":"file","name":"n","sizeInBytes":1,"contentHash":"h","absolutePath":"/n"}}`},
	}
}

func outputs() map[string][]string {
	return map[string][]string{
		"startTypingIndicator":    {`{}`},
		"stopTypingIndicator":     {`{}`},
		"getOrCreateConversation": {`{"conversationId":"conv_1"}`},
		"delete":                  {`{}`},
		"listItemsInFolder":       {`{"items":[{"id":"i","type":"folder","name":"n"},{"id":"i","type":"file","name":"n"}],"meta":{"nextToken":"t"}}`},
		"transferFileToBotpress":  {`{"botpressFileId":"f"}`},
	}
}

func events() map[string][]string {
	const file, folder = `{"id":"i","type":"file","name":"n","absolutePath":"/n"}`, `{"id":"i","type":"folder","name":"n","absolutePath":"/n"}`
	return map[string][]string{
		"fileCreated": {`{"file":` + file + `}`}, "fileUpdated": {`{"file":` + file + `}`}, "fileDeleted": {`{"file":` + file + `}`},
		"folderDeletedRecursive": {`{"folder":` + folder + `}`},
		"aggregateFileChanges":   {`{"modifiedItems":{"created":[` + file + `],"updated":[],"deleted":[` + folder + `]}}`},
	}
}
