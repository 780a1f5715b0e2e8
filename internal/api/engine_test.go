package api_test

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/store/postgres"
	"github.com/bellhop-dev/bellhop/internal/store/postgres/pgtest"
	"github.com/bellhop-dev/bellhop/platform"
)

var cluster pgtest.Cluster

func TestMain(m *testing.M) {
	code := m.Run()
	cluster.Stop()
	os.Exit(code)
}

// onEngines runs a test on real SQLite and on real PostgreSQL: what depends on
// how transactions meet must hold on both.
func onEngines(t *testing.T, test func(*testing.T, *bench)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, setup(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		db, err := postgres.Open(context.Background(), cluster.URL(t), postgres.Config{MaxConns: 8})
		if err != nil {
			t.Fatal(err)
		}
		test(t, setupOn(t, db))
	})
}

// together calls fn n times at once and returns when all are done.
func together(n int, fn func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			fn(i)
		})
	}
	close(start)
	wg.Wait()
}

// tally counts ids, and how often each kind of thing was made. It is safe for
// concurrent use.
type tally struct {
	mu   sync.Mutex
	ids  map[string]bool
	made map[string]int
}

func newTally() *tally { return &tally{ids: map[string]bool{}, made: map[string]int{}} }

func (c *tally) add(kind, id string, created bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ids[id] = true
	if created {
		c.made[kind]++
	}
}

const callers = 30

func TestConcurrentGetOrCreateMakesOne(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, b *bench) {
		ctx, c := t.Context(), newTally()
		together(callers, func(int) {
			u := must(b.one.GetOrCreateUser(ctx, &platform.GetOrCreateUserInput{Tags: platform.Tags{"id": "u"}}))
			conv := must(b.one.GetOrCreateConversation(ctx, &platform.GetOrCreateConversationInput{Channel: "dm", Tags: platform.Tags{"id": "c"}}))
			m := must(b.one.GetOrCreateMessage(ctx, &platform.GetOrCreateMessageInput{
				ConversationID: conv.Conversation.ID, UserID: u.User.ID, Type: "text", Payload: json.RawMessage(`{"text":"x"}`), Tags: platform.Tags{"ts": "1"},
			}))
			c.add("user", u.User.ID, u.Meta.Created)
			c.add("conversation", conv.Conversation.ID, conv.Meta.Created)
			c.add("message", m.Message.ID, m.Meta.Created)
		})
		if want := (map[string]int{"user": 1, "conversation": 1, "message": 1}); len(c.ids) != 3 || !maps.Equal(c.made, want) {
			t.Errorf("%d ids, made %v, want 3 and %v", len(c.ids), c.made, want)
		}
		if n := len(b.delivered()); n != 1 {
			t.Errorf("%d deliveries, want 1", n)
		}
	})
}

// The tags that discriminate decide, whatever else the callers say.
func TestConcurrentGetOrCreateByOneOfTheTags(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, b *bench) {
		ctx, c := t.Context(), newTally()
		together(callers, func(i int) {
			n := strconv.Itoa(i)
			u := must(b.one.GetOrCreateUser(ctx, &platform.GetOrCreateUserInput{Tags: platform.Tags{"id": "u", "name": n}, DiscriminateByTags: []string{"id"}}))
			conv := must(b.one.GetOrCreateConversation(ctx, &platform.GetOrCreateConversationInput{
				Channel: "dm", Tags: platform.Tags{"id": "c", "topic": n}, DiscriminateByTags: []string{"id"},
			}))
			m := must(b.one.GetOrCreateMessage(ctx, &platform.GetOrCreateMessageInput{
				ConversationID: conv.Conversation.ID, UserID: u.User.ID, Type: "text", Payload: json.RawMessage(`{"text":"x"}`),
				Tags: platform.Tags{"ts": "1", "seen": n}, DiscriminateByTags: []string{"ts"},
			}))
			c.add("user", u.User.ID, u.Meta.Created)
			c.add("conversation", conv.Conversation.ID, conv.Meta.Created)
			c.add("message", m.Message.ID, m.Meta.Created)
		})
		if want := (map[string]int{"user": 1, "conversation": 1, "message": 1}); len(c.ids) != 3 || !maps.Equal(c.made, want) {
			t.Errorf("%d ids, made %v, want 3 and %v", len(c.ids), c.made, want)
		}
	})
}

func TestConcurrentIncomingMessagesMakeOne(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, b *bench) {
		ctx, c := t.Context(), newTally()
		by := []string{"id"}
		together(callers, func(int) {
			out := must(b.one.InitializeIncomingMessage(ctx, &platform.InitializeIncomingMessageInput{
				User:         &platform.IncomingUser{Tags: platform.Tags{"id": "u"}, DiscriminateByTags: by},
				Conversation: &platform.IncomingConversation{Channel: "dm", Tags: platform.Tags{"id": "c"}, DiscriminateByTags: by},
				Message:      &platform.IncomingMessage{Type: "text", Payload: json.RawMessage(`{"text":"x"}`), Tags: platform.Tags{"ts": "1"}, DiscriminateByTags: []string{"ts"}},
			}))
			c.add("user", out.User.ID, false)
			c.add("conversation", out.Conversation.ID, false)
			c.add("message", out.Message.ID, false)
		})
		if len(c.ids) != 3 {
			t.Errorf("%d ids, want 3: %v", len(c.ids), c.ids)
		}
		if n := len(b.delivered()); n != 1 {
			t.Errorf("%d deliveries, want 1", n)
		}
		if n := len(must(b.bot.ListUsers(ctx, &platform.ListUsersInput{})).Users); n > 2 { // with the bot's own
			t.Errorf("%d users, want 1 and the bot", n)
		}
	})
}

// Of different installations the same tags are different things.
func TestConcurrentGetOrCreateOfTwoInstallations(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		counts := [2]*tally{newTally(), newTally()}
		together(callers, func(i int) {
			client := [2]*platform.Client{b.one, b.two}[i%2]
			u := must(client.GetOrCreateUser(ctx, &platform.GetOrCreateUserInput{Tags: platform.Tags{"id": "u"}}))
			c := must(client.GetOrCreateConversation(ctx, &platform.GetOrCreateConversationInput{Channel: "dm", Tags: platform.Tags{"id": "c"}}))
			counts[i%2].add("user", u.User.ID, u.Meta.Created)
			counts[i%2].add("conversation", c.Conversation.ID, c.Meta.Created)
		})
		for i, c := range counts {
			if len(c.ids) != 2 || c.made["user"] != 1 || c.made["conversation"] != 1 {
				t.Errorf("installation %d: ids %v, made %v", i, c.ids, c.made)
			}
		}
		for id := range counts[0].ids {
			if counts[1].ids[id] {
				t.Errorf("%s is of both installations", id)
			}
		}
	})
}

// Everybody writes tags of their own again and again: nobody's last word may be
// lost to another's older copy of the row.
func TestConcurrentTagsMerge(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		user, conversation, message := b.chat()
		const last = 30
		// holds checks that what was written is still there after others wrote.
		holds := func(what string, got, written platform.Tags) {
			for tag, v := range written {
				if got[tag] != v {
					t.Errorf("%s: tag %s is %q, want %q", what, tag, got[tag], v)
				}
			}
		}
		update := func(client *platform.Client, u, c, m platform.Tags) {
			must(client.UpdateUser(ctx, &platform.UpdateUserInput{ID: user, Tags: u}))
			must(client.UpdateConversation(ctx, &platform.UpdateConversationInput{ID: conversation, Tags: c}))
			must(client.UpdateMessage(ctx, &platform.UpdateMessageInput{ID: message, Tags: m}))
			holds("user", must(client.GetUser(ctx, &platform.GetUserInput{ID: user})).User.Tags, u)
			holds("conversation", must(client.GetConversation(ctx, &platform.GetConversationInput{ID: conversation})).Conversation.Tags, c)
			holds("message", must(client.GetMessage(ctx, &platform.GetMessageInput{ID: message})).Message.Tags, m)
		}
		together(2, func(i int) {
			for n := range last {
				v := strconv.Itoa(n + 1)
				if i == 0 {
					update(b.one, platform.Tags{"name": v}, platform.Tags{"topic": v}, platform.Tags{"seen": v})
				} else {
					update(b.bot, platform.Tags{"vip": v}, platform.Tags{"pinned": v}, platform.Tags{"read": v})
				}
			}
		})
		v := strconv.Itoa(last)
		for what, got := range map[string][2]platform.Tags{
			"user":         {must(b.bot.GetUser(ctx, &platform.GetUserInput{ID: user})).User.Tags, {"one:id": "u", "one:name": v, "vip": v}},
			"conversation": {must(b.bot.GetConversation(ctx, &platform.GetConversationInput{ID: conversation})).Conversation.Tags, {"one:id": "c", "one:topic": v, "pinned": v}},
			"message":      {must(b.bot.GetMessage(ctx, &platform.GetMessageInput{ID: message})).Message.Tags, {"one:ts": "1", "one:seen": v, "read": v}},
		} {
			if !maps.Equal(got[0], got[1]) {
				t.Errorf("%s: tags %v, want %v", what, got[0], got[1])
			}
		}
	})
}

func TestUndeclaredTagsAreRefusedByName(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		user, conversation, message := b.chat()
		b.delivered()
		bad := platform.Tags{"id": "new", "colour": "red"}
		text := json.RawMessage(`{"text":"x"}`)
		for what, err := range map[string]error{
			"create user":         second(b.one.CreateUser(ctx, &platform.CreateUserInput{Tags: bad})),
			"get or create user":  second(b.one.GetOrCreateUser(ctx, &platform.GetOrCreateUserInput{Tags: bad, DiscriminateByTags: []string{"id"}})),
			"update user":         second(b.one.UpdateUser(ctx, &platform.UpdateUserInput{ID: user, Tags: bad})),
			"create conversation": second(b.one.CreateConversation(ctx, &platform.CreateConversationInput{Channel: "dm", Tags: bad})),
			"get or create conversation": second(b.one.GetOrCreateConversation(ctx, &platform.GetOrCreateConversationInput{
				Channel: "dm", Tags: bad, DiscriminateByTags: []string{"id"},
			})),
			"update conversation": second(b.one.UpdateConversation(ctx, &platform.UpdateConversationInput{ID: conversation, Tags: bad})),
			"create message": second(b.one.CreateMessage(ctx, &platform.CreateMessageInput{
				ConversationID: conversation, UserID: user, Type: "text", Payload: text, Tags: platform.Tags{"colour": "red"},
			})),
			"get or create message": second(b.one.GetOrCreateMessage(ctx, &platform.GetOrCreateMessageInput{
				ConversationID: conversation, UserID: user, Type: "text", Payload: text, Tags: platform.Tags{"ts": "9", "colour": "red"}, DiscriminateByTags: []string{"ts"},
			})),
			"update message":        second(b.one.UpdateMessage(ctx, &platform.UpdateMessageInput{ID: message, Tags: platform.Tags{"ts": "9", "colour": "red"}})),
			"update user as bot":    second(b.bot.UpdateUser(ctx, &platform.UpdateUserInput{ID: user, Tags: platform.Tags{"one:colour": "red"}})),
			"update message as bot": second(b.bot.UpdateMessage(ctx, &platform.UpdateMessageInput{ID: message, Tags: platform.Tags{"colour": "red"}})),
		} {
			refused(t, what, err, platform.TypeInvalidPayload)
			if err != nil && !strings.Contains(err.Error(), `"colour" is not declared`) {
				t.Errorf("%s: the error does not name the tag: %v", what, err)
			}
		}
		if got := must(b.one.GetUser(ctx, &platform.GetUserInput{ID: user})).User.Tags; !maps.Equal(got, platform.Tags{"id": "u"}) {
			t.Errorf("the user's tags were changed all the same: %v", got)
		}
		if n := len(must(b.one.ListMessages(ctx, &platform.ListMessagesInput{})).Messages); n != 1 {
			t.Errorf("%d messages, want 1: a refused one was written", n)
		}
		if n := len(must(b.one.ListConversations(ctx, &platform.ListConversationsInput{})).Conversations); n != 1 {
			t.Errorf("%d conversations, want 1: a refused one was written", n)
		}
		if got := b.delivered(); len(got) != 0 {
			t.Errorf("delivered %v", got)
		}
	})
}

// Another bot sees nothing of this one, and the same tags are others there.
func TestOtherBotsRows(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		user, conversation, message := b.chat()
		const other = "bot_2"
		if err := b.service.Store.Update(ctx, func(tx *store.Tx) error {
			if err := tx.CreateBot(ctx, store.Bot{ID: other}); err != nil {
				return err
			}
			return tx.PutInstallation(ctx, &store.Installation{
				ID: "inst_other", BotID: other, Alias: "one", IntegrationID: integrationID, WebhookID: "other",
				Enabled: true, Status: store.StatusRegistered, Configuration: json.RawMessage("{}"),
			})
		}); err != nil {
			t.Fatal(err)
		}
		transport := b.service.Transport(b.service.Trust)
		for who, client := range map[string]*platform.Client{
			"the other bot":               platform.NewClient(transport, platform.Caller{BotID: other}),
			"the same alias on the other": platform.NewClient(transport, platform.Caller{BotID: other, IntegrationID: integrationID, IntegrationAlias: "one"}),
		} {
			for what, err := range map[string]error{
				"get user":            second(client.GetUser(ctx, &platform.GetUserInput{ID: user})),
				"update user":         second(client.UpdateUser(ctx, &platform.UpdateUserInput{ID: user})),
				"get conversation":    second(client.GetConversation(ctx, &platform.GetConversationInput{ID: conversation})),
				"delete conversation": second(client.DeleteConversation(ctx, &platform.DeleteConversationInput{ID: conversation})),
				"get message":         second(client.GetMessage(ctx, &platform.GetMessageInput{ID: message})),
				"delete message":      second(client.DeleteMessage(ctx, &platform.DeleteMessageInput{ID: message})),
			} {
				refused(t, who+": "+what, err, platform.TypeResourceNotFound)
			}
			if n := len(must(client.ListMessages(ctx, &platform.ListMessagesInput{})).Messages); n != 0 {
				t.Errorf("%s lists %d messages", who, n)
			}
		}
		there := platform.NewClient(transport, platform.Caller{BotID: other, IntegrationID: integrationID, IntegrationAlias: "one"})
		if got := must(there.GetOrCreateUser(ctx, &platform.GetOrCreateUserInput{Tags: platform.Tags{"id": "u"}})); got.User.ID == user || !got.Meta.Created {
			t.Errorf("the other bot's installation found user %s of this one", got.User.ID)
		}
	})
}
