package message

import "encoding/json"

// Values lists what a person can answer to a choice, a dropdown, a card or a
// carousel by a press: the values of its options, then those of its actions,
// in order. An integration whose system has no room for a value sends its place
// in this list. Other payloads have none.
func Values(payload json.RawMessage) []string {
	var p struct {
		Options []Option `json:"options"`
		Card
		Items []Card `json:"items"`
	}
	if json.Unmarshal(payload, &p) != nil {
		return nil
	}
	var all []string
	for _, o := range p.Options {
		all = append(all, o.Value)
	}
	for _, card := range append([]Card{p.Card}, p.Items...) {
		for _, a := range card.Actions {
			all = append(all, a.Value)
		}
	}
	return all
}
