package server_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/internal/requiretest"
	"github.com/bellhop-dev/bellhop/internal/server"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// answering is a bot's code that repeats what it hears, after it has done
// something more, which sees the text and the attempt.
func answering(more string) string {
	return `
module.exports.default = { async handler(req) {
  if (req.headers['x-bp-operation'] !== 'event_received') return
  const { conversationId, payload } = JSON.parse(req.body).event.payload.message
  const { text } = payload, attempt = req.headers['x-bellhop-attempt']
  ` + more + `
  const headers = { authorization: 'Bearer ' + process.env.BP_TOKEN, 'x-bot-id': req.headers['x-bot-id'], 'content-type': 'application/json' }
  const said = { conversationId, userId: req.headers['x-bot-id'], type: 'text', payload: { text: mark + text }, tags: {} }
  const reply = await fetch(process.env.BP_API_URL + '/v1/chat/messages', { method: 'POST', headers, body: JSON.stringify(said) })
  if (!reply.ok) throw new Error(await reply.text())
} }`
}

func setupCode(t *testing.T) *fixture {
	t.Helper()
	path := requiretest.Tool(t, "node")
	return setupWith(t, nil, func(c *config.Config) {
		c.Node, c.DeliveryTimeout, c.DeliveryAttempts, c.WebhookTimeout = path, time.Minute, 5, time.Minute
	})
}

// hears waits for what bots said at last.
func (f *fixture) hears(want string) {
	f.t.Helper()
	select {
	case out := <-f.sink:
		if out.Text != want {
			f.t.Errorf("the sink got %q, want %q", out.Text, want)
		}
	case <-time.After(time.Minute):
		f.t.Fatalf("the sink did not get %q", want)
	}
}

func (f *fixture) says(webhook, text string) {
	f.t.Helper()
	body := `{"conversation":"c","user":"u","id":"` + text + `","text":"` + text + `"}`
	if status, answer := f.call("POST", webhook, body, nil); status != 200 {
		f.t.Fatalf("the webhook answers %d %s", status, answer)
	}
}

// TestCodeKilledWithACall has a bot's process die with the first attempt of a
// message: it is told again, to another process, and both logs say why.
func TestCodeKilledWithACall(t *testing.T) {
	t.Parallel()
	f := setupCode(t)
	id, webhook := f.install(platform.CreateBotInput{Name: "frail", Code: answering(
		`const mark = 'attempt ' + attempt + ': '; if (text === 'die' && attempt === '1') process.kill(process.pid, 'SIGKILL')`)})
	other, sound := f.install(platform.CreateBotInput{Name: "sound", Code: answering(`const mark = 'sound: '`)})
	f.says(webhook, "die")
	f.hears("attempt 2: die")
	f.says(sound, "hello")
	f.hears("sound: hello")
	f.says(webhook, "on")
	f.hears("attempt 1: on")
	f.stop() // which writes what code said last
	f.start()
	for bot, faults := range map[string]int{id: 1, other: 0} {
		logs, err := f.srv.Client().GetBotLogs(t.Context(), &platform.GetLogsInput{ID: bot, Level: "error", TimeStart: "2000-01-01T00:00:00Z"})
		if err != nil || len(logs.Logs) != faults || faults > 0 && !strings.Contains(logs.Logs[0].Message, "signal: killed") {
			t.Errorf("the log of %s is %+v, %v", bot, logs, err)
		}
	}
	list, err := f.srv.Client().ListDeliveries(t.Context(), &platform.ListDeliveriesInput{BotID: id})
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, d := range list.Deliveries {
		if d.Attempts < 2 || d.Operation != wire.OpEventReceived { // register may have been under way too
			continue
		}
		got, err := f.srv.Client().GetDelivery(t.Context(), &platform.GetDeliveryInput{ID: d.ID})
		if err != nil || !strings.Contains(got.Delivery.Log[0].Error, "signal: killed") {
			t.Errorf("the delivery that failed at first is %+v, %v", got, err)
		}
		told++
	}
	if told != 1 {
		t.Errorf("%d deliveries have two attempts, want 1: %+v", told, list.Deliveries)
	}
}

// TestCodeReplacedWithACall uploads other code while a call runs: the call ends
// where it began, and the next one goes to the new code.
func TestCodeReplacedWithACall(t *testing.T) {
	t.Parallel()
	f := setupCode(t)
	id, webhook := f.install(platform.CreateBotInput{Name: "slow", Code: answering(`
		const mark = 'old: '
		if (text.startsWith('http')) await fetch(text)`)})
	arrived, release := make(chan struct{}, 1), make(chan struct{})
	gate := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		arrived <- struct{}{}
		<-release
	}))
	t.Cleanup(gate.Close)
	f.says(webhook, gate.URL)
	<-arrived
	upload := &platform.UpdateBotInput{ID: id, Code: answering(`const mark = 'new: '`)}
	if _, err := f.srv.Client().UpdateBot(t.Context(), upload); err != nil {
		t.Fatal(err)
	}
	close(release)
	f.hears("old: " + gate.URL)
	f.says(webhook, "hello")
	f.hears("new: hello")
	list, err := f.srv.Client().ListDeliveries(t.Context(), &platform.ListDeliveriesInput{BotID: id})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list.Deliveries {
		if d.Attempts > 1 {
			t.Errorf("a call was lost: %+v", d)
		}
	}
}

// TestPreloadIsRead starts no server with a script that it cannot give to code.
func TestPreloadIsRead(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	large := filepath.Join(folder, "large.cjs")
	if err := os.WriteFile(large, make([]byte, 16<<20+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(folder, "nowhere.cjs"): "no such file",
		folder:                               "is a directory",
		large:                                "more than 16777216 bytes",
	} {
		cfg := config.Default()
		cfg.Listen, cfg.Data, cfg.NodePreload = "127.0.0.1:0", t.TempDir(), path
		_, err := server.Open(t.Context(), server.Options{Config: cfg, Version: "test"})
		if err == nil || !strings.Contains(err.Error(), "node-preload: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("with node-preload %s: %v, want an error with %q", path, err, want)
		}
	}
}
