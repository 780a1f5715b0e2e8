package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/bellhop-dev/bellhop/internal/requiretest"
)

// A message that the bot cannot take is marked where it stands, and the chat goes on.
func TestChatPageMarksWhatTheBotDidNotTake(t *testing.T) {
	t.Parallel()
	b := browser(t, serve(t, "mirror").page)
	b.write(`{"type":"no-such-type"}`) // the bot's answer is refused, and so it refuses the message
	b.says("Not delivered: the assistant could not take this message.")
	b.keep("undelivered")
	b.write("still there?")
	b.says("heard: still there?")
	b.until(`document.querySelectorAll(".undelivered").length === 1`)
}

// accessible wants axe to find nothing serious on the page as it is, in both colour schemes.
func (b tab) accessible(axe, state string) {
	b.t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		b.scheme(scheme)
		do(b, "axe", chromedp.Evaluate[chromedp.Void](axe+`; window.found = null; axe.run().then(r => window.found =
			r.violations.filter(v => ["serious", "critical"].includes(v.impact)).flatMap(v => v.nodes.map(n => v.id + ": " + n.html.slice(0, 200))))`))
		b.until(`window.found !== null`)
		for _, finding := range eval[[]string](b, `window.found`) {
			b.t.Errorf("%s, %s: %s", state, scheme, finding)
		}
	}
}

func TestChatPageIsAccessible(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile(filepath.Join(requiretest.NodePackage(t, "axe-core"), "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	axe, h := string(source), serve(t, "sample")
	b := browser(t, h.page)
	b.accessible(axe, "empty")
	b.write("hello")
	b.says("I am the sample bot")
	b.accessible(axe, "choices")
	b.write("cards")
	b.says("connect bots to the world")
	b.accessible(axe, "cards")
	h.stop()
	b.write("meanwhile")
	b.says("Waiting for the connection")
	b.accessible(axe, "offline")
}
