package slack_test

import (
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
)

func TestIncoming(t *testing.T) {
	t.Parallel()
	for name, event := range map[string]string{
		"text": `{"type":"message","user":"U0ADA","text":"Hi *there*","ts":"1764000000.000100","channel":"C0GENERAL","event_ts":"1764000000.000100","channel_type":"channel"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.tell("Ev1", event)
			once := story(b)
			b.tell("Ev1", event)
			if twice := story(b); twice != once {
				t.Errorf("after the same webhook again:\n%s\nwant\n%s", twice, once)
			}
			integrationtest.Golden(t, "in/"+name, once)
		})
	}
}
