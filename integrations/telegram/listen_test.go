package telegram_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/telegram/telegramtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// polling is a bench that polls.
func polling(t *testing.T) *bench {
	b := setup(t)
	b.webhookURL = "http://127.0.0.1:8080/webhooks/hook"
	b.register()
	return b
}

// listen listens until stop, which returns the answer.
func (b *bench) listen() (stop func() *wire.Response) {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan *wire.Response, 1)
	req := b.request(wire.OpListen, 0, map[string]any{})
	h := b.handler
	go func() {
		resp, err := h.Handle(ctx, req)
		if err != nil {
			b.Errorf("listen: %v", err)
		}
		done <- resp
	}()
	return func() *wire.Response { cancel(); return <-done }
}

// confirmed waits until Telegram has heard that every update was handled.
func (b *bench) confirmed() {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), 30*time.Second)
	defer cancel()
	if !b.fake.Until(ctx, func() bool { return b.fake.Pending() == 0 }) {
		b.Fatalf("%d updates were not confirmed; log %s", b.fake.Pending(), b.log)
	}
}

func (b *bench) words() string {
	b.Helper()
	out, err := b.client().ListMessages(b.Context(), &platform.ListMessagesInput{})
	if err != nil {
		b.Fatal(err)
	}
	var all []string
	for i := range out.Messages {
		var p struct{ Text string }
		_ = json.Unmarshal(out.Messages[len(out.Messages)-1-i].Payload, &p)
		all = append(all, p.Text)
	}
	return strings.Join(all, " ")
}

func (b *bench) push(words ...string) {
	for _, w := range words {
		b.fake.Push(b.fake.Update("message", said(len(w), fmt.Sprintf(`"text":%q`, w))))
	}
}

func TestPolling(t *testing.T) {
	t.Parallel()
	b := polling(t)
	b.push("a", "bb", "ccc")
	stop := b.listen()
	b.confirmed()
	b.push("dddd")
	b.confirmed()
	if resp := stop(); !resp.OK() {
		t.Errorf("it ended with %d %s", resp.Status, resp.Body)
	}
	if got := b.words(); got != "a bb ccc dddd" {
		t.Errorf("the bot got %q", got)
	}
	calls := b.fake.Calls("getUpdates")
	if kinds := fmt.Sprint(calls[0].Params["allowed_updates"]); !strings.Contains(kinds, "message_reaction") || !strings.Contains(kinds, "chat_member") {
		t.Errorf("asked for %s", kinds)
	}
	// The position outlives the process.
	b.restart()
	stop = b.listen()
	b.push("eeeee")
	b.confirmed()
	stop()
	again := b.fake.Calls("getUpdates")[len(calls)]
	if fmt.Sprint(again.Params["offset"]) != "905" {
		t.Errorf("after a restart it asks from %v, want 905", again.Params["offset"])
	}
}

func TestPollingGoesOnAfterACrash(t *testing.T) {
	t.Parallel()
	b := polling(t)
	b.push("a", "bb", "ccc")
	// The platform dies in the middle of the second update.
	integrationtest.Fail(b.platform, platform.OpReceiveMessage, 2, platform.Errorf(platform.TypeInternal, "the database is gone"))
	resp := <-ended(b)
	if resp.Status < 500 {
		t.Errorf("it ended with %d %s, want to be asked again", resp.Status, resp.Body)
	}
	if got := b.words(); got != "a" {
		t.Errorf("the bot got %q before the crash", got)
	}
	b.restart()
	stop := b.listen()
	b.confirmed()
	stop()
	if got := b.words(); got != "a bb ccc" {
		t.Errorf("the bot got %q, want each once and in order", got)
	}
}

// ended returns a channel with the answer of listening, when it ends by itself.
func ended(b *bench) <-chan *wire.Response {
	b.Helper()
	done := make(chan *wire.Response, 1)
	req, h := b.request(wire.OpListen, 0, map[string]any{}), b.handler
	ctx := b.Context()
	go func() {
		resp, err := h.Handle(ctx, req)
		if err != nil {
			b.Errorf("listen: %v", err)
		}
		done <- resp
	}()
	return done
}

func TestPollingIsPolite(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault integrationtest.Fault
		want  string
		after string // Retry-After
	}{
		"another poller": {telegramtest.Refuse(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"), "another program asks for this bot's updates", "60"},
		"revoked":        {telegramtest.Refuse(401, "Unauthorized"), "/token to @BotFather", ""},
		"too many":       {telegramtest.TooMany(7), "Too Many Requests", "7"},
		"down":           {telegramtest.Refuse(502, "Bad Gateway"), "Bad Gateway", ""},
		"reset":          {integrationtest.Fault{Reset: true}, "the connection failed", ""},
		"reset mid-body": {integrationtest.Fault{Done: true, Mid: true}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := polling(t)
			b.push("a")
			b.fake.Fail("getUpdates", c.fault)
			resp := <-ended(b)
			if resp.Status < 500 || !strings.Contains(string(resp.Body), c.want) || resp.Header.Get("Retry-After") != c.after {
				t.Errorf("it ended with %d %s, after %q; want %q after %q", resp.Status, resp.Body, resp.Header.Get("Retry-After"), c.want, c.after)
			}
			stop := b.listen()
			b.confirmed()
			stop()
			if got := b.words(); got != "a" {
				t.Errorf("the bot got %q", got)
			}
		})
	}
}

func TestWebhookThatIsSetEndsPolling(t *testing.T) {
	t.Parallel()
	b := polling(t)
	b.fake.SetWebhook(foreign)
	resp := <-ended(b)
	if resp.Status < 500 || !strings.Contains(string(resp.Body), "takeOver") {
		t.Errorf("it ended with %d %s", resp.Status, resp.Body)
	}
}

func TestWebhookHasNothingToListenTo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.register()
	if resp := <-ended(b); resp.Status >= 500 || len(b.fake.Calls("getUpdates")) != 0 {
		t.Errorf("it ended with %d %s", resp.Status, resp.Body)
	}
}

func TestUpdatesThatComeAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	secret := b.register()
	var album []json.RawMessage // several updates at once, the first that a person ever sent
	for i := range 10 {
		album = append(album, b.fake.Update("message", said(i+1, `"photo":[{"file_id":"f","file_unique_id":"u","width":1,"height":1}],"media_group_id":"9"`)))
	}
	album = append(album, b.fake.Update("my_chat_member", `{"chat":{"id":77,"type":"private","first_name":"Ada"},`+ada+`,"date":1,"old_chat_member":{"status":"kicked","user":{"id":123456,"is_bot":true,"first_name":"B"}},"new_chat_member":{"status":"member","user":{"id":123456,"is_bot":true,"first_name":"B"}}}`))
	var wg sync.WaitGroup
	for range 3 {
		for i := range album {
			wg.Go(func() {
				if resp := b.post(secret, album[len(album)-1-i]); resp.Status != http.StatusOK {
					t.Errorf("the update was answered %d %s", resp.Status, resp.Body)
				}
			})
		}
	}
	wg.Wait()
	conversations, err := b.client().ListConversations(t.Context(), &platform.ListConversationsInput{})
	users, err2 := b.client().ListUsers(t.Context(), &platform.ListUsersInput{})
	messages, err3 := b.client().ListMessages(t.Context(), &platform.ListMessagesInput{})
	if err != nil || err2 != nil || err3 != nil {
		t.Fatal(err, err2, err3)
	}
	if len(conversations.Conversations) != 1 || len(users.Users) != 1 || len(messages.Messages) != 10 || len(b.platform.Events()) != 1 {
		t.Errorf("%d conversations, %d users, %d messages and %d events, want 1, 1, 10 and 1",
			len(conversations.Conversations), len(users.Users), len(messages.Messages), len(b.platform.Events()))
	}
}
