package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/bellhop-dev/bellhop/integrations/chat/chatclient"
	"github.com/bellhop-dev/bellhop/platform"
)

type chatCommand struct {
	access
	botFlag
	Alias string        `help:"Alias of the chat installation on the bot." default:"chat"`
	Fresh bool          `help:"Start a new conversation, as a new user, in place of the last one."`
	Wait  time.Duration `help:"How long to wait for an answer when the input has ended or is not a terminal, such as 30s." default:"10s"`
	Chat  string        `name:"chat-url" help:"Webhook address of a chat installation (\"bellhop install get chat\" shows it); no token is needed then." placeholder:"URL"`
}

// Help adds an example to the command's help.
func (chatCommand) Help() string {
	return `Lines that you type are sent; what the bot says is printed. Ctrl-D ends.
Choices are numbered: type a number to pick one.
The conversation is kept in <data>/chat.json, so the next run goes on with it.
When the input is not a terminal, each line waits for the answer to the one before.`
}

// chatState is kept between runs.
type chatState struct {
	URL            string `json:"url"`
	Key            string `json:"key"`
	ConversationID string `json:"conversationId"`
}

// terminalChat is one running chat.
type terminalChat struct {
	s      *session
	client *chatclient.Client
	state  chatState
	user   string

	wait    time.Duration // for an answer
	patient bool          // whether each line waits for the answer to the one before
	asked   bool          // whether the last line has no answer yet
	silent  bool          // whether a line got no answer in time

	mu      sync.Mutex
	seen    map[string]bool
	choices []string
	heard   chan struct{} // a token when the bot has said something since the last look
}

// Run chats until the input ends or ctx is done.
func (c *chatCommand) Run(ctx context.Context, s *session) error {
	address, err := c.address(ctx, s)
	if err != nil {
		return err
	}
	t := &terminalChat{s: s, seen: map[string]bool{}, heard: make(chan struct{}, 1), wait: c.Wait, patient: !isTerminal(s.Stdin)}
	if err := t.open(ctx, address, c.Fresh); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ready := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		t.listen(ctx, ready)
	}()
	select {
	case <-ready:
	case <-ctx.Done():
		return nil
	case <-time.After(15 * time.Second):
		return unreachableError{address, errors.New("the conversation could not be opened")}
	}
	if err := t.history(ctx); err != nil {
		return err
	}
	if !t.patient {
		fmt.Fprintln(s.Stderr, "Write a line and press Enter; Ctrl-D ends.")
	}
	err = t.read(ctx)
	if err == nil {
		t.linger(ctx)
	}
	stop()
	<-ended
	if err == nil && t.silent {
		return fmt.Errorf("the bot did not answer within %s; %s", t.wait, t.look())
	}
	return err
}

// look is how to find out why the bot says nothing.
func (t *terminalChat) look() string {
	return fmt.Sprintf("\"bellhop conversation trace %s\" shows each attempt and its error", t.state.ConversationID)
}

func (c *chatCommand) address(ctx context.Context, s *session) (string, error) {
	if c.Chat != "" {
		if u, err := url.Parse(c.Chat); err != nil || u.Host == "" {
			return "", usagef("chat-url: %q is not an address such as http://127.0.0.1:8080/webhooks/ID", c.Chat)
		}
		return c.Chat, nil
	}
	client, bot, err := c.find(ctx, s)
	if err != nil {
		return "", err
	}
	out, err := client.GetInstallation(ctx, &platform.GetInstallationInput{BotID: bot, Alias: c.Alias})
	if err != nil {
		return "", err
	}
	return out.Installation.WebhookURL, nil
}

// open goes on with the kept conversation, or starts one.
func (t *terminalChat) open(ctx context.Context, address string, fresh bool) error {
	path := filepath.Join(t.s.access.Data, "chat.json")
	if data, err := os.ReadFile(path); err == nil && !fresh {
		if json.Unmarshal(data, &t.state) == nil && sameChat(t.state.URL, address) {
			t.client = &chatclient.Client{URL: address, Key: t.state.Key}
			if t.user, err = t.client.User(ctx); err == nil {
				return nil
			}
		}
	}
	t.client = &chatclient.Client{URL: address}
	var err error
	if t.user, err = t.client.CreateUser(ctx); err != nil {
		return fmt.Errorf("start a chat: %w", reached(ctx, address, err))
	}
	id, err := t.client.CreateConversation(ctx)
	if err != nil {
		return fmt.Errorf("start a chat: %w", reached(ctx, address, err))
	}
	t.state = chatState{URL: address, Key: t.client.Key, ConversationID: id}
	data, err := json.Marshal(t.state)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}

// sameChat reports whether two addresses are of one chat, whose server may have
// moved to another port of the machine.
func sameChat(a, b string) bool {
	u, err := url.Parse(a)
	if err != nil {
		return false
	}
	v, err := url.Parse(b)
	return err == nil && u.Scheme == v.Scheme && u.Hostname() == v.Hostname() && u.Path == v.Path
}

// listen follows the conversation and comes back after a broken connection,
// reading what was said meanwhile.
func (t *terminalChat) listen(ctx context.Context, ready chan struct{}) {
	first := true
	for ctx.Err() == nil {
		err := t.client.Listen(ctx, t.state.ConversationID, func() {
			if first {
				first = false
				close(ready)
				return
			}
			_ = t.history(ctx) // the next reconnection tries again
		}, func(e chatclient.Event) error {
			if e.Type == "message_failed" {
				t.failed(e.Data)
			}
			if e.Type != "message_created" {
				return nil
			}
			var m chatclient.Message
			if err := json.Unmarshal(e.Data, &m); err != nil {
				return nil // an event of a newer server
			}
			t.show(&m)
			return nil
		})
		if err != nil && ctx.Err() == nil {
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}
}

// failed reports that the bot did not get a message, or not yet.
func (t *terminalChat) failed(data json.RawMessage) {
	var signal struct{ Outcome string }
	if json.Unmarshal(data, &signal) != nil {
		return // of a newer server
	}
	text := "the bot did not take the message"
	if signal.Outcome == "waiting" {
		text = "the bot is not available now; the message waits for it"
	}
	fmt.Fprintf(t.s.Stderr, "%s; %s\n", text, t.look())
}

func (t *terminalChat) history(ctx context.Context) error {
	messages, err := t.client.Messages(ctx, t.state.ConversationID)
	if err != nil {
		return fmt.Errorf("read the conversation: %w", err)
	}
	for i := len(messages) - 1; i >= 0; i-- {
		t.show(&messages[i])
	}
	return nil
}

func (t *terminalChat) read(ctx context.Context) error {
	lines := make(chan string)
	failed := make(chan error, 1)
	go func() { // ends with the process: reading a terminal cannot be interrupted
		defer close(lines)
		scanner := bufio.NewScanner(t.s.Stdin)
		scanner.Buffer(nil, 1<<20)
		for scanner.Scan() {
			select {
			case lines <- scanner.Text():
			case <-ctx.Done():
				return
			}
		}
		failed <- scanner.Err()
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case line, ok := <-lines:
			if !ok {
				return <-failed
			}
			if t.patient {
				t.answered(ctx)
			}
			line = t.choice(strings.TrimSpace(line))
			if line == "" {
				continue
			}
			select {
			case <-t.heard: // said before this line
			default:
			}
			t.asked = true
			m, err := t.client.Send(ctx, t.state.ConversationID, line)
			if err != nil {
				return fmt.Errorf("send: %w", err)
			}
			t.show(m)
		}
	}
}

// answered waits until the last line has an answer, or for the time that an
// answer may take.
func (t *terminalChat) answered(ctx context.Context) {
	if !t.asked {
		return
	}
	t.asked = false
	if !t.hear(ctx, t.wait) && ctx.Err() == nil {
		t.silent = true
	}
}

// linger waits for the answer to the last line, and for what follows at once.
func (t *terminalChat) linger(ctx context.Context) {
	if !t.asked {
		return
	}
	t.answered(ctx)
	for t.hear(ctx, min(t.wait, quiet)) {
		continue
	}
}

// quiet is how long a bot that says several things may pause between them.
const quiet = 300 * time.Millisecond

// hear waits for something that the bot says and reports whether it came in
// time.
func (t *terminalChat) hear(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.heard:
		return true
	case <-timer.C:
		return false
	}
}

// choice turns a number into the choice of that number.
func (t *terminalChat) choice(line string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, value := range t.choices {
		if line == fmt.Sprint(i+1) {
			return value
		}
	}
	return line
}

// show prints a message once.
func (t *terminalChat) show(m *chatclient.Message) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen[m.ID] {
		return
	}
	t.seen[m.ID] = true
	mine := m.UserID == t.user
	lines, choices := render(m.Payload)
	switch {
	case t.s.cmd.JSON:
		_ = json.NewEncoder(t.s.Stdout).Encode(m) // a closed terminal ends the command by itself
	case mine:
		fmt.Fprintln(t.s.Stdout, "you:", strings.Join(lines, "\n     "))
	default:
		fmt.Fprintln(t.s.Stdout, "bot:", strings.Join(lines, "\n     "))
	}
	if !mine {
		t.choices = choices
		select {
		case t.heard <- struct{}{}:
		default: // the last token has not been taken yet
		}
	}
}
