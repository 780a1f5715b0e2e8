package sdk_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/internal/sdk"
	"github.com/bellhop-dev/bellhop/platform"
)

// attempt is a client for one attempt of a delivery.
func attempt(p platform.Transport, id string) *platform.Client {
	return platform.NewClient(sdk.Keyed(p, id, slog.New(slog.DiscardHandler)), platform.Caller{BotID: "bot_1"})
}

func say(ctx context.Context, c *platform.Client, conversation, text string) (string, error) {
	payload, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		return "", err
	}
	out, err := c.CreateMessage(ctx, &platform.CreateMessageInput{ConversationID: conversation, UserID: "bot_1", Type: "text", Payload: payload})
	if err != nil {
		return "", err
	}
	var got struct{ Text string }
	err = json.Unmarshal(out.Message.Payload, &got)
	return got.Text, err
}

// texts are the messages of a conversation.
func texts(t *testing.T, p *integrationtest.Platform, conversation string) []string {
	t.Helper()
	var all []string
	for _, m := range p.Messages() {
		var got struct{ Text string }
		if err := json.Unmarshal(m.Payload, &got); err != nil {
			t.Fatal(err)
		}
		if m.ConversationID == conversation {
			all = append(all, got.Text)
		}
	}
	return all
}

func TestFirstWordsOfARetriedTurnStand(t *testing.T) {
	t.Parallel()
	p := integrationtest.NewPlatform()
	for i, words := range [][]string{{"Hi!"}, {"Hello!", "How are you?"}, {"Good day!", "What now?", "Bye."}} {
		c := attempt(p, "dlv_1")
		for _, w := range words {
			if _, err := say(t.Context(), c, "conv_1", w); err != nil {
				t.Fatalf("attempt %d: %v", i+1, err)
			}
		}
	}
	if got, want := texts(t, p, "conv_1"), []string{"Hi!", "How are you?", "Bye."}; !slices.Equal(got, want) {
		t.Errorf("said %q, want %q", got, want)
	}
	if _, err := say(t.Context(), attempt(p, "dlv_2"), "conv_1", "Hi!"); err != nil {
		t.Fatal(err)
	}
	if got := texts(t, p, "conv_1"); len(got) != 4 {
		t.Errorf("said %q, want the message of another delivery too", got)
	}
}

// Goroutines change places between attempts, and each attempt may end after
// any call, whose answer may be lost.
func TestCallsThatChangePlacesAreMadeOnce(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		p := integrationtest.NewPlatform()
		var want []string
		for i := range 1 + random.IntN(5) {
			want = append(want, fmt.Sprint("m", i))
		}
		for try := range 6 {
			c, order := attempt(p, "dlv_1"), random.Perm(len(want))
			end := random.IntN(len(want) + 1)
			if try == 5 {
				end = len(want)
			}
			for _, i := range order[:end] {
				if _, err := say(t.Context(), c, "conv_1", want[i]); err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
			}
		}
		got := texts(t, p, "conv_1")
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Fatalf("seed %d: said %q, want each of %q once", seed, got, want)
		}
	}
}

func TestGoroutinesOfATurn(t *testing.T) {
	t.Parallel()
	p := integrationtest.NewPlatform()
	const many = 20
	for range 3 {
		c := attempt(p, "dlv_1")
		var wg sync.WaitGroup
		for i := range many {
			wg.Go(func() {
				if _, err := say(t.Context(), c, fmt.Sprint("conv_", i%2), fmt.Sprint(i)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	got := append(texts(t, p, "conv_0"), texts(t, p, "conv_1")...)
	slices.Sort(got)
	if len(got) != many || len(slices.Compact(got)) != many {
		t.Errorf("said %q, want %d messages once each", got, many)
	}
}

func TestActionsByTheirInput(t *testing.T) {
	t.Parallel()
	p := integrationtest.NewPlatform()
	var ran []string
	integrationtest.On(p, platform.OpCallAction, func(in *platform.CallActionInput) (*platform.CallActionOutput, error) {
		ran = append(ran, string(in.Input))
		return &platform.CallActionOutput{Output: in.Input}, nil
	})
	call := func(ctx context.Context, c *platform.Client, input string) string {
		out, err := c.CallAction(ctx, &platform.CallActionInput{Type: "desk:create", Input: json.RawMessage(input)})
		if err != nil {
			t.Fatal(err)
		}
		return string(out.Output)
	}
	for _, order := range [][]string{{`{"n":1}`, `{"n":2}`, `{"n":1}`}, {`{"n":2}`, `{"n":1}`, `{"n":1}`}} {
		c := attempt(p, "dlv_1")
		for _, input := range order {
			if got := call(t.Context(), c, input); got != input {
				t.Errorf("the action of %s answered %s: the output of another call", input, got)
			}
		}
	}
	if len(ran) != 3 {
		t.Errorf("actions ran with %q, want each of the three calls once", ran)
	}
	ctx := sdk.Named(t.Context(), "ticket")
	for _, input := range []string{`{"title":"a"}`, `{"title":"b"}`} {
		if got := call(ctx, attempt(p, "dlv_1"), input); got != `{"title":"a"}` {
			t.Errorf("the named action answered %s, want the output of the first attempt", got)
		}
	}
	if len(ran) != 4 {
		t.Errorf("actions ran with %q, want the named one once", ran)
	}
}

// failing loses answers.
type failing struct {
	platform.Transport
	lose int
}

func (f *failing) Do(ctx context.Context, call *platform.Call) error {
	err := f.Transport.Do(ctx, call)
	if f.lose > 0 {
		f.lose--
		return errors.New("the answer was lost")
	}
	return err
}

func TestOwnRepeatsOfATurnAreOneCall(t *testing.T) {
	t.Parallel()
	p := integrationtest.NewPlatform()
	c := attempt(&failing{p, 2}, "dlv_1")
	for tries := 1; ; tries++ {
		if _, err := say(t.Context(), c, "conv_1", "hi"); err == nil {
			break
		} else if tries > 2 {
			t.Fatal(err)
		}
	}
	if got := texts(t, p, "conv_1"); !slices.Equal(got, []string{"hi"}) {
		t.Errorf("said %q, want it once", got)
	}
}

func TestKeysOfTheAuthor(t *testing.T) {
	t.Parallel()
	p := integrationtest.NewPlatform()
	in := platform.CreateMessageInput{ConversationID: "conv_1", Type: "text", Payload: json.RawMessage(`{"text":"a"}`), IdempotencyKey: "mine"}
	for range 2 { // the same key in different deliveries
		if _, err := attempt(p, "dlv_1").CreateMessage(t.Context(), &in); err != nil {
			t.Fatal(err)
		}
	}
	in.Payload = json.RawMessage(`{"text":"b"}`)
	if _, err := attempt(p, "dlv_1").CreateMessage(t.Context(), &in); !platform.IsType(err, platform.TypeAlreadyExists) {
		t.Errorf("another payload under an own key: %v, want AlreadyExists", err)
	}
	for range 2 {
		if _, err := say(sdk.Unkeyed(t.Context()), attempt(p, "dlv_1"), "conv_1", "again"); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := texts(t, p, "conv_1"), []string{"a", "again", "again"}; !slices.Equal(got, want) {
		t.Errorf("said %q, want %q", got, want)
	}
	if in.IdempotencyKey != "mine" {
		t.Error("the caller's input was changed")
	}
}

func TestEventsAndRowsOfARetriedTurn(t *testing.T) {
	t.Parallel()
	p := integrationtest.NewPlatform()
	users := 0
	integrationtest.On(p, platform.OpCreateUser, func(in *platform.CreateUserInput) (*platform.CreateUserOutput, error) {
		users++
		return &platform.CreateUserOutput{User: platform.User{ID: fmt.Sprint("user_", users), Tags: in.Tags}}, nil
	})
	for i := range 3 {
		c := attempt(p, "dlv_1")
		if _, err := c.CreateEvent(t.Context(), &platform.CreateEventInput{Type: "due", Payload: json.RawMessage(fmt.Sprint(`{"n":`, i, `}`))}); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"a", "b"} {
			out, err := c.CreateUser(t.Context(), &platform.CreateUserInput{Tags: platform.Tags{"id": name}})
			if err != nil || out.User.Tags["id"] != name {
				t.Fatalf("CreateUser = %+v, %v; want user %s", out, err, name)
			}
		}
		if _, err := c.InitializeIncomingMessage(t.Context(), &platform.InitializeIncomingMessageInput{
			User: &platform.IncomingUser{Tags: platform.Tags{"id": "u"}}, Conversation: &platform.IncomingConversation{Channel: "dm", Tags: platform.Tags{"id": "c"}},
			Message: &platform.IncomingMessage{Type: "text", Payload: json.RawMessage(fmt.Sprint(`{"text":"`, i, `"}`))},
		}); err != nil {
			t.Fatal(err)
		}
	}
	if len(p.Events()) != 1 || users != 2 || len(p.Messages()) != 1 {
		t.Errorf("%d events, %d users, %d messages; want 1, 2 and 1", len(p.Events()), users, len(p.Messages()))
	}
}

// A message that the turn deleted itself is no obstacle to its retry.
func TestDeletedMessageOfARetriedTurn(t *testing.T) {
	t.Parallel()
	p := integrationtest.NewPlatform()
	if _, err := say(t.Context(), attempt(p, "dlv_1"), "conv_1", "one moment"); err != nil {
		t.Fatal(err)
	}
	id := p.Messages()[0].ID
	if _, err := attempt(p, "").DeleteMessage(t.Context(), &platform.DeleteMessageInput{ID: id}); err != nil {
		t.Fatal(err)
	}
	if _, err := say(t.Context(), attempt(p, "dlv_1"), "conv_1", "a second"); err != nil || len(p.Messages()) != 0 {
		t.Errorf("the retry: %v, messages %v; want none", err, p.Messages())
	}
}

func TestKeysFitTheirLimit(t *testing.T) {
	t.Parallel()
	p := integrationtest.NewPlatform()
	ctx := sdk.Named(t.Context(), strings.Repeat("ü ", 1000))
	if _, err := say(ctx, attempt(p, "dlv_01JG0000000000000000000000"), "conv_1", "a"); err != nil {
		t.Error(err)
	}
}
