package slack_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/integrations/slack/slacktest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// patience bounds what a test waits for; nothing should take near as long.
const patience = 30 * time.Second

// listening is an installation that listens over Socket Mode.
type listening struct {
	*bench
	ctx   context.Context
	stop  context.CancelFunc
	ended chan *wire.Response
}

func listen(t *testing.T) *listening {
	t.Helper()
	b := setup(t)
	b.configType = "socketMode"
	b.config = map[string]any{"botToken": slacktest.BotToken, "appToken": slacktest.AppToken}
	l := &listening{bench: b, ended: make(chan *wire.Response, 1)}
	l.ctx, l.stop = context.WithCancel(t.Context())
	config, err := json.Marshal(b.config)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		resp, err := b.handler.Handle(l.ctx, &wire.Request{
			Operation: wire.OpListen, Type: wire.OpListen, BotID: "bot_1", IntegrationID: "intver_1", WebhookID: b.hook, WebhookURL: hookURL,
			ConfigurationType: b.configType, Configuration: config,
		})
		if err != nil {
			t.Errorf("listen: %v", err)
		}
		l.ended <- resp
	}()
	t.Cleanup(func() {
		l.stop()
		select {
		case <-l.ended:
		case <-time.After(patience):
			t.Error("it still listens")
		}
	})
	return l
}

func (l *listening) connected(n int) {
	l.Helper()
	ctx, cancel := context.WithTimeout(l.ctx, patience)
	defer cancel()
	if !l.fake.Connected(n, ctx.Done()) {
		l.Fatalf("connection %d was not opened; log %s", n, l.log)
	}
}

// send sends an envelope and waits for its acknowledgement.
func (l *listening) send(id, typ, payload string) {
	l.Helper()
	if err := l.fake.Envelope(id, typ, payload); err != nil {
		l.Fatal(err)
	}
	select {
	case a := <-l.fake.Acks():
		if a.EnvelopeID != id {
			l.Errorf("%s was acknowledged, want %s", a.EnvelopeID, id)
		}
	case <-time.After(patience):
		l.Fatalf("the envelope %s was not acknowledged; log %s", id, l.log)
	}
}

func TestSocketMode(t *testing.T) {
	t.Parallel()
	l := listen(t)
	l.connected(1)
	l.send("e1", "events_api", slacktest.Event("Ev1", said(`,"text":"Hi"`)))
	l.send("e2", "events_api", slacktest.Event("Ev1", said(`,"text":"Hi"`))) // again
	form, err := url.ParseQuery(slacktest.Command("1.2.3", "/weather", "Berlin", ada, general))
	if err != nil {
		t.Fatal(err)
	}
	flat := map[string]string{}
	for name, values := range form {
		flat[name] = values[0]
	}
	command, err := json.Marshal(flat)
	if err != nil {
		t.Fatal(err)
	}
	l.send("e3", "slash_commands", string(command))
	press := `{"type":"block_actions","team":{"id":"T0BELLHOP"},"user":{"id":"U0ADA"},"channel":{"id":"C0GENERAL"},"trigger_id":"1.2.4","response_url":"https://hooks.slack.com/x",` +
		`"container":{"type":"message","message_ts":"1764000000.000200","channel_id":"C0GENERAL","thread_ts":"1764000000.000100"},` +
		`"actions":[{"action_id":"bellhop_1","block_id":"b","type":"button","text":{"type":"plain_text","text":"Yes"},"value":"yes","action_ts":"1.1"}]}`
	l.send("e4", "interactive", press)
	l.send("e5", "events_api", `{"type":"event_callback","team_id":"T0BELLHOP","event_id":"Ev5","event":{"type":"event_of_the_future","n":1}}`)
	l.send("e6", "of_the_future", `{}`)
	integrationtest.Golden(t, "socket", story(l.bench))
}

// TestSocketReconnects lets Slack move the connection, and break it.
func TestSocketReconnects(t *testing.T) {
	t.Parallel()
	l := listen(t)
	l.connected(1)
	l.send("e1", "events_api", slacktest.Event("Ev1", said(`,"text":"one"`)))
	l.fake.Disconnect("refresh_requested")
	l.connected(2)
	l.send("e2", "events_api", slacktest.Event("Ev2", strings.Replace(said(`,"text":"two"`), "000100", "000200", 1)))
	l.fake.Faults("apps.connections.open").Add(slacktest.Status(500), slacktest.Refused("internal_error"))
	l.fake.Disconnect("")
	l.connected(3)
	l.send("e3", "events_api", slacktest.Event("Ev3", strings.Replace(said(`,"text":"three"`), "000100", "000300", 1)))
	out, err := client(l.bench).ListMessages(t.Context(), &platform.ListMessagesInput{})
	if err != nil || len(out.Messages) != 3 {
		t.Errorf("messages %+v, %v, want three", out, err)
	}
}

// TestSocketNotKept leaves out the acknowledgement of what could not be kept,
// so that Slack tells again.
func TestSocketNotKept(t *testing.T) {
	t.Parallel()
	l := listen(t)
	l.connected(1)
	failed := make(chan struct{})
	integrationtest.On(l.platform, platform.OpReceiveMessage, func(*platform.ReceiveMessageInput) (*platform.ReceiveMessageOutput, error) {
		close(failed)
		return nil, platform.Unavailable(nil, "the database is busy", time.Second)
	})
	if err := l.fake.Envelope("e1", "events_api", slacktest.Event("Ev1", said(`,"text":"Hi"`))); err != nil {
		t.Fatal(err)
	}
	select {
	case <-failed:
	case <-time.After(patience):
		t.Fatal("the event was not handled")
	}
	l.stop()
	select {
	case resp := <-l.ended:
		l.ended <- resp
	case <-time.After(patience):
		t.Fatal("it still listens")
	}
	select {
	case a := <-l.fake.Acks():
		t.Errorf("the envelope was acknowledged: %+v", a)
	default:
	}
}

// TestSocketElsewhere has Slack name an address that is not Slack's.
func TestSocketElsewhere(t *testing.T) {
	t.Parallel()
	l := listen(t)
	l.connected(1)
	var called atomic.Int64
	thief := newServer(t, func(http.ResponseWriter, *http.Request) { called.Add(1) })
	l.fake.SocketURL("ws" + strings.TrimPrefix(thief, "http") + "/link?ticket=1")
	l.fake.Disconnect("refresh_requested")
	ctx, cancel := context.WithTimeout(l.ctx, patience)
	defer cancel()
	if !l.log.Wait(ctx, "Socket Mode cannot connect") {
		t.Errorf("it is not said why there is no connection: %s", l.log)
	}
	if n := called.Load(); n > 0 {
		t.Errorf("%d connections went elsewhere", n)
	}
}

func TestNothingToListenTo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if resp := b.call(wire.OpListen, 0, map[string]any{}); resp.Status != 200 {
		t.Errorf("listen without an app-level token: %d %s", resp.Status, resp.Body)
	}
}

func TestSocketTokenRevoked(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.configType = "socketMode"
	b.config = map[string]any{"botToken": slacktest.BotToken, "appToken": "xapp-wrong"}
	if resp := b.call(wire.OpListen, 0, map[string]any{}); resp.Status != 503 || !strings.Contains(string(resp.Body), "invalid_auth") {
		t.Errorf("listen with a wrong token: %d %s", resp.Status, resp.Body)
	}
}
