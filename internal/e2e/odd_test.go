package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// What nobody can render is text, takes a bounded time and hides nothing else.
func TestChatPageSurvivesOddTexts(t *testing.T) {
	t.Parallel()
	h := serve(t, "mirror")
	b := browser(t, h.page)
	for name, text := range map[string]string{
		"quotes":   strings.Repeat(">", 6000) + "a",
		"stars":    strings.Repeat("*a **b ", 1400),
		"brackets": strings.Repeat("[a](", 2400),
		"lists":    strings.Repeat("- 1. > ", 1400),
		"lines":    strings.Repeat("\n", 9000) + "a",
		"ticks":    strings.Repeat("`a``b", 2000),
		"links":    strings.Repeat("http://a(", 1100),
	} {
		b.say(h, text, "after "+name)
		b.says("after " + name)
	}
	do(b, "write quotes", chromedp.Evaluate[chromedp.Void](`document.querySelector("#text").value = ">".repeat(6000) + "a"; document.querySelector("#form").requestSubmit()`))
	b.says("Delivered")
	do(b, "reload", chromedp.Reload())
	b.says("Online")
	b.says("after quotes")
}

// Payloads of types whose schema is not checked have members of any type.
func TestChatPageSurvivesOddPayloads(t *testing.T) {
	t.Parallel()
	h := serve(t, "mirror")
	b := browser(t, h.page)
	eval[bool](b, `(async () => {
		const { render } = await import("/chat/assets/render.js")
		const deep = (n) => { let v = "x"; for (let i = 0; i < n; i++) v = i % 2 ? [v] : { type: "bloc", items: [v], text: "t" }; return v }
		const odd = [null, undefined, 0, -1, NaN, true, "", "x", "javascript:alert(1)", "https://x.test/", [], [null], [[]], {}, { type: "text" },
			{ toString: null, label: null }, [1, "a", null, { label: {}, value: [] }], deep(50), deep(200), "y".repeat(30000), Array(300).fill({ type: "text", text: 1 })]
		const types = [undefined, null, 7, {}, "text", "markdown", "image", "audio", "video", "file", "location", "choice", "dropdown", "card", "carousel", "bloc", "__proto__", "constructor"]
		const members = ["text", "markdown", "imageUrl", "audioUrl", "videoUrl", "fileUrl", "title", "subtitle", "address", "latitude", "longitude", "options", "actions", "items"]
		const bad = []
		for (const p of odd) if (!render(p, () => {}).length) bad.push("no node")
		for (const type of types) for (const value of odd) {
			const one = { type }
			for (const m of members) one[m] = value
			for (const p of [one, { type, items: [one, value] }, { type: "bloc", items: [one] }]) {
				try {
					const nodes = render(p, () => {})
					if (!nodes.length || !nodes.every(n => n instanceof Node)) bad.push(String(type))
					for (const n of nodes) for (const x of n.querySelectorAll("button, select")) x.dispatchEvent(new Event("click"))
				} catch (err) { bad.push(String(type) + ": " + err) }
			}
		}
		window.bad = bad
	})(), true`)
	b.until(`window.bad !== undefined`)
	if bad := eval[[]string](b, `window.bad`); len(bad) > 0 {
		t.Errorf("%d payloads are not rendered: %.500q", len(bad), bad)
	}
	b.say(h, "first")
	eval[bool](b, `window.errors = [], addEventListener("error", e => window.errors.push(e.message)), true`)
	b.write(`{"type":"card","title":"A card","actions":[]}`)
	b.says("A card")
	b.says("first")
	if errs := eval[[]string](b, `window.errors`); len(errs) > 0 {
		t.Errorf("the page reported %q", errs)
	}
}
