package bot_test

import (
	"testing"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/platform"
)

func TestValue(t *testing.T) {
	t.Parallel()
	for payload, want := range map[string]string{
		`{"text":"Some cards","value":"cards"}`: "cards", `{"text":"hello"}`: "hello", `{"text":"hello","value":7}`: "hello",
		`{"imageUrl":"https://x.test"}`: "", `[]`: "", ``: "",
	} {
		c := &bot.MessageCall{Message: platform.Message{Payload: []byte(payload)}}
		if got := c.Value(); got != want {
			t.Errorf("Value of %s = %q, want %q", payload, got, want)
		}
	}
}
