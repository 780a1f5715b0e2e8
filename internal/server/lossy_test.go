package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/internal/lossy"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/platform/platformhttp"
)

// lostShare is the part of all requests, and of all answers, that is lost.
const lostShare = 0.15

// lossyWorld is a server, a served bot and a served integration, and a lossy
// proxy in front of each.
type lossyWorld struct {
	t         *testing.T
	f         *fixture
	transport *platformhttp.Transport // to the server, by the proxy
	proxies   []*lossy.Proxy

	mu      sync.Mutex
	effects map[string][]string // call ids by what the action was to do
	heard   map[string][]string // delivery ids by what the integration was told
	turns   int
}

func (w *lossyWorld) proxy(target string, seed uint64) string {
	p := lossy.New(target, lostShare, seed)
	w.proxies = append(w.proxies, p)
	s := httptest.NewServer(p)
	s.Config.ErrorLog = nil
	w.t.Cleanup(s.Close)
	w.t.Cleanup(p.Client.CloseIdleConnections)
	return s.URL
}

// listen opens the address of something that is served, and returns that of
// the proxy in front of it.
func (w *lossyWorld) listen(seed uint64) (l net.Listener, url string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	return l, w.proxy("http://"+l.Addr().String(), seed)
}

// run runs something until the test ends.
func (w *lossyWorld) run(serve func(ctx context.Context) error) {
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx) }()
	w.t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			w.t.Error(err)
		}
	})
}

func noEnv(string) string { return "" }

type bumpInput struct {
	Of string `json:"of"`
}

// vendor is the served integration.
func (w *lossyWorld) vendor() integration.Integration {
	d := integration.Definition{
		Name: "acme/vendor", Version: "1.0.0",
		Channels: map[string]integration.Channel{"dm": {Messages: integration.StandardMessages(message.TypeText), ConversationTags: integration.Tags{"id": {}}}},
		User:     integration.User{Tags: integration.Tags{"id": {}}},
		Actions:  map[string]integration.ActionDefinition{"bump": {Input: integration.RawSchema(`{"type":"object"}`)}},
	}
	return integration.New(d, func(m *integration.Mux) {
		integration.Message(m, "dm", message.TypeText, func(_ context.Context, call *integration.Call, out *integration.Outgoing[message.Text]) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.heard[out.Payload.Text] = append(w.heard[out.Payload.Text], call.DeliveryID)
			return nil
		})
		integration.Action(m, "bump", func(_ context.Context, call *integration.Call, in *bumpInput) (*struct{}, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.effects[in.Of] = append(w.effects[in.Of], call.CallID)
			return &struct{}{}, nil
		})
	})
}

// chatty is the served bot: each attempt says other words, and some fail after
// they had an effect.
func (w *lossyWorld) chatty() bot.Bot {
	return bot.New(bot.Definition{Name: "chatty", Events: map[string]bot.EventDefinition{"noted": {}}}, func(m *bot.Mux) {
		bot.Message(m, func(ctx context.Context, call *bot.MessageCall, in message.Text) error {
			w.mu.Lock()
			w.turns++
			w.mu.Unlock()
			if _, err := call.Reply(ctx, message.Text{Text: fmt.Sprintf("to %s, in words no. %d", in.Text, rand.Uint64())}); err != nil {
				return err
			}
			if rand.IntN(4) == 0 {
				return errors.New("the model is busy")
			}
			if _, err := bot.CallAction[struct{}](ctx, call.Call, "vendor:bump", bumpInput{Of: in.Text}); err != nil {
				return err
			}
			_, err := call.Emit(ctx, bot.Event{Type: "noted", Payload: map[string]string{"of": in.Text}, ConversationID: call.Conversation.ID})
			return err
		})
		bot.OnEvent(m, "noted", func(context.Context, *bot.EventCall[json.RawMessage]) error { return nil })
	})
}

func newLossyWorld(t *testing.T, engine func(*config.Config)) (w *lossyWorld, asVendor, asBot *platform.Client) {
	t.Helper()
	f := setupWith(t, nil, func(c *config.Config) {
		engine(c)
		c.DeliveryTimeout, c.DeliveryAttempts = 20*time.Second, 200
	})
	w = &lossyWorld{t: t, f: f, effects: map[string][]string{}, heard: map[string][]string{}}
	var err error
	w.transport, err = platformhttp.New(w.proxy(f.srv.URL(), 1), platformhttp.Config{Attempts: 30, Backoff: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	admin, ctx := f.srv.Client(), t.Context()
	token := func(in platform.CreateTokenInput) string {
		out, err := admin.CreateToken(ctx, &in)
		if err != nil {
			t.Fatal(err)
		}
		return out.Value
	}
	vendor, chatty := w.vendor(), w.chatty()
	upload := platform.IntegrationUpload{}
	if upload.IntegrationDefinition, err = vendor.Definition.Wire(); err != nil {
		t.Fatal(err)
	}
	listener, url := w.listen(2)
	upload.URL = url
	made, err := admin.CreateIntegration(ctx, &platform.CreateIntegrationInput{IntegrationUpload: upload})
	if err != nil {
		t.Fatal(err)
	}
	vendorToken := token(platform.CreateTokenInput{Kind: platform.TokenIntegration, IntegrationID: made.Integration.ID})
	w.run(func(ctx context.Context) error {
		return integration.Serve(ctx, vendor, integration.ServeConfig{Listener: listener, Transport: w.transport, Token: vendorToken, Getenv: noEnv})
	})
	in := platform.CreateBotInput{Name: "chatty"}
	if in.BotDefinition, err = chatty.Definition.Wire(); err != nil {
		t.Fatal(err)
	}
	b, err := admin.CreateBot(ctx, &in)
	if err != nil {
		t.Fatal(err)
	}
	botToken := token(platform.CreateTokenInput{Kind: platform.TokenBot, BotID: b.Bot.ID})
	botListener, url := w.listen(3)
	w.run(func(ctx context.Context) error {
		return bot.Serve(ctx, chatty, bot.ServeConfig{Listener: botListener, Transport: w.transport, Token: botToken, Getenv: noEnv})
	})
	if _, err := admin.UpdateBot(ctx, &platform.UpdateBotInput{ID: b.Bot.ID, URL: platform.Set(url)}); err != nil {
		t.Fatal(err)
	}
	_, err = admin.PutInstallation(ctx, &platform.PutInstallationInput{BotID: b.Bot.ID, Alias: "vendor", Integration: "acme/vendor@1.0.0"})
	if err != nil {
		t.Fatal(err)
	}
	asVendor = platform.NewClient(w.transport, platform.Caller{Token: vendorToken, BotID: b.Bot.ID, IntegrationID: made.Integration.ID, IntegrationAlias: "vendor"})
	return w, asVendor, platform.NewClient(w.transport, platform.Caller{Token: botToken, BotID: b.Bot.ID})
}

// Requests and answers are lost between all ends, and turns fail in their
// middle and say other words each time: each message is in its conversation
// once, and each turn has had its effects once.
func TestNothingIsDoubledWhenAnswersAreLost(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, engine func(*config.Config)) {
		w, vendor, asBot := newLossyWorld(t, engine)
		const conversations, messages = 6, 5
		var wg sync.WaitGroup
		for c := range conversations {
			wg.Go(func() { w.converse(vendor, c, messages) })
		}
		wg.Wait()
		if !w.settled(conversations * messages) {
			t.Fatalf("after a while %d effects and %d answers are there, want %d", len(w.effects), len(w.heard), conversations*messages)
		}
		events, err := asBot.ListEvents(t.Context(), &platform.ListEventsInput{Type: "noted", PageSize: 100})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(events.Events); n != conversations*messages {
			t.Errorf("%d events, want %d", n, conversations*messages)
		}
		w.check(vendor, messages)
		lost := 0
		for _, p := range w.proxies {
			lost += p.Lost()
		}
		t.Logf("%d requests and answers lost, %d turns for %d messages", lost, w.turns, conversations*messages)
		if lost < 10 || w.turns <= conversations*messages {
			t.Errorf("%d losses and %d turns are too few to prove anything", lost, w.turns)
		}
	})
}

// converse writes the messages of one conversation.
func (w *lossyWorld) converse(vendor *platform.Client, c, messages int) {
	ctx, tags := w.t.Context(), platform.Tags{"id": fmt.Sprint(c)}
	u, err := vendor.CreateUser(ctx, &platform.CreateUserInput{Tags: tags})
	if err != nil {
		w.t.Error(err)
		return
	}
	conversation, err := vendor.CreateConversation(ctx, &platform.CreateConversationInput{Channel: "dm", Tags: tags})
	if err != nil {
		w.t.Error(err)
		return
	}
	for n := range messages {
		_, err := vendor.CreateMessage(ctx, &platform.CreateMessageInput{
			ConversationID: conversation.Conversation.ID, UserID: u.User.ID, Type: message.TypeText,
			Payload: json.RawMessage(fmt.Sprintf(`{"text":"%d-%d"}`, c, n)),
		})
		if err != nil {
			w.t.Error(err)
		}
	}
}

// settled waits until each message has had its effect and its answer.
func (w *lossyWorld) settled(want int) bool {
	late, tick := time.After(3*time.Minute), time.NewTicker(10*time.Millisecond)
	defer tick.Stop()
	for {
		w.mu.Lock()
		done := len(w.effects) == want && len(w.heard) >= want
		w.mu.Unlock()
		open, err := w.f.srv.Client().ListDeliveries(w.t.Context(), &platform.ListDeliveriesInput{State: string(platform.DeliveryPending)})
		if err != nil {
			w.t.Fatal(err)
		}
		if done && len(open.Deliveries) == 0 {
			return true
		}
		select {
		case <-tick.C:
		case <-late:
			return false
		}
	}
}

func (w *lossyWorld) check(vendor *platform.Client, messages int) {
	ctx := w.t.Context()
	list, err := vendor.ListConversations(ctx, &platform.ListConversationsInput{PageSize: 100})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, c := range list.Conversations {
		said, err := vendor.ListMessages(ctx, &platform.ListMessagesInput{ConversationID: c.ID, PageSize: 100})
		if err != nil {
			w.t.Fatal(err)
		}
		slices.Reverse(said.Messages) // the oldest first
		var asked, answered []string
		for _, m := range said.Messages {
			var p struct{ Text string }
			if err := json.Unmarshal(m.Payload, &p); err != nil {
				w.t.Fatal(err)
			}
			if m.Direction == platform.Incoming {
				asked = append(asked, p.Text)
				continue
			}
			of, _, _ := strings.Cut(strings.TrimPrefix(p.Text, "to "), ",")
			answered = append(answered, of)
			if ids := slices.Compact(slices.Clone(w.heard[p.Text])); len(ids) != 1 {
				w.t.Errorf("%q reached the integration as the deliveries %q, want one", p.Text, ids)
			}
		}
		var want []string
		for n := range messages {
			want = append(want, c.Tags["id"]+"-"+fmt.Sprint(n))
		}
		if !slices.Equal(asked, want) || !slices.Equal(answered, want) {
			w.t.Errorf("conversation %s: asked %q, answered %q; want each of %q once", c.Tags["id"], asked, answered, want)
		}
	}
	if n := len(list.Conversations); n != len(w.effects)/messages {
		w.t.Errorf("%d conversations, want %d", n, len(w.effects)/messages)
	}
	for of, calls := range w.effects {
		if slices.Sort(calls); len(slices.Compact(calls)) != 1 || calls[0] == "" {
			w.t.Errorf("the action of %s was called with the call ids %q, want one", of, calls)
		}
	}
}
