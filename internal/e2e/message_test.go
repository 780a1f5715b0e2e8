package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

const (
	dot   = "data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw=="
	sound = "data:audio/wav;base64,UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA="
)

// tell has the bot say a payload and waits until the page shows it.
func (b tab) tell(payload, shown string) {
	b.t.Helper()
	b.write(payload)
	b.until(shown)
}

func TestChatPageShowsEveryType(t *testing.T) {
	t.Parallel()
	b := browser(t, serve(t, "mirror").page)
	markdown := "# A heading\n\nSome *soft*, **strong** and ~~old~~ words with `code`, 2 * 3 * 4 and snake_case_name.\n" +
		"- first\n- second, with [a link](https://example.com/a_(b))\n\n1. one\n2. two\n\n> quoted\n\n```\nif a < b {\n```\nhttps://example.com/x."
	text, err := json.Marshal(markdown)
	if err != nil {
		t.Fatal(err)
	}
	last := func(css string) string {
		return fmt.Sprintf("document.querySelector(%q) !== null", "#log > li:not(.mine):last-child "+css)
	}
	b.tell(`{"type":"text","text":`+string(text)+`}`, last("pre code"))
	for _, want := range []string{
		`.heading`, `em`, `strong`, `del`, `p code`, `ul li`, `ol li`, `blockquote p`, `a[href="https://example.com/a_(b)"]`, `a[href="https://example.com/x"]`,
	} {
		b.until(last(want))
	}
	if got := eval[int](b, `document.querySelectorAll("#log em").length`); got != 1 {
		t.Errorf("%d emphasised parts, want 1: a product and a snake_case_name are none", got)
	}
	b.keep("markdown")
	b.tell(`{"type":"markdown","markdown":"**older**"}`, last("strong"))
	b.tell(`{"type":"image","imageUrl":"`+dot+`","title":"A dot"}`, last(`figure img[alt="A dot"]`))
	b.tell(`{"type":"image","imageUrl":"http://127.0.0.1:1/gone.png","title":"Gone"}`, last(`.soft a[href="http://127.0.0.1:1/gone.png"]`))
	b.tell(`{"type":"audio","audioUrl":"`+sound+`","title":"A sound"}`, last("audio[controls]"))
	b.tell(`{"type":"video","videoUrl":"http://127.0.0.1:1/gone.mp4"}`, last(`.soft a[href="http://127.0.0.1:1/gone.mp4"]`))
	b.tell(`{"type":"file","fileUrl":"https://example.com/report.pdf","title":"Report"}`, last(`a[rel="noopener noreferrer"]`))
	b.tell(`{"type":"location","latitude":52.5163,"longitude":13.3777,"title":"Brandenburg Gate","address":"Pariser Platz, Berlin"}`, last(`a[href*="mlat=52.5163&mlon=13.3777"]`))
	b.keep("media")
	card := `{"title":"A card","subtitle":"with a long subtitle that needs more than one line","imageUrl":"` + dot + `","actions":[` +
		`{"action":"url","label":"Open","value":"https://example.com/"},{"action":"say","label":"Say it","value":"said"}]}`
	b.tell(`{"type":"card",`+card[1:], last(`a.button[href="https://example.com/"]`))
	b.tell(`{"type":"carousel","items":[`+strings.Repeat(card+",", 3)+card+`]}`, last(".row .card:nth-child(4)"))
	b.tell(`{"type":"bloc","items":[{"type":"text","payload":{"text":"several"}},{"type":"image","payload":{"imageUrl":"`+dot+`"}}]}`, last("img"))
	b.keep("cards")
	b.tell(`{"type":"text","text":"`+strings.Repeat("long", 200)+`"}`, last("p"))
	b.until(`document.documentElement.scrollWidth <= innerWidth && document.querySelector("#log").scrollWidth <= document.querySelector("#log").clientWidth`)
}

func TestChatPageDropdown(t *testing.T) {
	t.Parallel()
	b := browser(t, serve(t, "mirror").page)
	b.tell(`{"type":"dropdown","text":"Which floor?","options":[{"label":"Ground","value":"0"},{"label":"Third","value":"3"}]}`, `document.querySelector("select") !== null`)
	b.until(`document.querySelector(".dropdown button").disabled`)
	b.keep("dropdown")
	do(b, "choose", chromedp.Evaluate[chromedp.Void](`const s = document.querySelector("select"); s.value = "3"; s.dispatchEvent(new Event("change"))`))
	do(b, "send", chromedp.Click(".dropdown button"))
	b.says("heard: 3")
	b.says("Third\nDelivered")
	b.until(`document.querySelector("select").disabled`)
}

// What bots and users write must never become code or markup.
func TestChatPageIsNotScripted(t *testing.T) {
	t.Parallel()
	b := browser(t, serve(t, "mirror").page)
	const attack = `<img src=x onerror=window.hacked=1><script>window.hacked=1</script>`
	const run = `javascript:window.hacked=1`
	b.write(attack)
	b.says("heard: <img src=x")
	quoted, err := json.Marshal("[click](" + run + ") ![x](" + run + ") " + attack + " [data](data:text/html,<script>window.hacked=1</script>)")
	if err != nil {
		t.Fatal(err)
	}
	hostile := []string{
		`{"type":"text","text":` + string(quoted) + `}`,
		`{"type":"markdown","markdown":` + string(quoted) + `}`,
		`{"type":"file","fileUrl":"` + run + `","title":"` + attack + `"}`,
		`{"type":"card","title":"` + attack + `","subtitle":"` + attack + `","imageUrl":"` + run + `","actions":[{"action":"url","label":"` + attack + `","value":"JaVaScRiPt:window.hacked=1"}]}`,
		`{"type":"choice","text":"` + attack + `","options":[{"label":"` + attack + `","value":"x"}]}`,
		`{"type":"dropdown","text":"` + attack + `","options":[{"label":"` + attack + `","value":"x"}]}`,
		`{"type":"image","imageUrl":"data:text/html,x","title":"` + attack + `"}`,
		`{"type":"image","imageUrl":"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' onload='window.hacked=1'%3E%3Cscript%3Ewindow.hacked=1%3C/script%3E%3C/svg%3E"}`,
		`{"type":"video","videoUrl":"` + run + `"}`,
		`{"type":"location","latitude":1,"longitude":2,"title":"` + attack + `","address":"` + attack + `"}`,
	}
	for i, payload := range hostile {
		b.tell(payload, fmt.Sprintf("document.querySelectorAll('#log > li:not(.mine):not(#dots)').length === %d", i+2))
	}
	do(b, "click all", chromedp.Evaluate[chromedp.Void](`for (const e of document.querySelectorAll("#log button, #log a:not([target]), #log span")) e.click()`))
	for expression, why := range map[string]string{
		`window.hacked === undefined`: "script ran",
		`document.scripts.length === 1 && !document.querySelector("#log script, #log iframe, #log object, #log [onerror], #log [onload]")`:      "markup was made",
		`[...document.querySelectorAll("#log [href], #log [src]")].every(e => /^(https?:|data:image\/)/.test(e.getAttribute("href") ?? e.src))`: "an address can run",
		`[...document.querySelectorAll("#log a")].every(a => a.target === "_blank" && a.rel.includes("noopener"))`:                              "a link keeps a hold of the page",
	} {
		if !eval[bool](b, expression) {
			t.Errorf("%s: %s is not so", why, expression)
		}
	}
}
