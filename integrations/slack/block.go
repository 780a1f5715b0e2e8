package slack

import (
	"bytes"
	"encoding/json"
)

// Limits of Block Kit (docs.slack.dev, reference/block-kit).
const (
	maxBlocks      = 50
	maxButtons     = 25 // elements of a block of actions
	maxButtonText  = 75
	maxButtonValue = 2000
	maxURL         = 3000
	maxOptions     = 100
	maxOptionText  = 75
	maxOptionValue = 150
	maxPlaceholder = 150
	maxAlt         = 2000
)

// block is one block of a message.
type block interface{ blockType() string }

type words struct {
	Type string `json:"type"` // mrkdwn or plain_text
	Text string `json:"text"`
}

func mrkdwn(written string) *words { return &words{"mrkdwn", written} }
func plainText(text string) *words { return &words{"plain_text", text} }

type section struct {
	Type      string    `json:"type"`
	Text      *words    `json:"text"`
	Accessory *imageElt `json:"accessory,omitempty"`
}

type imageElt struct {
	Type     string `json:"type"`
	ImageURL string `json:"image_url"`
	AltText  string `json:"alt_text"`
}

type imageBlock struct {
	Type     string `json:"type"`
	ImageURL string `json:"image_url"`
	AltText  string `json:"alt_text"`
	Title    *words `json:"title,omitempty"`
}

type actions struct {
	Type     string `json:"type"`
	Elements []any  `json:"elements"`
}

type button struct {
	Type     string `json:"type"`
	ActionID string `json:"action_id"`
	Text     *words `json:"text"`
	Value    string `json:"value,omitempty"`
	URL      string `json:"url,omitempty"`
}

type selectMenu struct {
	Type        string   `json:"type"`
	ActionID    string   `json:"action_id"`
	Placeholder *words   `json:"placeholder"`
	Options     []option `json:"options"`
}

type option struct {
	Text  *words `json:"text"`
	Value string `json:"value"`
}

type divider struct {
	Type string `json:"type"`
}

// givenBlock is a block that the bot wrote itself.
type givenBlock json.RawMessage

func (section) blockType() string    { return "section" }
func (imageBlock) blockType() string { return "image" }
func (actions) blockType() string    { return "actions" }
func (divider) blockType() string    { return "divider" }

func (g givenBlock) blockType() string {
	var head struct {
		Type string `json:"type"`
	}
	_ = json.Unmarshal(g, &head) // a block without a type is refused by Slack
	return head.Type
}

// MarshalJSON returns the block as it was given.
func (g givenBlock) MarshalJSON() ([]byte, error) { return json.RawMessage(g).MarshalJSON() }

// sections shows written text in as many sections as it takes.
func sections(written string) []block {
	var out []block
	for _, piece := range pieces(written, maxSection) {
		out = append(out, section{Type: "section", Text: mrkdwn(piece)})
	}
	return out
}

// encode writes JSON with < and > as they are, for people who read it.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
