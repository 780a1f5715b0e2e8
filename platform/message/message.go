// Package message holds the standard types of messages: what bots send and
// integrations render. Their JSON and their schemas are those of the official
// SDK's defaults, plus the older markdown.
//
// A channel may declare any of them, and types of its own besides.
package message

import "encoding/json"

// Payload is a message's content. Type is the message type that it belongs to.
type Payload interface{ Type() string }

// Names of the standard types.
const (
	TypeText     = "text"
	TypeImage    = "image"
	TypeAudio    = "audio"
	TypeVideo    = "video"
	TypeFile     = "file"
	TypeLocation = "location"
	TypeCard     = "card"
	TypeCarousel = "carousel"
	TypeChoice   = "choice"
	TypeDropdown = "dropdown"
	TypeBloc     = "bloc"
	TypeMarkdown = "markdown"
)

// Text is plain text, which may hold Markdown; it is not empty.
type Text struct {
	Text string `json:"text"`
}

// Markdown is text in Markdown. It is the older form; prefer Text.
type Markdown struct {
	Markdown string `json:"markdown"`
}

// Image shows the picture at an address.
type Image struct {
	ImageURL string `json:"imageUrl"`
	Title    string `json:"title,omitempty"`
}

// Audio plays the sound at an address.
type Audio struct {
	AudioURL string `json:"audioUrl"`
	Title    string `json:"title,omitempty"`
}

// Video plays the film at an address.
type Video struct {
	VideoURL string `json:"videoUrl"`
	Title    string `json:"title,omitempty"`
}

// File offers the file at an address.
type File struct {
	FileURL string `json:"fileUrl"`
	Title   string `json:"title,omitempty"`
}

// Location is a place on earth.
type Location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Address   string  `json:"address,omitempty"`
	Title     string  `json:"title,omitempty"`
}

// Card is a title with a picture and buttons.
type Card struct {
	Title    string   `json:"title"`
	Subtitle string   `json:"subtitle,omitempty"`
	ImageURL string   `json:"imageUrl,omitempty"`
	Actions  []Action `json:"actions"`
}

// ActionKind says what a card's button does.
type ActionKind string

// The kinds of buttons: send a value that is not shown, open an address, say
// something as the user.
const (
	Postback ActionKind = "postback"
	URL      ActionKind = "url"
	Say      ActionKind = "say"
)

// Action is a card's button.
type Action struct {
	Action ActionKind `json:"action"`
	Label  string     `json:"label"`
	Value  string     `json:"value"`
}

// Carousel is a row of cards.
type Carousel struct {
	Items []Card `json:"items"`
}

// Option is one answer of a Choice or a Dropdown.
type Option struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// Choice asks for one of a few answers, shown as buttons.
type Choice struct {
	Text    string   `json:"text"`
	Options []Option `json:"options"`
}

// Dropdown asks for one of many answers.
type Dropdown struct {
	Text    string   `json:"text"`
	Options []Option `json:"options"`
}

// Bloc is several messages sent as one.
type Bloc struct {
	Items []Item `json:"items"`
}

// Item is one message of a Bloc: text, image, audio, video, file or location.
type Item struct {
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload"`
}

// Type returns "text".
func (Text) Type() string { return TypeText }

// Type returns "markdown".
func (Markdown) Type() string { return TypeMarkdown }

// Type returns "image".
func (Image) Type() string { return TypeImage }

// Type returns "audio".
func (Audio) Type() string { return TypeAudio }

// Type returns "video".
func (Video) Type() string { return TypeVideo }

// Type returns "file".
func (File) Type() string { return TypeFile }

// Type returns "location".
func (Location) Type() string { return TypeLocation }

// Type returns "card".
func (Card) Type() string { return TypeCard }

// Type returns "carousel".
func (Carousel) Type() string { return TypeCarousel }

// Type returns "choice".
func (Choice) Type() string { return TypeChoice }

// Type returns "dropdown".
func (Dropdown) Type() string { return TypeDropdown }

// Type returns "bloc".
func (Bloc) Type() string { return TypeBloc }

// NewBloc returns a Bloc of the messages. It fails for one that JSON cannot
// hold.
func NewBloc(payloads ...Payload) (Bloc, error) {
	var b Bloc
	for _, p := range payloads {
		raw, err := json.Marshal(p)
		if err != nil {
			return Bloc{}, err
		}
		b.Items = append(b.Items, Item{Type: p.Type(), Payload: raw})
	}
	return b, nil
}
