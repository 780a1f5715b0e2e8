package whatsapptest

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

type carousel struct {
	Cards []struct {
		Index  *int   `json:"card_index"`
		Type   string `json:"type"`
		Header struct {
			Type string `json:"type"`
		} `json:"header"`
		Body *struct {
			Text string `json:"text"`
		} `json:"body"`
		Action struct {
			Name       string `json:"name"`
			Parameters struct {
				DisplayText string `json:"display_text"`
				URL         string `json:"url"`
			} `json:"parameters"`
			Buttons []struct {
				Type       string `json:"type"`
				QuickReply struct {
					ID    string `json:"id"`
					Title string `json:"title"`
				} `json:"quick_reply"`
			} `json:"buttons"`
		} `json:"action"`
	} `json:"cards"`
}

// checkCarousel holds what is documented of free-form carousels: two to ten
// cards, each with a picture or film, alike in kind and number of buttons.
func checkCarousel(raw json.RawMessage) error {
	var c carousel
	if err := json.Unmarshal(raw, &c); err != nil {
		return err
	}
	if len(c.Cards) < 2 || len(c.Cards) > 10 {
		return fmt.Errorf("a carousel has 2 to 10 cards, not %d", len(c.Cards))
	}
	ids := map[string]bool{}
	for i, card := range c.Cards {
		switch {
		case card.Index == nil || *card.Index != i:
			return fmt.Errorf("the card_index of card %d is missing or wrong", i)
		case card.Header.Type != "image" && card.Header.Type != "video":
			return fmt.Errorf("card %d needs a picture or a film", i)
		case card.Header.Type != c.Cards[0].Header.Type:
			return fmt.Errorf("the cards' headers differ in kind")
		case card.Body != nil && (utf8.RuneCountInString(card.Body.Text) > 160 || strings.Count(card.Body.Text, "\n") > 2):
			return fmt.Errorf("the body of card %d is too long", i)
		case len(card.Action.Buttons) != len(c.Cards[0].Action.Buttons) || card.Action.Name != c.Cards[0].Action.Name:
			return fmt.Errorf("the cards' buttons differ in kind or number")
		case card.Action.Name == "" && len(card.Action.Buttons) == 0:
			return fmt.Errorf("card %d has no button", i)
		case card.Action.Name == "cta_url" && (card.Action.Parameters.URL == "" || tooLong(card.Action.Parameters.DisplayText)):
			return fmt.Errorf("the URL button of card %d is not valid", i)
		case len(card.Action.Buttons) > 3:
			return fmt.Errorf("card %d has over 3 buttons", i)
		}
		for _, b := range card.Action.Buttons {
			if b.Type != "quick_reply" || b.QuickReply.ID == "" || ids[b.QuickReply.ID] || tooLong(b.QuickReply.Title) {
				return fmt.Errorf("a button of card %d is not valid", i)
			}
			ids[b.QuickReply.ID] = true
		}
	}
	return nil
}

func tooLong(label string) bool { return label == "" || utf8.RuneCountInString(label) > 20 }
