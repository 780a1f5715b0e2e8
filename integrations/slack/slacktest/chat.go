package slacktest

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Message is what is in a channel.
type Message struct {
	TS, ThreadTS, User, Text string
	Metadata                 any
	Files, Reactions         []string
}

// Channel is a channel, a group or a direct message.
type Channel struct {
	ID, Name, Topic, Purpose, User, Creator string
	Private, DM, Group, Archived            bool
	// Closed keeps the bot out.
	Closed   bool
	Members  int
	Messages []*Message
}

// Unseen makes the addresses of pictures that begin so ones that Slack cannot
// open.
func (f *Fake) Unseen(prefix string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.unseen = prefix
}

// AddChannel makes a channel.
func (f *Fake) AddChannel(c *Channel) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.channels[c.ID] = c
}

func (f *Fake) channel(args map[string]any, key string) (*Channel, string) {
	id, _ := args[key].(string)
	c := f.channels[id]
	switch {
	case c == nil:
		return nil, "channel_not_found"
	case c.Closed:
		return nil, "not_in_channel"
	case c.Archived:
		return nil, "is_archived"
	}
	return c, ""
}

// jsonArg decodes an argument that is JSON in a text.
func jsonArg(args map[string]any, key string) (any, bool) {
	text, is := args[key].(string)
	if !is {
		return args[key], true
	}
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return nil, false
	}
	args[key] = v
	return v, true
}

func (f *Fake) postMessage(args map[string]any) (map[string]any, refusal) {
	c, code := f.channel(args, "channel")
	if code != "" {
		return no(code)
	}
	text, _ := args["text"].(string)
	thread, _ := args["thread_ts"].(string)
	if args["markdown_text"] != nil && (args["text"] != nil || args["blocks"] != nil) {
		return no("markdown_text_conflict")
	}
	if args["blocks"] != nil {
		blocks, fine := jsonArg(args, "blocks")
		if !fine {
			return no("invalid_blocks_format")
		}
		if problems := checkBlocks(blocks); len(problems) > 0 {
			return no("invalid_blocks", problems...)
		}
		if f.unseen != "" && strings.Contains(fmt.Sprint(blocks), "image_url:"+f.unseen) {
			return no("invalid_blocks", "downloading image failed [json-pointer:/blocks/0/image_url]")
		}
	} else if text == "" && args["attachments"] == nil && args["markdown_text"] == nil {
		return no("no_text")
	}
	if len([]rune(text)) > 40_000 {
		return no("msg_too_long")
	}
	if args["metadata"] != nil {
		meta, _ := jsonArg(args, "metadata")
		o, _ := meta.(map[string]any)
		if typ, _ := o["event_type"].(string); typ == "" || o["event_payload"] == nil {
			return no("invalid_metadata_format")
		}
	}
	if thread != "" && c.message(thread) == nil {
		return no("thread_not_found")
	}
	if m := c.message(thread); m != nil && m.ThreadTS != "" && m.ThreadTS != m.TS {
		return no("cannot_reply_to_message")
	}
	m := &Message{TS: f.now(), ThreadTS: thread, User: BotUserID, Text: text, Metadata: args["metadata"]}
	c.Messages = append(c.Messages, m)
	return yes(map[string]any{"channel": c.ID, "ts": m.TS, "message": m.describe()})
}

func (c *Channel) message(ts string) *Message {
	for _, m := range c.Messages {
		if m.TS == ts {
			return m
		}
	}
	return nil
}

func (m *Message) describe() map[string]any {
	out := map[string]any{"type": "message", "ts": m.TS, "user": m.User, "text": m.Text}
	if m.ThreadTS != "" {
		out["thread_ts"] = m.ThreadTS
	}
	if m.User == BotUserID {
		out["bot_id"] = BotID
	}
	return out
}

// Say puts a message of a person into a channel and returns its time.
func (f *Fake) Say(channel, user, text, thread string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	m := &Message{TS: f.now(), User: user, Text: text, ThreadTS: thread}
	c := f.channels[channel]
	c.Messages = append(c.Messages, m)
	return m.TS
}

// Posted returns how many messages of the bot are in a channel.
func (f *Fake) Posted(channel string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, m := range f.channels[channel].Messages {
		if m.User == BotUserID {
			n++
		}
	}
	return n
}
