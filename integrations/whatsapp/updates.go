package whatsapp

import "encoding/json"

// What Meta posts, read leniently: members that are not known are let
// through, and what has another shape than expected is kept as it came.

// Each item of a list is read by itself: one that is broken keeps no other
// from coming in.
type notification struct {
	Object string            `json:"object"`
	Entry  []json.RawMessage `json:"entry"`
}

type entry struct {
	Time    json.RawMessage   `json:"time"`
	Changes []json.RawMessage `json:"changes"`
}

type change struct {
	Field string          `json:"field"`
	Value json.RawMessage `json:"value"`
}

// value is the value of a change of messages.
type value struct {
	Metadata      metadata          `json:"metadata"`
	Contacts      contacts          `json:"contacts"`
	Messages      []json.RawMessage `json:"messages"`
	Statuses      []json.RawMessage `json:"statuses"`
	MessageEchoes []json.RawMessage `json:"message_echoes"`
}

// contacts are those of the list that can be read.
type contacts []contact

func (c *contacts) UnmarshalJSON(raw []byte) error {
	var list []json.RawMessage
	_ = json.Unmarshal(raw, &list) // what is no list has nobody in it
	*c = nil
	for _, item := range list {
		var one contact
		if json.Unmarshal(item, &one) == nil {
			*c = append(*c, one)
		}
	}
	return nil
}

type metadata struct {
	DisplayPhoneNumber string `json:"display_phone_number"`
	PhoneNumberID      string `json:"phone_number_id"`
}

// contact is the person who wrote. WaID is missing when the person hides the
// number behind a username.
type contact struct {
	WaID    string `json:"wa_id"`
	UserID  string `json:"user_id"`
	Profile struct {
		Name     string `json:"name"`
		Username string `json:"username"`
	} `json:"profile"`
}

// inMessage is one message of a person. Exactly the member that Type names is
// set; messages of newer types have none.
type inMessage struct {
	From       string        `json:"from"`
	FromUserID string        `json:"from_user_id"`
	To         string        `json:"to"` // of echoes
	ToUserID   string        `json:"to_user_id"`
	ID         string        `json:"id"`
	Timestamp  string        `json:"timestamp"` // seconds, a text
	Type       string        `json:"type"`
	Context    *inContext    `json:"context"`
	Referral   *referral     `json:"referral"`
	Errors     []vendorError `json:"errors"`
	// CreationType is a member of echoes that some senders set.
	CreationType string `json:"message_creation_type"`

	Text        *inText         `json:"text"`
	Image       *inMedia        `json:"image"`
	Audio       *inMedia        `json:"audio"`
	Video       *inMedia        `json:"video"`
	Document    *inMedia        `json:"document"`
	Sticker     *inMedia        `json:"sticker"`
	Location    *inLocation     `json:"location"`
	Contacts    json.RawMessage `json:"contacts"`
	Button      *inButton       `json:"button"`
	Interactive *inInteractive  `json:"interactive"`
	Reaction    *inReaction     `json:"reaction"`
	Order       json.RawMessage `json:"order"`
	System      *inSystem       `json:"system"`
	Edit        *inEdit         `json:"edit"`
	Revoke      *inRevoke       `json:"revoke"`
}

type inContext struct {
	ID string `json:"id"`
}

type referral struct {
	SourceURL string `json:"source_url"`
	SourceID  string `json:"source_id"`
}

type inText struct {
	Body string `json:"body"`
}

type inMedia struct {
	ID       string `json:"id"`
	MimeType string `json:"mime_type"`
	Caption  string `json:"caption"`
	Filename string `json:"filename"`
	URL      string `json:"url"` // newer webhooks have it
}

// inLocation has numbers, which some senders write as texts.
type inLocation struct {
	Latitude  json.Number `json:"latitude"`
	Longitude json.Number `json:"longitude"`
	Name      string      `json:"name"`
	Address   string      `json:"address"`
}

type inButton struct {
	Payload string `json:"payload"`
	Text    string `json:"text"`
}

type inInteractive struct {
	Type        string   `json:"type"`
	ButtonReply *inReply `json:"button_reply"`
	ListReply   *inReply `json:"list_reply"`
	FlowReply   *inFlow  `json:"nfm_reply"`
}

type inReply struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

type inFlow struct {
	Name         string `json:"name"`
	Body         string `json:"body"`
	ResponseJSON string `json:"response_json"`
}

// inReaction has no Emoji when the reaction was taken back.
type inReaction struct {
	MessageID string `json:"message_id"`
	Emoji     string `json:"emoji"`
}

type inSystem struct {
	Body string `json:"body"`
	Type string `json:"type"`
	WaID string `json:"wa_id"`
	// NewWaID is where older versions of the API have the new number.
	NewWaID string `json:"new_wa_id"`
}

type inEdit struct {
	OriginalMessageID string    `json:"original_message_id"`
	Message           inMessage `json:"message"`
}

type inRevoke struct {
	OriginalMessageID string `json:"original_message_id"`
}

// status is what became of a message of the bot.
type status struct {
	ID              string        `json:"id"`
	Status          string        `json:"status"`
	Timestamp       string        `json:"timestamp"`
	RecipientID     string        `json:"recipient_id"`
	RecipientUserID string        `json:"recipient_user_id"`
	Opaque          string        `json:"biz_opaque_callback_data"`
	Errors          []vendorError `json:"errors"`
}

type vendorError struct {
	Code    int    `json:"code"`
	Title   string `json:"title"`
	Message string `json:"message"`
	Data    struct {
		Details string `json:"details"`
	} `json:"error_data"`
}
