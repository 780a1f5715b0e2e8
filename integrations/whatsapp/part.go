package whatsapp

import "encoding/json"

// part is one message as Meta takes it: a body of POST /{phone}/messages.
type part struct {
	Product       string       `json:"messaging_product"`
	RecipientType string       `json:"recipient_type,omitempty"`
	To            string       `json:"to,omitempty"`        // a number
	Recipient     string       `json:"recipient,omitempty"` // a lasting id, where the number is hidden
	Context       *partContext `json:"context,omitempty"`   // the message that is answered
	Opaque        string       `json:"biz_opaque_callback_data,omitempty"`
	Type          string       `json:"type"`

	Text        *partText       `json:"text,omitempty"`
	Image       *partMedia      `json:"image,omitempty"`
	Audio       *partMedia      `json:"audio,omitempty"`
	Video       *partMedia      `json:"video,omitempty"`
	Document    *partMedia      `json:"document,omitempty"`
	Sticker     *partMedia      `json:"sticker,omitempty"`
	Location    *partLocation   `json:"location,omitempty"`
	Contacts    json.RawMessage `json:"contacts,omitempty"`
	Reaction    *partReaction   `json:"reaction,omitempty"`
	Interactive any             `json:"interactive,omitempty"`
	Template    any             `json:"template,omitempty"`
}

type partContext struct {
	MessageID string `json:"message_id"`
}

type partText struct {
	Body       string `json:"body"`
	PreviewURL bool   `json:"preview_url,omitempty"`
}

// partMedia is media by its address or by Meta's id of what was uploaded.
type partMedia struct {
	ID       string `json:"id,omitempty"`
	Link     string `json:"link,omitempty"`
	Caption  string `json:"caption,omitempty"`
	Filename string `json:"filename,omitempty"`
}

type partLocation struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Name      string  `json:"name,omitempty"`
	Address   string  `json:"address,omitempty"`
}

type partReaction struct {
	MessageID string `json:"message_id"`
	Emoji     string `json:"emoji"`
}
