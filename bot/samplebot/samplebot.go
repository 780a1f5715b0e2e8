// Package samplebot is the bot that bellhop dev runs: it shows what a bot can
// say, and is a small example of the SDK.
package samplebot

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/schema"
	"github.com/bellhop-dev/bellhop/wire"
)

// Name is the bot's name.
const Name = "sample"

// memory is what the bot remembers of a user.
type memory struct {
	Name     string `json:"name,omitempty"`
	Messages int    `json:"messages"`
}

func definition() bot.Definition {
	return bot.Definition{
		Name: Name, Title: "Sample bot", Description: "Shows what a bot can do",
		States: map[string]bot.StateDefinition{"memory": {Type: platform.StateUser, Schema: schema.For[memory]}},
	}
}

// New returns the bot.
func New() bot.Bot {
	def := definition()
	return bot.Bot{Definition: def, New: func(env bot.Env) (wire.Handler, error) {
		m := bot.NewMux(def, env)
		m.OnMessage(bot.Any, hear)
		return m.Handler()
	}}
}

// hear answers a message.
func hear(ctx context.Context, c *bot.MessageCall) error {
	state := bot.State[memory](c.Call, "memory", c.User.ID)
	known, err := state.GetOrSet(ctx, memory{})
	if err != nil {
		return err
	}
	mem := *known
	mem.Messages++
	name, named := cutName(c.Value())
	if named {
		mem.Name = name
	}
	// State before answer: a repeated delivery repeats the answer, and does not
	// lose what was learnt.
	if err := state.Set(ctx, mem); err != nil {
		return err
	}
	answer := answerTo(c.Value(), named, &mem)
	if c.Message.Type != message.TypeText && c.Value() == "" {
		answer = message.Text{Text: fmt.Sprintf("That is a nice %s, but I only read text.", c.Message.Type)}
	}
	_, err = c.Reply(ctx, answer)
	if answer.Type() != message.TypeText && platform.IsType(err, platform.TypeInvalidPayload) {
		// A channel that cannot show this gets it in words.
		_, err = c.Reply(ctx, inWords(answer))
	}
	return err
}

// inWords is a payload as plain text.
func inWords(p message.Payload) message.Text {
	switch p := p.(type) {
	case message.Choice:
		text := p.Text
		for _, o := range p.Options {
			text += "\n- " + o.Value
		}
		return message.Text{Text: text}
	case message.Image:
		return message.Text{Text: "(a picture: " + p.Title + ")"}
	}
	return message.Text{Text: "(a " + p.Type() + ")"}
}

// answerTo is what the bot says to a text.
func answerTo(text string, named bool, mem *memory) message.Payload {
	switch word := strings.ToLower(strings.Trim(text, " .!?")); {
	case named:
		return message.Text{Text: "Nice to meet you, " + mem.Name + ". I will remember that, even when I am restarted."}
	case word == "picture" || word == "image":
		return message.Image{ImageURL: picture(), Title: "A bellhop's bell"}
	case word == "cards":
		return cards()
	case word == "text":
		return message.Text{Text: "Text may hold **Markdown**: *emphasis*, `code` and [links](https://example.com)."}
	case strings.Contains(word, "my name"):
		if mem.Name == "" {
			return message.Text{Text: "You have not told me. Say: I am Ada"}
		}
		return message.Text{Text: "You are " + mem.Name + "."}
	case mem.Messages == 1 || word == "hello" || word == "hi" || word == "help" || word == "menu":
		return menu(mem.Name)
	}
	return message.Text{Text: fmt.Sprintf("You said: %s (message %d of yours). Say **menu** to see what I can do.", text, mem.Messages)}
}

func menu(name string) message.Payload {
	greeting := "Hello! I am the sample bot."
	if name != "" {
		greeting = "Hello, " + name + "!"
	}
	return message.Choice{
		Text: greeting + " Tell me your name (\"I am Ada\"), say anything, or pick one:",
		Options: []message.Option{
			{Label: "A picture", Value: "picture"}, {Label: "Some cards", Value: "cards"}, {Label: "Formatted text", Value: "text"},
		},
	}
}

func cards() message.Payload {
	return message.Carousel{Items: []message.Card{
		{Title: "Integrations", Subtitle: "connect bots to the world", ImageURL: picture(), Actions: []message.Action{{Action: message.Say, Label: "Menu", Value: "menu"}}},
		{Title: "Bots", Subtitle: "see one model of it", ImageURL: picture(), Actions: []message.Action{{Action: message.Say, Label: "A picture", Value: "picture"}}},
	}}
}

// cutName reads "I am Ada" and "my name is Ada".
func cutName(text string) (name string, ok bool) {
	for _, prefix := range [...]string{"i am ", "i'm ", "my name is "} {
		if len(text) > len(prefix) && strings.EqualFold(text[:len(prefix)], prefix) {
			name = strings.Trim(text[len(prefix):], " .!")
			if r := []rune(name); len(r) > 60 {
				name = string(r[:60])
			}
			return name, name != ""
		}
	}
	return "", false
}

// picture is a drawing in the address itself, so that nothing is fetched.
func picture() string {
	const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="200" viewBox="0 0 320 200"><rect width="320" height="200" fill="#20304a"/>` +
		`<path d="M80 140a80 80 0 0 1 160 0z" fill="#e8b84a"/><rect x="64" y="140" width="192" height="14" rx="7" fill="#f5d98b"/>` +
		`<circle cx="160" cy="56" r="9" fill="#f5d98b"/><path d="M110 120a52 52 0 0 1 40-38" stroke="#fff3cf" stroke-width="7" fill="none" stroke-linecap="round"/></svg>`
	return "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(drawing))
}
