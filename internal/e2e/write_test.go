package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/bellhop-dev/bellhop/integrations/chat"
	"github.com/bellhop-dev/bellhop/platform"
)

// Text of a language that is written from right to left is shown so, each
// message by itself, and also while it is typed.
func TestChatPageWritesRightToLeft(t *testing.T) {
	t.Parallel()
	h := serve(t, "mirror")
	b := browser(t, h.page)
	b.write("left to right")
	b.says("heard: left to right")
	do(b, "type", chromedp.SendKeys("#text", "مرحبا"))
	b.until(`getComputedStyle(document.querySelector("#text")).direction === "rtl" || document.querySelector("#text").matches(":dir(rtl)")`)
	do(b, "send", chromedp.KeyEvent("\r"))
	b.until(`[...document.querySelectorAll(".mine .bubble")].map(e => e.matches(":dir(rtl)")).join() === "false,true"`)
	b.says("heard: مرحبا")
	b.say(h, "- تفاح\n- موز\n\nنص **مهم**")
	b.until(`document.querySelector("#log > li:last-child ul")?.matches(":dir(rtl)") && document.querySelector("#log > li:last-child p").matches(":dir(rtl)")`)
	b.keep("rtl")
}

// A draft survives a reload, each conversation has its own, and all of them can
// be opened again.
func TestChatPageKeepsDraftsAndConversations(t *testing.T) {
	t.Parallel()
	b := browser(t, serve(t, "mirror").page)
	b.write("the first chat")
	b.says("heard: the first chat")
	do(b, "draft", chromedp.SendKeys("#text", "not yet"))
	do(b, "reload", chromedp.Reload())
	b.says("Online")
	b.until(`document.querySelector("#text").value === "not yet"`)
	do(b, "another", chromedp.Click("#fresh"))
	b.says("No messages yet")
	b.says("Online")
	b.until(`document.querySelector("#text").value === ""`)
	b.write("the second chat")
	b.says("heard: the second chat")
	do(b, "list", chromedp.Click("#chats"))
	b.until(`document.querySelectorAll("#list button").length === 2`)
	b.until(`[...document.querySelectorAll("#list span")].map(e => e.textContent).sort().join() === "the first chat,the second chat"`)
	b.keep("chats")
	do(b, "the first", chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll("#list button")].find(e => e.textContent.includes("first")).click()`))
	b.says("heard: the first chat")
	b.until(`document.querySelector("#list").hidden && document.querySelector("#text").value === "not yet"`)
	b.until(`!document.body.innerText.includes("heard: the second chat")`)
}

// pick has a person choose a file of so many bytes.
func (b tab) pick(name, kind, content string) {
	b.t.Helper()
	do(b, "pick "+name, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`{
		const bytes = Uint8Array.from(atob(%q), c => c.charCodeAt(0))
		const given = new DataTransfer()
		given.items.add(new File([bytes], %q, { type: %q }))
		const input = document.querySelector("#file")
		input.files = given.files
		input.dispatchEvent(new Event("change"))
	}`, content, name, kind)))
}

// Files are sent by picking, dropping and pasting; too large ones are refused
// before they are sent, and by the server.
func TestChatPageSendsFiles(t *testing.T) {
	t.Parallel()
	one := 1
	h := serveChat(t, "mirror", &chat.Configuration{MaxFileMB: &one})
	b := browser(t, h.page)
	b.pick("dot.gif", "image/gif", strings.TrimPrefix(dot, "data:image/gif;base64,"))
	b.until(`[...document.querySelectorAll(".mine img")].some(i => i.naturalWidth === 1 && i.src.includes("/files/"))`)
	b.says("Delivered")
	do(b, "drop", chromedp.Evaluate[chromedp.Void](`{
		const dataTransfer = new DataTransfer()
		dataTransfer.items.add(new File(["hello"], "تقرير.txt", { type: "text/plain" }))
		document.querySelector("#log").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }))
	}`))
	b.until(`[...document.querySelectorAll(".mine a")].some(a => a.textContent === "تقرير.txt")`)
	do(b, "paste", chromedp.Evaluate[chromedp.Void](`{
		const clipboardData = new DataTransfer()
		clipboardData.items.add(new File(["<script>alert(1)</script>"], "page.html", { type: "text/html" }))
		document.querySelector("#text").dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }))
	}`))
	b.until(`[...document.querySelectorAll(".mine a")].some(a => a.textContent === "page.html")`)
	b.keep("files")
	do(b, "too large", chromedp.Evaluate[chromedp.Void](`{
		const given = new DataTransfer()
		given.items.add(new File([new Uint8Array((1 << 20) + 1)], "large.bin"))
		document.querySelector("#file").files = given.files
		document.querySelector("#file").dispatchEvent(new Event("change"))
	}`))
	b.says("large.bin is too large: a file may have at most 1 MB here")
	eval[bool](b, `(async () => {
		const me = JSON.parse(localStorage.getItem("bellhop-chat:" + document.body.dataset.api))
		const ask = (size) => fetch(document.body.dataset.api + "/files", { method: "POST", headers: { "x-user-key": me.key },
			body: JSON.stringify({ conversationId: me.conversation, name: "x", size }) }).then(r => r.status)
		window.statuses = [await ask((1 << 20) + 1), await ask(0), await ask(5)].join()
	})(), true`)
	b.until(`window.statuses === "413,400,201"`)
}

// The page looks as it is configured.
func TestChatPageLooksAsConfigured(t *testing.T) {
	t.Parallel()
	none := 0
	h := serveChat(t, "mirror", &chat.Configuration{
		Title: "Ada's Bakery", AvatarURL: dot, Color: "#ffd400", Greeting: "Welcome to **Ada's**.", MaxFileMB: &none,
	})
	b := browser(t, h.page)
	b.says("Ada's Bakery")
	b.until(`document.title === "Ada's Bakery" && document.querySelector("#logo img").naturalWidth === 1`)
	b.until(`document.querySelector("#greeting strong").textContent === "Ada's" && document.querySelector("#attach").hidden`)
	b.write("hello")
	b.says("heard: hello")
	b.until(`getComputedStyle(document.querySelector(".mine .bubble")).backgroundColor === "rgb(255, 212, 0)"`)
	b.until(`getComputedStyle(document.querySelector(".mine .bubble")).color === "rgb(0, 0, 0)"`)
	b.until(`document.querySelector("#log").firstElementChild.id === "greeting"`)
	b.keep("own")
}

// A chat whose users have keys of an own back end has no use for a person
// without one.
func TestChatPageNeedsAKey(t *testing.T) {
	t.Parallel()
	h := serveChat(t, "mirror", &chat.Configuration{EncryptionKey: strings.Repeat("k", 32)})
	b := open(t, h.page)
	b.says("this address has no key of yours")
	b.until(`document.querySelector("#text").disabled && document.querySelector("#send").disabled`)
	b.keep("no-key")
}

// One script tag puts the chat into a page of an allowed site.
func TestChatPageInAnotherPage(t *testing.T) {
	t.Parallel()
	var script string
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><title>Shop</title><h1>A shop</h1><script>heard = []; addEventListener("message", e => heard.push(e.data.type))</script>%s`, script)
	}))
	defer site.Close()
	h := serveChat(t, "mirror", &chat.Configuration{AllowedOrigins: []string{site.URL}})
	at := strings.LastIndex(h.page, "/")
	script = fmt.Sprintf(`<script src="%s/embed.js" data-chat="%s" data-label="Help" data-color="#117744" async></script>`, h.page[:at], h.page[at+1:])
	b := open(t, site.URL)
	host := `[...document.querySelectorAll("div")].find(e => e.shadowRoot)?.shadowRoot`
	b.until(host + `?.querySelector("button").textContent === "Help"`)
	do(b, "open", chromedp.Evaluate[chromedp.Void](host+`.querySelector("button").click()`))
	b.until(host + `.querySelector("iframe") !== null`)
	b.until(`heard.includes("bellhop:ready")`)
	do(b, "write", chromedp.KeyEvent("hello\r"))
	b.until(`heard.includes("bellhop:message")`)
	b.keep("embedded")
	do(b, "close", chromedp.KeyEvent("\x1b"))
	b.until(host + `.querySelector("iframe").hidden`)
	others := eval[[]string](b, fmt.Sprintf(
		`performance.getEntriesByType("resource").map(e => new URL(e.name).host).filter(h => ![location.host, new URL(%q).host].includes(h))`, h.page))
	if len(others) != 0 {
		t.Errorf("the site's page called %v", others)
	}
}

// Sites that are not allowed cannot frame the page, and a setting that cannot
// work is refused by its name.
func TestChatPageSettingsAreChecked(t *testing.T) {
	t.Parallel()
	h := serveChat(t, "mirror", &chat.Configuration{AllowedOrigins: []string{"https://www.example.com"}})
	res, err := http.Get(h.page)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if policy := res.Header.Get("Content-Security-Policy"); !strings.HasSuffix(policy, "frame-ancestors 'self' https://www.example.com") {
		t.Errorf("policy %q, want the one site that is allowed", policy)
	}
	for field, config := range map[string]string{
		"allowedOrigins[0]": `{"allowedOrigins":["https://www.example.com/path"]}`,
		"allowedOrigins[1]": `{"allowedOrigins":["*","https://a; script-src *"]}`,
		"avatarUrl":         `{"avatarUrl":"javascript:alert(1)"}`,
		"color":             `{"color":"red"}`,
		"maxFileMB":         `{"maxFileMB":101}`,
		"greeting":          `{"greeting":"` + strings.Repeat("x", 2001) + `"}`,
	} {
		out, err := h.account.PutInstallation(t.Context(), &platform.PutInstallationInput{BotID: h.bot, Alias: "chat", Configuration: json.RawMessage(config)})
		said := fmt.Sprint(err)
		if err == nil {
			said = string(out.Installation.Status) + " " + out.Installation.StatusReason
		}
		if err == nil && out.Installation.Status == platform.Registered || !strings.Contains(said, field) {
			t.Errorf("%.60s: %s; want a refusal that names %s", config, said, field)
		}
	}
}
