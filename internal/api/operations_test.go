package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

func TestTagsByCaller(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	id, _, _ := b.chat()
	user := func(c *platform.Client) platform.Tags {
		return must(c.GetUser(ctx, &platform.GetUserInput{ID: id})).User.Tags
	}
	set := func(c *platform.Client, tags platform.Tags) error {
		_, err := c.UpdateUser(ctx, &platform.UpdateUserInput{ID: id, Tags: tags})
		return err
	}
	if err := set(b.bot, platform.Tags{"vip": "yes", "one:name": "Ada"}); err != nil {
		t.Fatal(err)
	}
	if got, want := user(b.bot), (platform.Tags{"one:id": "u", "one:name": "Ada", "vip": "yes"}); !maps.Equal(got, want) {
		t.Errorf("the bot sees %v, want %v", got, want)
	}
	if got, want := user(b.one), (platform.Tags{"id": "u", "name": "Ada"}); !maps.Equal(got, want) {
		t.Errorf("the integration sees %v, want %v", got, want)
	}
	for what, err := range map[string]error{
		"undeclared by the integration": set(b.one, platform.Tags{"colour": "red"}),
		"undeclared by the bot":         set(b.bot, platform.Tags{"colour": "red"}),
		"of no installation":            set(b.bot, platform.Tags{"three:id": "x"}),
	} {
		refused(t, what, err, platform.TypeInvalidPayload)
		if err != nil && !strings.Contains(err.Error(), "colour") && !strings.Contains(err.Error(), "three") {
			t.Errorf("%s: the error does not name the tag: %v", what, err)
		}
	}
	if err := set(b.one, platform.Tags{"name": ""}); err != nil {
		t.Fatal(err)
	}
	if got, want := user(b.bot), (platform.Tags{"one:id": "u", "vip": "yes"}); !maps.Equal(got, want) {
		t.Errorf("after an empty value the bot sees %v, want %v", got, want)
	}
}

// TestOwnDataOnly lets the installation two try what is the installation
// one's, although both are of one integration and one bot.
func TestOwnDataOnly(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	user, conversation, message := b.chat()
	must(b.one.SetState(ctx, &platform.SetStateInput{Type: platform.StateIntegration, ID: integrationID, Name: "account", Payload: json.RawMessage(`{"of":"one"}`)}))
	event := must(b.one.CreateEvent(ctx, &platform.CreateEventInput{Type: "opened", Payload: json.RawMessage("{}"), ConversationID: conversation})).Event.ID
	for what, err := range map[string]error{
		"get user":            second(b.two.GetUser(ctx, &platform.GetUserInput{ID: user})),
		"update user":         second(b.two.UpdateUser(ctx, &platform.UpdateUserInput{ID: user, Tags: platform.Tags{"name": "x"}})),
		"delete user":         second(b.two.DeleteUser(ctx, &platform.DeleteUserInput{ID: user})),
		"get conversation":    second(b.two.GetConversation(ctx, &platform.GetConversationInput{ID: conversation})),
		"update conversation": second(b.two.UpdateConversation(ctx, &platform.UpdateConversationInput{ID: conversation})),
		"delete conversation": second(b.two.DeleteConversation(ctx, &platform.DeleteConversationInput{ID: conversation})),
		"get message":         second(b.two.GetMessage(ctx, &platform.GetMessageInput{ID: message})),
		"update message":      second(b.two.UpdateMessage(ctx, &platform.UpdateMessageInput{ID: message, Tags: platform.Tags{"ts": "2"}})),
		"delete message":      second(b.two.DeleteMessage(ctx, &platform.DeleteMessageInput{ID: message})),
		"get event":           second(b.two.GetEvent(ctx, &platform.GetEventInput{ID: event})),
		"get state":           second(b.two.GetState(ctx, &platform.GetStateInput{Type: platform.StateIntegration, ID: integrationID, Name: "account"})),
	} {
		refused(t, what, err, platform.TypeResourceNotFound)
	}
	if list := must(b.two.ListMessages(ctx, &platform.ListMessagesInput{})).Messages; len(list) != 0 {
		t.Errorf("two lists %v", list)
	}
	if list := must(b.two.ListUsers(ctx, &platform.ListUsersInput{})).Users; len(list) != 0 {
		t.Errorf("two lists %v", list)
	}
	if got := must(b.bot.GetMessage(ctx, &platform.GetMessageInput{ID: message})).Message; got.Tags["one:ts"] != "1" {
		t.Errorf("the message changed: %+v", got)
	}
}

func second[Out any](_ *Out, err error) error { return err }

func TestUpdatesAreTold(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	_, conversation, message := b.chat()
	reply := must(b.bot.CreateMessage(ctx, &platform.CreateMessageInput{
		ConversationID: conversation, UserID: must(b.bot.CreateUser(ctx, &platform.CreateUserInput{})).User.ID, Type: "text", Payload: json.RawMessage(`{"text":"a"}`),
	})).Message
	sent := b.delivered()
	must(b.one.UpdateMessage(ctx, &platform.UpdateMessageInput{ID: message, Tags: platform.Tags{"ts": "2"}}))
	must(b.bot.UpdateMessage(ctx, &platform.UpdateMessageInput{ID: reply.ID, Payload: json.RawMessage(`{"text":"a"}`)}))
	must(b.bot.UpdateConversation(ctx, &platform.UpdateConversationInput{ID: conversation, Tags: platform.Tags{"one:id": "c"}}))
	if got := b.delivered(); len(got) != 0 {
		t.Errorf("told of %v: neither an own change nor none is to be told", got)
	}
	must(b.bot.UpdateMessage(ctx, &platform.UpdateMessageInput{ID: reply.ID, Payload: json.RawMessage(`{"text":"b"}`)}))
	must(b.bot.UpdateConversation(ctx, &platform.UpdateConversationInput{ID: conversation, Tags: platform.Tags{"one:id": "c2"}}))
	told := b.delivered()
	if len(told) != 2 || told[0].Operation != wire.OpMessageUpdated || told[1].Operation != wire.OpConversationUpdated {
		t.Fatalf("told %+v", told)
	}
	if lane := sent[len(sent)-1].Lane; told[0].Lane != lane || told[1].Lane != lane {
		t.Errorf("lanes %s and %s, want that of the message, %s", told[0].Lane, told[1].Lane, lane)
	}
	var body platform.MessageUpdatedBody
	if err := json.Unmarshal(told[0].Body, &body); err != nil {
		t.Fatal(err)
	}
	if string(body.PreviousMessage.Payload) != `{"text":"a"}` || string(body.CurrentMessage.Payload) != `{"text":"b"}` {
		t.Errorf("body %s", told[0].Body)
	}
}

func TestIntegrationCreatesForBot(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	_, err := b.bot.CreateUser(ctx, &platform.CreateUserInput{IntegrationName: "one", Tags: platform.Tags{"one:name": "Ada"}})
	refused(t, "without the required tag", err, platform.TypeInvalidPayload)
	var asked []string
	b.create = func(operation string, body []byte) (string, error) {
		asked = append(asked, operation+" "+string(body))
		if operation == wire.OpCreateUser {
			return must(b.one.GetOrCreateUser(ctx, &platform.GetOrCreateUserInput{Tags: platform.Tags{"id": "u", "name": "from one"}})).User.ID, nil
		}
		return "", nil
	}
	u := must(b.bot.CreateUser(ctx, &platform.CreateUserInput{IntegrationName: "one", Tags: platform.Tags{"one:id": "u"}})).User
	if u.Tags["one:name"] != "from one" {
		t.Errorf("the user is not the integration's: %+v", u)
	}
	c := must(b.bot.CreateConversation(ctx, &platform.CreateConversationInput{IntegrationName: "one", Channel: "dm", Tags: platform.Tags{"one:id": "c"}})).Conversation
	if c.ID == "" || c.Tags["one:id"] != "c" {
		t.Errorf("the platform did not make what the integration left to it: %+v", c)
	}
	if want := []string{`create_user {"tags":{"id":"u"}}`, `create_conversation {"channel":"dm","tags":{"id":"c"}}`}; !slices.Equal(asked, want) {
		t.Errorf("asked %q, want %q", asked, want)
	}
	b.create = func(string, []byte) (string, error) { return "", errors.New("it is down") }
	if _, err := b.bot.CreateConversation(ctx, &platform.CreateConversationInput{IntegrationName: "one", Channel: "dm"}); err == nil {
		t.Error("a failed creation is no error")
	}
}

func TestScheduled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, ctx := setup(t), context.Background()
		running, stop := context.WithCancel(ctx)
		var wg sync.WaitGroup
		wg.Go(func() { _ = b.service.Run(running) })
		defer wg.Wait()
		defer stop()
		user, conversation, _ := b.chat()
		b.delivered()
		in := func(ms int64) *platform.Schedule { return &platform.Schedule{Delay: &ms} }
		message := must(b.bot.CreateMessage(ctx, &platform.CreateMessageInput{
			ConversationID: conversation, UserID: user, Type: "text", Payload: json.RawMessage(`{"text":"later"}`), Schedule: in(60_000),
		})).Message.ID
		event := func(ms int64) string {
			return must(b.one.CreateEvent(ctx, &platform.CreateEventInput{Type: "opened", Payload: json.RawMessage("{}"), Schedule: in(ms)})).Event.ID
		}
		first, cancelled := event(30_000), event(40_000)
		must(b.one.CancelScheduledEvent(ctx, &platform.CancelScheduledEventInput{ID: cancelled}))
		must(b.bot.SetState(ctx, &platform.SetStateInput{Type: platform.StateUser, ID: user, Name: "mood", Payload: json.RawMessage(`{}`), Expiry: platform.Set[int64](90_000)}))
		for _, step := range []struct {
			wait time.Duration
			want string
		}{
			{29 * time.Second, ""}, {2 * time.Second, "event " + first}, {28 * time.Second, ""},
			{2 * time.Second, "message " + message}, {28 * time.Second, ""}, {2 * time.Second, "state_expired"},
		} {
			<-time.After(step.wait)
			synctest.Wait()
			var got []string
			for _, d := range b.delivered() {
				switch {
				case d.Type == platform.EventStateExpired:
					got = append(got, "state_expired")
				case d.MessageID != "":
					got = append(got, "message "+d.MessageID)
				default:
					got = append(got, "event "+d.EventID)
				}
			}
			if text := strings.Join(got, ", "); text != step.want {
				t.Errorf("after %s more: %q, want %q", step.wait, text, step.want)
			}
		}
	})
}

func TestPages(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	user, conversation, _ := b.chat()
	for i := range 7 {
		must(b.one.CreateMessage(ctx, &platform.CreateMessageInput{
			ConversationID: conversation, UserID: user, Type: "text", Payload: json.RawMessage(fmt.Sprintf(`{"text":"%d"}`, i)),
		}))
	}
	var seen []string
	in := &platform.ListMessagesInput{ConversationID: conversation, PageSize: 3}
	for {
		out := must(b.one.ListMessages(ctx, in))
		for _, m := range out.Messages {
			if slices.Contains(seen, m.ID) {
				t.Errorf("message %s is on two pages", m.ID)
			}
			seen = append(seen, m.ID)
		}
		if in.NextToken = out.Meta.NextToken; in.NextToken == "" {
			break
		}
	}
	if len(seen) != 8 || !slices.IsSortedFunc(seen, func(a, b string) int { return strings.Compare(b, a) }) {
		t.Errorf("%d messages, want 8, newest first: %v", len(seen), seen)
	}
	in.NextToken = "rubbish"
	refused(t, "a page token that is none", second(b.one.ListMessages(ctx, in)), platform.TypeInvalidQuery)
}

func TestDisabledInstallationIsQueuedFor(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	user, conversation, _ := b.chat()
	b.delivered()
	err := b.service.Store.Update(ctx, func(tx *store.Tx) error {
		in, err := tx.Installation(ctx, "inst_one")
		if err != nil {
			return err
		}
		in.Enabled = false
		return tx.PutInstallation(ctx, in)
	})
	if err != nil {
		t.Fatal(err)
	}
	b.service.Catalog.Invalidate()
	m := must(b.bot.CreateMessage(ctx, &platform.CreateMessageInput{ConversationID: conversation, UserID: user, Type: "text", Payload: json.RawMessage(`{"text":"x"}`)}))
	if got := b.delivered(); len(got) != 1 || got[0].InstallationID != "inst_one" || got[0].MessageID != m.Message.ID {
		t.Errorf("queued %v, want the message for the installation", got)
	}
	refused(t, "a disabled integration's call", second(b.one.ListMessages(ctx, &platform.ListMessagesInput{})), platform.TypeForbidden)
}
