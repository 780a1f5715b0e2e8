package chatkit_test

import (
	"encoding/json"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
)

func TestDeclare(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal(chatkit.Interfaces(
		chatkit.TypingIndicator(),
		chatkit.ProactiveConversation("person", "startConversation"),
		chatkit.Interface{Name: "deletable", Version: "1.0.0", Entities: map[string]string{"item": "issue"}, Events: map[string]string{"deleted": "issueDeleted"}},
	))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"deletable\u003cissue\u003e":{"name":"deletable","version":"1.0.0","entities":{"item":{"name":"issue"}},"events":{"deleted":{"name":"issueDeleted"}}},` +
		`"proactive-conversation\u003cperson\u003e":{"name":"proactive-conversation","version":"0.0.4","entities":{"conversation":{"name":"person"}},"actions":{"getOrCreateConversation":{"name":"startConversation"}}},` +
		`"typing-indicator":{"name":"typing-indicator","version":"0.0.4","actions":{"startTypingIndicator":{"name":"startTypingIndicator"},"stopTypingIndicator":{"name":"stopTypingIndicator"}}}}`
	if string(got) != want {
		t.Errorf("Declare() =\n%s\nwant\n%s", got, want)
	}
}
