package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/bellhop-dev/bellhop/integrations/chat/chatclient"
	"github.com/bellhop-dev/bellhop/platform"
)

type chatCommand struct {
	botFlag
	Alias string        `help:"Alias of the chat installation." default:"chat"`
	Fresh bool          `help:"Start a new conversation in place of the last one."`
	Wait  time.Duration `help:"How long to wait for answers after the input has ended." default:"2s"`
	Chat  string        `name:"chat-url" help:"Webhook address of a chat installation; no account token is needed then." placeholder:"URL"`
}

// Help adds an example to the command's help.
func (chatCommand) Help() string {
	return `Lines that you type are sent; what the bot says is printed. Ctrl-D ends.
Choices are numbered: type a number to pick one.
The conversation is kept in <data>/chat.json, so the next run goes on with it.

  bellhop chat
  echo hello | bellhop chat --fresh --json`
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

	mu      sync.Mutex
	seen    map[string]bool
	choices []string
	heard   chan struct{} // one token for each message of the bot that was printed
}

// Run chats until the input ends or ctx is done.
func (c *chatCommand) Run(ctx context.Context, s *session) error {
	address, err := c.address(ctx, s)
	if err != nil {
		return err
	}
	t := &terminalChat{s: s, seen: map[string]bool{}, heard: make(chan struct{}, 1)}
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
	err = t.read(ctx)
	if err == nil {
		t.linger(ctx, c.Wait)
	}
	stop()
	<-ended
	return err
}

func (c *chatCommand) address(ctx context.Context, s *session) (string, error) {
	if c.Chat != "" {
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
	path := filepath.Join(dataDir(), "chat.json")
	if data, err := os.ReadFile(path); err == nil && !fresh {
		if json.Unmarshal(data, &t.state) == nil && t.state.URL == address {
			t.client = &chatclient.Client{URL: address, Key: t.state.Key}
			if t.user, err = t.client.User(ctx); err == nil {
				return nil
			}
		}
	}
	t.client = &chatclient.Client{URL: address}
	var err error
	if t.user, err = t.client.CreateUser(ctx); err != nil {
		return fmt.Errorf("start a chat: %w", err)
	}
	id, err := t.client.CreateConversation(ctx)
	if err != nil {
		return fmt.Errorf("start a chat: %w", err)
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
			line = t.choice(strings.TrimSpace(line))
			if line == "" {
				continue
			}
			m, err := t.client.Send(ctx, t.state.ConversationID, line)
			if err != nil {
				return fmt.Errorf("send: %w", err)
			}
			t.show(m)
		}
	}
}

// linger waits for answers until none has come for the time.
func (t *terminalChat) linger(ctx context.Context, wait time.Duration) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.heard:
		case <-time.After(wait):
			return
		}
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
	if t.s.cmd.JSON {
		_ = json.NewEncoder(t.s.Stdout).Encode(m) // a closed terminal ends the command by itself
	} else {
		who := "bot"
		if m.UserID == t.user {
			who = "you"
		}
		text, choices := render(m.Payload)
		fmt.Fprintf(t.s.Stdout, "%s: %s\n", who, text)
		if who == "bot" {
			t.choices = choices
		}
	}
	if m.UserID != t.user {
		select {
		case t.heard <- struct{}{}:
		default: // linger has not read the last token: it will wait again anyway
		}
	}
}

// render is a payload as lines for a terminal, and the values of its choices.
func render(payload json.RawMessage) (text string, choices []string) {
	var p struct {
		Type, Text, Markdown, Title, Subtitle string
		ImageURL, AudioURL, VideoURL, FileURL string
		Latitude, Longitude                   float64
		Options                               []struct{ Label, Value string }
		Items                                 []json.RawMessage
	}
	if json.Unmarshal(payload, &p) != nil {
		return string(payload), nil
	}
	var lines []string
	for _, s := range []string{p.Text, p.Markdown, p.Title, p.Subtitle, p.ImageURL, p.AudioURL, p.VideoURL, p.FileURL} {
		if strings.HasPrefix(s, "data:") {
			s = "(" + p.Type + ", shown on the chat page)"
		}
		if s != "" {
			lines = append(lines, printable(s))
		}
	}
	if p.Type == "location" {
		lines = append(lines, fmt.Sprintf("%g, %g", p.Latitude, p.Longitude))
	}
	for i, o := range p.Options {
		lines = append(lines, fmt.Sprintf("  %d. %s", i+1, printable(o.Label)))
		choices = append(choices, o.Value)
	}
	for _, item := range p.Items {
		inner, _ := render(item)
		lines = append(lines, "  - "+inner)
	}
	if len(lines) == 0 {
		return printable(string(payload)), nil
	}
	return strings.Join(lines, "\n     "), choices
}
