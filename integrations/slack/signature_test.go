package slack

import (
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/integrations/slack/slacktest"
)

// TestSignatureTime looks at the second where a signature ends to count.
func TestSignatureTime(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_764_000_000, 0)
	headers := slacktest.Sign("body", now)
	for apart, want := range map[time.Duration]bool{
		0: true, 300 * time.Second: true, 301 * time.Second: false, -300 * time.Second: true, -301 * time.Second: false,
	} {
		if got := signed(slacktest.SigningSecret, headers, "body", now.Add(apart)); got != want {
			t.Errorf("signed %s apart = %v, want %v", apart, got, want)
		}
	}
	if signed("", slacktest.SignWith("", "body", now), "body", now) {
		t.Error("a signature without a secret counts")
	}
}
