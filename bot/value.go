package bot

import "encoding/json"

// Value returns what the person means by the message: the value of the option
// that was chosen, where the channel tells it beside the text that was shown,
// else what Text returns.
func (c *MessageCall) Value() string {
	var chosen struct {
		Value string `json:"value"`
	}
	_ = json.Unmarshal(c.Message.Payload, &chosen) // other payloads have none
	if chosen.Value != "" {
		return chosen.Value
	}
	return c.Text()
}
