package slack

import "encoding/json"

// action is one element of blocks that was used.
type action struct {
	ActionID string     `json:"action_id"`
	BlockID  string     `json:"block_id"`
	Type     string     `json:"type"`
	ActionTS string     `json:"action_ts"`
	Text     *inWords   `json:"text"`
	Value    string     `json:"value"`
	URL      string     `json:"url"`
	Selected *inOption  `json:"selected_option"`
	Several  []inOption `json:"selected_options"`

	SelectedUser          string      `json:"selected_user"`
	SelectedUsers         []string    `json:"selected_users"`
	SelectedChannel       string      `json:"selected_channel"`
	SelectedChannels      []string    `json:"selected_channels"`
	SelectedConversation  string      `json:"selected_conversation"`
	SelectedConversations []string    `json:"selected_conversations"`
	SelectedDate          string      `json:"selected_date"`
	SelectedTime          string      `json:"selected_time"`
	SelectedDateTime      json.Number `json:"selected_date_time"`
}

type inWords struct {
	Text string `json:"text"`
}

type inOption struct {
	Text  *inWords `json:"text"`
	Value string   `json:"value"`
}

// values are what is chosen; never nil.
func (a *action) values() []string {
	out := []string{}
	if a.Selected != nil {
		out = append(out, a.Selected.Value)
	}
	for _, o := range a.Several {
		out = append(out, o.Value)
	}
	for _, one := range []string{
		a.Value, a.SelectedUser, a.SelectedChannel, a.SelectedConversation, a.SelectedDate, a.SelectedTime, string(a.SelectedDateTime),
	} {
		if one != "" {
			out = append(out, one)
		}
	}
	for _, many := range [][]string{a.SelectedUsers, a.SelectedChannels, a.SelectedConversations} {
		out = append(out, many...)
	}
	return out
}

// label is what the person saw of the answer; may be empty.
func (a *action) label() string {
	switch {
	case a.Selected != nil && a.Selected.Text != nil:
		return a.Selected.Text.Text
	case a.Text != nil:
		return a.Text.Text
	}
	return ""
}

// single reports whether the action stands for one answer. Of elements that
// take several, each change is an action: they never are.
func (a *action) single() bool {
	switch a.Type {
	case "button", "static_select", "external_select", "users_select", "conversations_select", "channels_select",
		"radio_buttons", "overflow", "datepicker", "timepicker", "datetimepicker", "plain_text_input":
		return len(a.values()) == 1
	}
	return false
}

// link reports whether the action only opened an address of ours, which the
// bot has no part in. One with a value says something besides.
func (a *action) link() bool {
	return a.Type == "button" && a.URL != "" && a.Value == ""
}
