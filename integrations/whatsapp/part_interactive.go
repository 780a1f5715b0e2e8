package whatsapp

// interactive is a message with buttons, a list or cards.
type interactive struct {
	Type   string      `json:"type"`
	Header *header     `json:"header,omitempty"`
	Body   *body       `json:"body,omitempty"`
	Action interAction `json:"action"`
}

type header struct {
	Type  string     `json:"type"`
	Image *partMedia `json:"image,omitempty"`
}

type body struct {
	Text string `json:"text"`
}

// interAction holds the members of the one kind that the type says.
type interAction struct {
	Buttons    []replyButton  `json:"buttons,omitempty"`
	Button     string         `json:"button,omitempty"`
	Sections   []section      `json:"sections,omitempty"`
	Name       string         `json:"name,omitempty"`
	Parameters *urlParameters `json:"parameters,omitempty"`
	Cards      []cardSlot     `json:"cards,omitempty"`
}

// replyButton is a button with an answer; inside of cards it has another name
// than elsewhere.
type replyButton struct {
	Type       string `json:"type"`
	Reply      *reply `json:"reply,omitempty"`
	QuickReply *reply `json:"quick_reply,omitempty"`
}

type reply struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

type section struct {
	Title string `json:"title,omitempty"`
	Rows  []row  `json:"rows"`
}

type row struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
}

type urlParameters struct {
	DisplayText string `json:"display_text"`
	URL         string `json:"url"`
}

type cardSlot struct {
	Index  int         `json:"card_index"`
	Type   string      `json:"type"`
	Header *header     `json:"header"`
	Body   *body       `json:"body,omitempty"`
	Action interAction `json:"action"`
}

func (i *interactive) part() part { return part{Type: "interactive", Interactive: i} }

func imageHeader(address string) *header {
	if address == "" {
		return nil
	}
	return &header{Type: "image", Image: &partMedia{Link: address}}
}
