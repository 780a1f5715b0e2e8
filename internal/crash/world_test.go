package crash

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/crash/journal"
	"github.com/bellhop-dev/bellhop/internal/lossy"
	"github.com/bellhop-dev/bellhop/internal/probe"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/platform/platformhttp"
)

const (
	clientJournal = "client.jsonl"
	botJournal    = "bot.jsonl"
	perMode       = 2    // conversations
	lostShare     = 0.01 // of requests, and of answers
)

// world is a server and a bot that can be killed, lossy proxies between them,
// and clients that write into conversations.
type world struct {
	t        *testing.T
	dir      string
	database string
	journal  *journal.Writer
	proxies  []*lossy.Proxy

	toServer, toBot       *lossy.Proxy
	apiURL, botURL        string // of the proxies
	server, bot           *process
	serverURL, token      string
	bots                  map[string]string // ids by mode
	places                []place
	lossyPath, directPath platform.Transport
}

// place is a conversation.
type place struct {
	name, mode string
	id, user   string
	as         platform.Caller
}

// process is a child that can be killed; line is the first that it printed.
type process struct {
	line string
	kill func()
}

func newWorld(t *testing.T, database string) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), database: database, bots: map[string]string{}}
	var err error
	if w.journal, err = journal.Open(filepath.Join(w.dir, clientJournal)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.journal.Close(); err != nil {
			t.Error(err)
		}
	})
	w.toServer, w.apiURL = w.proxy(1)
	w.toBot, w.botURL = w.proxy(2)
	toSink, sinkURL := w.proxy(3)
	sink := httptest.NewServer(http.HandlerFunc(w.deliver))
	t.Cleanup(sink.Close)
	toSink.SetTarget(sink.URL)
	w.startServer()
	w.setUp(sinkURL)
	w.startBot()
	t.Cleanup(func() {
		w.server.kill()
		w.bot.kill()
	})
	return w
}

func (w *world) proxy(seed uint64) (p *lossy.Proxy, url string) {
	p = lossy.New("", lostShare, seed)
	w.proxies = append(w.proxies, p)
	s := httptest.NewServer(p)
	w.t.Cleanup(s.Close)
	w.t.Cleanup(p.Client.CloseIdleConnections)
	return p, s.URL
}

// start runs this program again in a role and waits for its first line.
func (w *world) start(role string, env ...string) *process {
	w.t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), envRole+"="+role, envDir+"="+w.dir, envDatabase+"="+w.database), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		_ = cmd.Process.Kill()
		w.t.Fatalf("the %s did not start: %v (%v)", role, err, cmd.Wait())
	}
	return &process{strings.TrimSpace(line), sync.OnceFunc(func() {
		_ = cmd.Process.Kill() // SIGKILL
		_ = cmd.Wait()         // it was killed
	})}
}

func (w *world) startServer() {
	w.t.Helper()
	w.server = w.start("server")
	var ok bool
	if w.serverURL, w.token, ok = strings.Cut(w.server.line, " "); !ok {
		w.t.Fatalf("the server printed %q", w.server.line)
	}
	w.toServer.SetTarget(w.serverURL)
	var err error
	if w.directPath, err = platformhttp.New(w.serverURL, platformhttp.Config{}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) startBot() {
	w.t.Helper()
	bots, err := json.Marshal(w.bots)
	if err != nil {
		w.t.Fatal(err)
	}
	w.bot = w.start("bot", envAPI+"="+w.apiURL, envToken+"="+w.token, envBots+"="+string(bots))
	w.toBot.SetTarget(w.bot.line)
}

// admin calls the server as it is now, past the proxy.
func (w *world) admin() *platform.Client {
	return platform.NewClient(w.directPath, platform.Caller{Token: w.token})
}

// setUp makes a bot for each mode, with conversations.
func (w *world) setUp(sinkURL string) {
	w.t.Helper()
	ctx := w.t.Context()
	must := func(err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
	}
	var err error
	w.lossyPath, err = platformhttp.New(w.apiURL, platformhttp.Config{Attempts: 1, Timeout: 30 * time.Second})
	must(err)
	modes := []string{platform.ModeQueue, platform.ModeConcurrent, platform.ModeCancelPrevious, platform.ModeBurst}
	for _, mode := range modes {
		made, err := w.admin().CreateBot(ctx, &platform.CreateBotInput{Name: mode, URL: w.botURL})
		must(err)
		id := made.Bot.ID
		w.bots[mode] = id
		_, err = w.admin().UpdateBotSettings(ctx, &platform.UpdateBotSettingsInput{
			// A message that met several faults would wait for longer than the test does.
			ID: id, Settings: json.RawMessage(`{"delivery":{"concurrency":{"mode":"` + mode + `"}},"retry":{"maxInterval":"2s","faultAttempts":1000}}`),
		})
		must(err)
		put, err := w.admin().PutInstallation(ctx, &platform.PutInstallationInput{
			BotID: id, Alias: probe.Name, Integration: probe.Name + "@1.0.0", Configuration: json.RawMessage(`{"sink":"` + sinkURL + `"}`),
		})
		must(err)
		as := platform.Caller{Token: w.token, BotID: id, IntegrationID: put.Installation.IntegrationID, IntegrationAlias: probe.Name}
		vendor := w.admin().With(as)
		for i := range perMode {
			p := place{name: fmt.Sprintf("%s-%d", mode, i), mode: mode, as: as}
			tags := platform.Tags{"id": p.name}
			u, err := vendor.GetOrCreateUser(ctx, &platform.GetOrCreateUserInput{Tags: tags})
			must(err)
			c, err := vendor.GetOrCreateConversation(ctx, &platform.GetOrCreateConversationInput{Channel: "channel", Tags: tags})
			must(err)
			p.user, p.id = u.User.ID, c.Conversation.ID
			w.places = append(w.places, p)
		}
	}
}

// load writes into all conversations until stop is called, which waits until
// the last message of each is acknowledged.
func (w *world) load() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for _, p := range w.places {
		wg.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				w.say(p, n)
				if rand.IntN(3) > 0 { // else at once
					<-time.After(rand.N(400 * time.Millisecond))
				}
			}
		})
	}
	return func() {
		cancel()
		wg.Wait()
	}
}

// say writes a message, again and again under the same key until it is
// acknowledged.
func (w *world) say(p place, n int) {
	in := &platform.CreateMessageInput{
		ConversationID: p.id, UserID: p.user, Type: message.TypeText,
		Payload: json.RawMessage(fmt.Sprintf(`{"text":"%s %d"}`, p.name, n)), IdempotencyKey: fmt.Sprintf("%s/%d", p.name, n),
	}
	client := platform.NewClient(w.lossyPath, p.as)
	for {
		out, err := client.CreateMessage(context.Background(), in)
		if err == nil {
			w.write(journal.Record{Kind: journal.Acked, Mode: p.mode, Conversation: p.name, Numbers: []int{n}, ID: out.Message.ID})
			return
		}
		if w.t.Context().Err() != nil {
			return // the test has ended
		}
		<-time.After(20 * time.Millisecond)
	}
}

func (w *world) write(r journal.Record) {
	if err := w.journal.Write(r); err != nil {
		w.t.Error(err)
	}
}

// deliver is the external system.
func (w *world) deliver(rw http.ResponseWriter, r *http.Request) {
	var out probe.Outbound
	if err := json.NewDecoder(r.Body).Decode(&out); err != nil {
		rw.WriteHeader(http.StatusBadRequest)
		return
	}
	i := slices.IndexFunc(w.places, func(p place) bool { return p.name == out.Conversation })
	_, n, err := parse(out.Text)
	if err != nil || i < 0 {
		w.t.Errorf("the external system got %+v", out)
		return
	}
	w.write(journal.Record{Kind: journal.Delivered, Mode: w.places[i].mode, Conversation: out.Conversation, Numbers: []int{n},
		ID: out.Text, Answer: true, Delivery: out.DeliveryID, Attempt: out.Attempt})
}

// fault kills the server or the bot, and starts it again.
func (w *world) fault() string {
	w.t.Helper()
	if rand.IntN(3) == 0 {
		w.bot.kill()
		w.startBot()
		return "bot killed"
	}
	w.server.kill()
	w.startServer()
	return "server killed"
}

// drained waits until nothing is pending. Again and again the bots are
// deployed anew, so that what waits after failed attempts is attempted.
func (w *world) drained(within time.Duration) bool {
	ctx, late := w.t.Context(), time.After(within)
	for {
		open := 0
		for _, id := range w.bots {
			list, err := w.admin().ListDeliveries(ctx, &platform.ListDeliveriesInput{BotID: id, State: string(platform.DeliveryPending)})
			if err != nil {
				w.t.Fatal(err)
			}
			open += len(list.Deliveries)
		}
		if open == 0 {
			return true
		}
		select {
		case <-time.After(time.Second):
		case <-late:
			return false
		}
		for _, id := range w.bots {
			if _, err := w.admin().UpdateBot(ctx, &platform.UpdateBotInput{ID: id, URL: platform.Set(w.botURL)}); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

// list writes down what a client reads of each conversation.
func (w *world) list() {
	w.t.Helper()
	for _, p := range w.places {
		var all []platform.Message
		for next := ""; ; {
			page, err := w.admin().With(p.as).ListMessages(w.t.Context(), &platform.ListMessagesInput{ConversationID: p.id, PageSize: 100, NextToken: next})
			if err != nil {
				w.t.Fatal(err)
			}
			all = append(all, page.Messages...)
			if next = page.Meta.NextToken; next == "" {
				break
			}
		}
		slices.Reverse(all) // the oldest first
		for _, m := range all {
			var text message.Text
			if err := json.Unmarshal(m.Payload, &text); err != nil {
				w.t.Fatal(err)
			}
			_, n, err := parse(text.Text)
			if err != nil {
				w.t.Fatal(err)
			}
			r := journal.Record{Kind: journal.Listed, Mode: p.mode, Conversation: p.name, Numbers: []int{n}, ID: m.ID}
			if m.Direction == platform.Outgoing {
				r.ID, r.Answer = text.Text, true
			}
			w.write(r)
		}
	}
}
