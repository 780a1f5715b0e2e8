package linear

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// text is the payload of text messages. Value is what stands behind the option
// that a person chose.
type text struct {
	Text  string `json:"text"`
	Value string `json:"value,omitempty"`
}

const (
	// lookBack is how many messages before the answer may hold the question.
	lookBack = 20
	// longestAnswer is the longest comment that may be an answer, in bytes.
	longestAnswer = 300
)

// numbered is an answer by number: 2, 2., 2), #2 or (2).
var numbered = regexp.MustCompile(`^[#(]?(\d{1,3})[.)]?$`)

// answered is what a comment says. Where the bot asked in the conversation, and
// the comment is the number, the label or the value of an option, it says that
// option: there are no buttons at Linear.
func answered(ctx context.Context, call *integration.Call, in *chatkit.Conversation, body string) (text, error) {
	said := strings.TrimSpace(strings.ReplaceAll(strings.TrimSpace(body), `\`, ""))
	if said == "" || len(said) > longestAnswer || strings.Contains(said, "\n") {
		return text{Text: body}, nil
	}
	conv, err := chatkit.FindConversation(ctx, call, in.Channel, in.FindBy[0])
	if err != nil || conv == nil {
		return text{Text: body}, err
	}
	out, err := call.Client.ListMessages(ctx, &platform.ListMessagesInput{ConversationID: conv.ID, PageSize: lookBack})
	if err != nil {
		return text{}, fmt.Errorf("find what the bot asked: %w", err)
	}
	for i := range out.Messages {
		options := optionsOf(&out.Messages[i])
		if len(options) == 0 {
			continue
		}
		if o := choose(options, said); o != nil {
			return text{Text: o.Label, Value: o.Value}, nil
		}
		break // only the last question is open
	}
	return text{Text: body}, nil
}

func choose(options []message.Option, said string) *message.Option {
	if m := numbered.FindStringSubmatch(said); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil && n >= 1 && n <= len(options) {
			return &options[n-1]
		}
	}
	for i := range options {
		if strings.EqualFold(strings.TrimSpace(options[i].Label), said) || options[i].Value == said {
			return &options[i]
		}
	}
	return nil
}

// optionsOf are the options that a message of the bot shows by number, in
// order.
func optionsOf(m *platform.Message) []message.Option {
	if m.Direction == platform.Incoming {
		return nil
	}
	var p struct {
		Options []message.Option `json:"options"`
		Actions []message.Action `json:"actions"`
		Items   []message.Card   `json:"items"`
	}
	if json.Unmarshal(m.Payload, &p) != nil {
		return nil
	}
	switch m.Type {
	case message.TypeChoice, message.TypeDropdown:
		return p.Options
	case message.TypeCard:
		return answers(p.Actions)
	case message.TypeCarousel:
		var all []message.Option
		for _, card := range p.Items {
			all = append(all, answers(card.Actions)...)
		}
		return all
	}
	return nil
}

// answers are the actions of a card that a person answers with.
func answers(actions []message.Action) []message.Option {
	var all []message.Option
	for _, a := range actions {
		if a.Action != message.URL {
			all = append(all, message.Option{Label: a.Label, Value: a.Value})
		}
	}
	return all
}
