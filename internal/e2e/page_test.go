package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestChatPage(t *testing.T) {
	t.Parallel()
	b := browser(t, serve(t, "sample").page)
	b.says("No messages yet")
	b.keep("empty")
	b.write("hello")
	b.says("I am the sample bot")
	if got := eval[string](b, `document.querySelector("#text").value`); got != "" {
		t.Errorf("after Enter the input holds %q, want nothing", got)
	}
	do(b, "choose", chromedp.Click(`.options button`))
	const picture = `[...document.images].some(i => i.complete && i.naturalWidth > 0)`
	b.until(picture)
	b.says("A picture\nDelivered") // the label, not the value that the bot is sent
	do(b, "reload", chromedp.Reload())
	b.says("I am the sample bot")
	b.until(picture)
	b.write("I am Ada")
	b.says("Nice to meet you, Ada")
	b.until(`document.querySelector("#fault").hidden`)
	b.write("cards")
	b.says("connect bots to the world")
	b.keep("sample")
	do(b, "start again", chromedp.Click("#fresh"))
	b.says("No messages yet")
	b.says("Online")
	b.write("hello")
	b.says("Hello, Ada!")
	b.until(`document.querySelectorAll("#log > li").length === 2`)
	others := eval[[]string](b, `performance.getEntriesByType("resource").map(e => new URL(e.name).host).filter(h => h !== location.host)`)
	if len(others) != 0 {
		t.Errorf("the page called %v, want nobody else", others)
	}
}

// An address of no chat says so, and invites nobody to write.
func TestChatPageOfNoChat(t *testing.T) {
	t.Parallel()
	h := serve(t, "mirror")
	b := browser(t, h.page)
	b.says("No messages yet")
	for address, says := range map[string]string{
		h.page + "-gone": "Not available", h.page + "/more": "names no chat",
	} {
		do(b, "open", chromedp.Navigate(address))
		b.says(says)
		b.until(`!document.body.innerText.includes("No messages yet")`)
	}
}

func TestChatPageByKeyboard(t *testing.T) {
	t.Parallel()
	b := browser(t, serve(t, "mirror").page)
	b.until(`document.activeElement.id === "text"`)
	do(b, "two lines", chromedp.SendKeys("#text", "one"))
	do(b, "line break", chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(8))) // Shift
	do(b, "second line", chromedp.KeyEvent("two\r"))
	b.says("heard: one\ntwo")
	b.write(`{"type":"choice","text":"Which?","options":[{"label":"Left","value":"l"},{"label":"Right","value":"r"}]}`)
	b.until(`document.querySelectorAll(".options button").length === 2`)
	for range 2 { // from the input back to the second choice, then to the first
		do(b, "back", chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(8)))
	}
	b.until(`document.activeElement.textContent === "Left"`)
	do(b, "press", chromedp.KeyEvent(" "))
	b.says("heard: l")
	b.until(`document.activeElement.id === "text"`)
	b.until(`[...document.querySelectorAll("button, input, textarea, select")].every(e => e.labels?.length || e.ariaLabel || e.textContent)`)
	b.until(`document.querySelector("#log").ariaLive === "polite"`)
}

func TestChatPageConnection(t *testing.T) {
	t.Parallel()
	h := serve(t, "mirror")
	b := browser(t, h.page)
	b.write("before")
	b.says("heard: before")
	h.stop()
	b.says("Reconnecting")
	b.says("The server cannot be reached")
	b.write("meanwhile")
	b.says("Waiting for the connection")
	b.keep("offline")
	do(b, "reload", chromedp.Evaluate[chromedp.Void](`document.querySelector("#text").value = "draft"; document.querySelector("#text").dispatchEvent(new Event("input"))`))
	h.start()
	b.says("heard: meanwhile")
	b.says("Online")
	b.until(`document.querySelector("#fault").hidden`)
	b.until(`document.querySelectorAll("#log > li").length === 4`)
}

// A link with the key of another person does not take this browser's user away
// before its person agrees.
func TestChatPageAsksBeforeItForgets(t *testing.T) {
	t.Parallel()
	h := serve(t, "mirror")
	b := browser(t, h.page)
	b.write("mine")
	b.says("heard: mine")
	eval[bool](b, `fetch(document.body.dataset.api + "/users", {method: "POST", body: "{}"}).then(r => r.json()).then(made => window.theirs = made.key), true`)
	b.until(`!!window.theirs`)
	key := eval[string](b, `window.theirs`)
	stored := `JSON.parse(localStorage.getItem("bellhop-chat:" + document.body.dataset.api)).key`
	own := eval[string](b, stored)
	open := func() {
		t.Helper()
		do(b, "leave", chromedp.Navigate("about:blank"))
		do(b, "follow the link", chromedp.Navigate(h.page+"#userKey="+key))
	}
	open()
	b.says("as another person")
	if got := eval[string](b, stored); got != own {
		t.Error("the user was replaced before anybody agreed")
	}
	do(b, "stay", chromedp.Click("#stay"))
	b.says("heard: mine")
	if got := eval[string](b, `location.hash`); got != "" {
		t.Errorf("the address then still has %q", got)
	}
	open()
	b.says("as another person")
	do(b, "become", chromedp.Click("#become"))
	b.says("No messages yet")
	b.says("Online")
	b.until(stored + ` === "` + key + `"`)
	open() // the same person again is not asked
	b.says("Online")
	b.until(`document.querySelector("#ask").hidden`)
}
