package e2e

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/bellhop-dev/bellhop/platform"
)

const scrolledToEnd = `(l => l.scrollHeight - l.scrollTop - l.clientHeight < 2)(document.querySelector("#log"))`

// say has the bot say texts in the page's conversation, through the API.
func (b tab) say(h *host, texts ...string) (ids []string) {
	b.t.Helper()
	conversation := eval[string](b, `JSON.parse(localStorage.getItem("bellhop-chat:" + document.body.dataset.api)).conversation`)
	for _, text := range texts {
		payload, err := json.Marshal(map[string]string{"text": text})
		if err != nil {
			b.t.Fatal(err)
		}
		out, err := h.as.CreateMessage(b.t.Context(), &platform.CreateMessageInput{
			ConversationID: conversation, UserID: h.bot, Type: "text", Payload: payload, Tags: platform.Tags{},
		})
		if err != nil {
			b.t.Fatal(err)
		}
		ids = append(ids, out.Message.ID)
	}
	return ids
}

// The page shows its end when it is opened, also beside "Earlier messages",
// when pictures come late and when texts get larger; reading earlier messages
// leaves what is in sight where it is.
func TestChatPageShowsItsEnd(t *testing.T) {
	t.Parallel()
	h := serve(t, "mirror")
	b := browser(t, h.page)
	var texts []string
	for i := range 130 {
		texts = append(texts, fmt.Sprintf("message %d, which is long enough for more than one line of a small screen", i))
	}
	b.say(h, texts...)
	b.says("message 129,")
	b.until(scrolledToEnd)
	do(b, "reload", chromedp.Reload())
	b.says("message 129,")
	b.until(`!document.querySelector("#earlier").hidden`)
	b.until(scrolledToEnd)
	do(b, "larger", chromedp.Evaluate[chromedp.Void](`document.body.style.fontSize = "22px"`))
	b.until(scrolledToEnd)
	do(b, "smaller window", chromedp.EmulateViewport(400, 500))
	b.until(scrolledToEnd)
	late := `{"type":"image","imageUrl":"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='300' height='300'/%3E"}`
	b.tell(late, `[...document.images].some(i => i.complete && i.naturalWidth > 0)`)
	b.until(scrolledToEnd)
	do(b, "top", chromedp.Evaluate[chromedp.Void](`document.querySelector("#log").scrollTop = 0`))
	top := `Math.round([...document.querySelectorAll("#log > li")].find(e => e.textContent.includes("%s,")).getBoundingClientRect().top)`
	first := eval[string](b, `document.querySelector("#log > li").textContent.match(/message \d+/)[0]`)
	before := eval[int](b, fmt.Sprintf(top, first))
	n := eval[int](b, `document.querySelectorAll("#log > li").length`)
	do(b, "earlier", chromedp.Click("#earlier"))
	b.until(fmt.Sprintf(`document.querySelectorAll("#log > li").length > %d`, n))
	b.until(fmt.Sprintf(`Math.abs(%s - %d) < 40`, fmt.Sprintf(top, first), before)) // the mark of the day is no longer there
}

// After a lost connection the page shows what the list has: what was added,
// changed and deleted.
func TestChatPageShowsTheListAfterReconnecting(t *testing.T) {
	t.Parallel()
	h := serve(t, "mirror")
	b := browser(t, h.page)
	ids := b.say(h, "stays", "is changed", "is deleted")
	b.says("is deleted")
	h.stop()
	b.says("Reconnecting")
	h.start()
	if _, err := h.as.DeleteMessage(t.Context(), &platform.DeleteMessageInput{ID: ids[2]}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.as.UpdateMessage(t.Context(), &platform.UpdateMessageInput{
		ID: ids[1], Payload: json.RawMessage(`{"text":"was changed"}`), Tags: platform.Tags{},
	}); err != nil {
		t.Fatal(err)
	}
	b.say(h, "is new")
	b.says("is new")
	b.says("was changed")
	b.until(`!document.body.innerText.includes("is deleted") && document.body.innerText.includes("stays")`)
	b.until(`document.querySelectorAll("#log > li").length === 3`)
}
