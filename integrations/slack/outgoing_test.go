package slack_test

import (
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/slack/slacktest"
)

// sent are the calls that made something, as a person reads them.
func sent(b *bench) string {
	b.Helper()
	type call struct {
		Method string         `json:"method"`
		Args   map[string]any `json:"args"`
		Error  string         `json:"error,omitempty"`
	}
	var list []call
	for _, c := range b.fake.Calls("chat.postMessage", "files.getUploadURLExternal", "files.completeUploadExternal", "upload") {
		delete(c.Args, "metadata")
		list = append(list, call(c))
	}
	return runs(named(b, integrationtest.Pretty(b.T, list)))
}

var _ = slacktest.BotToken

func TestOutgoing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ typ, payload string }{
		"text": {"text", `{"text":"Hello **you** & <all>"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			if resp := b.say(c.typ, c.payload); !resp.OK() {
				t.Fatalf("answer %d %s\n%s", resp.Status, resp.Body, sent(b))
			}
			integrationtest.Golden(t, "out/"+name, sent(b))
		})
	}
}
