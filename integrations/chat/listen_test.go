package chat

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

const (
	listenSecret       = "of an own back end, which keeps it well"
	listenConversation = "conv_01JG0000000000000000000001"
	listenUser         = "user_01JG0000000000000000000002"
)

// listening returns a platform with one conversation, and what listens to it:
// lastID is the Last-Event-ID. It ends when ctx does.
func listening(t *testing.T, messages []platform.Message) func(ctx context.Context, w http.ResponseWriter, userAgent, lastID string) {
	t.Helper()
	p := integrationtest.NewPlatform()
	integrationtest.On(p, platform.OpGetUser, func(in *platform.GetUserInput) (*platform.GetUserOutput, error) {
		return &platform.GetUserOutput{User: platform.User{ID: in.ID}}, nil
	})
	integrationtest.On(p, platform.OpGetConversation, func(in *platform.GetConversationInput) (*platform.GetConversationOutput, error) {
		return &platform.GetConversationOutput{Conversation: platform.Conversation{ID: in.ID}}, nil
	})
	integrationtest.On(p, platform.OpGetParticipant, func(*platform.GetParticipantInput) (*platform.GetParticipantOutput, error) {
		return &platform.GetParticipantOutput{}, nil
	})
	integrationtest.On(p, platform.OpListMessages, func(in *platform.ListMessagesInput) (*platform.ListMessagesOutput, error) {
		return listPage(messages, in.NextToken)
	})
	h, err := newHandler(integration.Env{Transport: p})
	if err != nil {
		t.Fatal(err)
	}
	config, err := json.Marshal(Configuration{EncryptionKey: listenSecret})
	if err != nil {
		t.Fatal(err)
	}
	return func(ctx context.Context, w http.ResponseWriter, userAgent, lastID string) {
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/conversations/"+listenConversation+"/listen", nil)
		r.Header.Set("X-User-Key", signKey(listenSecret, listenUser, time.Now()))
		r.Header.Set("User-Agent", userAgent)
		r.Header.Set("Last-Event-Id", lastID)
		h.(wire.Streamer).Stream(w, r, &wire.Request{BotID: integrationtest.BotID, WebhookID: "w", Configuration: config})
	}
}

// listPage answers 50 of the messages, newest first; the token is where the
// next ones begin.
func listPage(messages []platform.Message, token string) (*platform.ListMessagesOutput, error) {
	from := 0
	if token != "" {
		if _, err := fmt.Sscan(token, &from); err != nil {
			return nil, err
		}
	}
	out := &platform.ListMessagesOutput{}
	for i := len(messages) - 1 - from; i >= 0 && len(out.Messages) < 50; i-- {
		out.Messages = append(out.Messages, messages[i])
	}
	if from+50 < len(messages) {
		out.Meta.NextToken = fmt.Sprint(from + 50)
	}
	return out, nil
}

func numbered(n int) (messages []platform.Message) {
	for i := range n {
		messages = append(messages, platform.Message{
			ID: fmt.Sprintf("msg_01JG000000000000000000%04d", i), Type: "text", Payload: json.RawMessage(`{"text":"x"}`), UserID: listenUser,
		})
	}
	return messages
}

// silence records the longest time between two writes.
type silence struct {
	header  http.Header
	body    bytes.Buffer
	last    time.Time
	longest time.Duration
}

func (s *silence) Header() http.Header { return s.header }
func (s *silence) WriteHeader(int)     { s.last = time.Now() }
func (s *silence) Flush()              {}
func (s *silence) Write(p []byte) (int, error) {
	s.longest = max(s.longest, time.Since(s.last))
	s.last = time.Now()
	return s.body.Write(p)
}

// The official client under Node loses a connection that is silent for five
// seconds. Clients that are known to be others are not woken as often.
func TestStreamIsNotSilentForTheOfficialClient(t *testing.T) {
	t.Parallel()
	for userAgent, most := range map[string]time.Duration{
		"": 4 * time.Second, "axios/1.2.5": 4 * time.Second, "Mozilla/5.0 (X11)": beatInterval, "Go-http-client/1.1": beatInterval,
	} {
		t.Run(userAgent, func(t *testing.T) {
			t.Parallel()
			listen := listening(t, nil)
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				w := &silence{header: http.Header{}}
				listen(ctx, w, userAgent, "")
				if w.longest > most || most == beatInterval && w.longest < beatInterval {
					t.Errorf("silent for %v, want %v at most", w.longest, most)
				}
				if n := strings.Count(w.body.String(), "data: ping"); n < 2 || n > 3 {
					t.Errorf("%d pings in a minute, want one every %v", n, beatInterval)
				}
			})
		})
	}
}

// A client that comes back gets all that it missed, or is asked to read the
// list again: never a part of it in silence.
func TestStreamHasNoSilentGap(t *testing.T) {
	t.Parallel()
	all := numbered(600)
	without := func(i int) []platform.Message { return append(append([]platform.Message{}, all[:i]...), all[i+1:]...) }
	for name, c := range map[string]struct {
		messages []platform.Message
		last     string
		first    string // the first message that is sent
		sent     int
		reset    bool
	}{
		"nothing missed":              {all, all[599].ID, "", 0, false},
		"some":                        {all, all[569].ID, all[570].ID, 30, false},
		"as many as are sent":         {all, all[399].ID, all[400].ID, catchUp, false},
		"one more":                    {all, all[398].ID, all[400].ID, catchUp, true},
		"many more":                   {all, all[0].ID, all[400].ID, catchUp, true},
		"a deleted message":           {without(569), all[569].ID, all[570].ID, 30, true},
		"a deleted message long ago":  {without(100), all[100].ID, all[400].ID, catchUp, true},
		"the newest, deleted":         {without(599), all[599].ID, "", 0, true},
		"an unknown message":          {all[:20], "msg_00000000000000000000000000", all[0].ID, 20, true},
		"an id of no message":         {all[:20], "42", all[0].ID, 20, true},
		"a conversation now empty":    {nil, all[0].ID, "", 0, true},
		"a first visit has no cursor": {all, "", "", 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			listen := listening(t, c.messages)
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				w := &silence{header: http.Header{}}
				listen(ctx, w, "", c.last)
				body := w.body.String()
				if got := strings.Contains(body, `"type":"reset"`); got != c.reset {
					t.Errorf("reset = %v, want %v", got, c.reset)
				}
				if got := strings.Count(body, `"type":"message_created"`); got != c.sent {
					t.Errorf("%d messages, want %d", got, c.sent)
				}
				if _, rest, _ := strings.Cut(body, "\nid: "); c.first != "" && !strings.HasPrefix(rest, c.first) {
					t.Errorf("the first message is %.40q, want %s", rest, c.first)
				}
			})
		})
	}
}
