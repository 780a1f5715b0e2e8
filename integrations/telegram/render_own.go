package telegram

import (
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
)

// The types that only Telegram has.

type sticker struct {
	StickerURL string `json:"stickerUrl"`
}

type animation struct {
	AnimationURL string `json:"animationUrl"`
	Title        string `json:"title,omitempty"`
}

type voice struct {
	VoiceURL string `json:"voiceUrl"`
	Title    string `json:"title,omitempty"`
}

type contact struct {
	PhoneNumber string `json:"phoneNumber"`
	FirstName   string `json:"firstName"`
	LastName    string `json:"lastName,omitempty"`
	UserID      string `json:"userId,omitempty"` // Telegram's; of contacts that come in
	VCard       string `json:"vcard,omitempty"`
}

type poll struct {
	ID                    string   `json:"id,omitempty"` // of polls that come in
	Question              string   `json:"question"`
	Options               []string `json:"options"`
	Type                  string   `json:"type,omitempty"` // regular or quiz
	Anonymous             *bool    `json:"anonymous,omitempty"`
	AllowsMultipleAnswers bool     `json:"allowsMultipleAnswers,omitempty"`
	CorrectOptions        []int    `json:"correctOptions,omitempty"`
}

func renderSticker(_ *rendering, p *sticker) ([]part, error) {
	address := strings.TrimSpace(p.StickerURL)
	return []part{mediaPart(kindSticker, address, fileName(address))}, nil
}

func renderAnimation(_ *rendering, p *animation) ([]part, error) {
	address := strings.TrimSpace(p.AnimationURL)
	return captioned(mediaPart(kindAnimation, address, fileName(address)), rich(p.Title)), nil
}

func renderVoice(_ *rendering, p *voice) ([]part, error) {
	address := strings.TrimSpace(p.VoiceURL)
	return captioned(mediaPart(kindVoice, address, fileName(address)), rich(p.Title)), nil
}

func renderContact(_ *rendering, p *contact) ([]part, error) {
	return []part{{method: "sendContact", PhoneNumber: p.PhoneNumber, FirstName: p.FirstName, LastName: p.LastName, VCard: p.VCard}}, nil
}

// Limits of polls.
const (
	maxQuestion    = 300
	maxPollOptions = 12
	maxPollOption  = 100
)

func renderPoll(_ *rendering, p *poll) ([]part, error) {
	if len(p.Options) > maxPollOptions {
		return nil, integration.RuntimeError("a poll has up to 12 options; send a dropdown for more")
	}
	out := part{method: "sendPoll", Question: short(p.Question, maxQuestion), PollType: p.Type, IsAnonymous: p.Anonymous,
		MultipleAnswers: p.AllowsMultipleAnswers, CorrectOptions: p.CorrectOptions}
	for _, o := range p.Options {
		out.Options = append(out.Options, pollText{Text: short(o, maxPollOption)})
	}
	return []part{out}, nil
}
