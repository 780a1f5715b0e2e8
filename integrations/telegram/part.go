package telegram

// part is one call of the Bot API: a message as Telegram takes it.
type part struct {
	method string
	// kind is the member that holds the file, and address the file that is
	// uploaded when Telegram does not take its address.
	kind, address, name string

	ChatID   string         `json:"chat_id"`
	ThreadID int64          `json:"message_thread_id,omitempty"`
	Reply    *replyTo       `json:"reply_parameters,omitempty"`
	Markup   *inlineMarkup  `json:"reply_markup,omitempty"`
	Preview  map[string]any `json:"link_preview_options,omitempty"`

	Text      string `json:"text,omitempty"`
	Caption   string `json:"caption,omitempty"`
	ParseMode string `json:"parse_mode,omitempty"`

	Photo     string `json:"photo,omitempty"`
	Video     string `json:"video,omitempty"`
	Animation string `json:"animation,omitempty"`
	Audio     string `json:"audio,omitempty"`
	Voice     string `json:"voice,omitempty"`
	VideoNote string `json:"video_note,omitempty"`
	Document  string `json:"document,omitempty"`
	Sticker   string `json:"sticker,omitempty"`

	Latitude  *float64 `json:"latitude,omitempty"`
	Longitude *float64 `json:"longitude,omitempty"`
	Title     string   `json:"title,omitempty"`
	Address   string   `json:"address,omitempty"`

	PhoneNumber string `json:"phone_number,omitempty"`
	FirstName   string `json:"first_name,omitempty"`
	LastName    string `json:"last_name,omitempty"`
	VCard       string `json:"vcard,omitempty"`

	Question        string     `json:"question,omitempty"`
	Options         []pollText `json:"options,omitempty"`
	IsAnonymous     *bool      `json:"is_anonymous,omitempty"`
	MultipleAnswers bool       `json:"allows_multiple_answers,omitempty"`
	PollType        string     `json:"type,omitempty"`
	CorrectOptions  []int      `json:"correct_option_ids,omitempty"`
}

type pollText struct {
	Text string `json:"text"`
}

type replyTo struct {
	MessageID int64 `json:"message_id"`
	// AllowSending sends the message as no answer when the one it answers is
	// gone.
	AllowSending bool `json:"allow_sending_without_reply"`
}

// file is the member that holds the part's file, nil when there is none.
func (p *part) file() *string {
	switch p.kind {
	case kindPhoto:
		return &p.Photo
	case kindVideo:
		return &p.Video
	case kindAnimation:
		return &p.Animation
	case kindAudio:
		return &p.Audio
	case kindVoice:
		return &p.Voice
	case kindVideoNote:
		return &p.VideoNote
	case kindDocument:
		return &p.Document
	case kindSticker:
		return &p.Sticker
	}
	return nil
}

// methodOf is the method that sends a kind of file.
func methodOf(kind string) string {
	return map[string]string{
		kindPhoto: "sendPhoto", kindVideo: "sendVideo", kindAnimation: "sendAnimation", kindAudio: "sendAudio",
		kindVoice: "sendVoice", kindVideoNote: "sendVideoNote", kindDocument: "sendDocument", kindSticker: "sendSticker",
	}[kind]
}

// mediaPart is a part with a file.
func mediaPart(kind, address, name string) part {
	p := part{method: methodOf(kind), kind: kind, address: address, name: name}
	*p.file() = address
	return p
}

// turn makes the part send its file as another kind.
func (p *part) turn(kind string) {
	*p.file() = ""
	p.kind, p.method = kind, methodOf(kind)
	*p.file() = p.address
}
