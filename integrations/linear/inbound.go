package linear

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/bellhop-dev/bellhop/integration"
)

// inbound is an update on its way in.
type inbound struct {
	Action           string                     `json:"action"`
	Type             string                     `json:"type"`
	Actor            *actor                     `json:"actor"`
	CreatedAt        string                     `json:"createdAt"`
	Data             json.RawMessage            `json:"data"`
	UpdatedFrom      map[string]json.RawMessage `json:"updatedFrom"`
	URL              string                     `json:"url"`
	OrganizationID   string                     `json:"organizationId"`
	WebhookTimestamp float64                    `json:"webhookTimestamp"`

	key string // the same when it is told again
}

// actor is who did it: a user, an OAuth application, another integration, or
// nobody.
type actor struct {
	ID        string `json:"id"`
	Type      string `json:"type"`
	Name      string `json:"name"`
	Service   string `json:"service"`
	Email     string `json:"email"`
	AvatarURL string `json:"avatarUrl"`
}

// verb is the action as events name it; empty when it is not known.
func (e *inbound) verb() string {
	switch e.Action {
	case "create", "restore":
		return "Created"
	case "update":
		return "Updated"
	case "remove":
		return "Deleted"
	}
	return ""
}

// own reports whether the bot did it itself. What it made has one of our ids;
// else it is known by whom the credentials act as.
func (e *inbound) own(call *integration.Call, c *settings, env *environment) bool {
	var d struct {
		ID     string  `json:"id"`
		UserID string  `json:"userId"`
		User   *person `json:"user"`
	}
	_ = json.Unmarshal(e.Data, &d) // what is not there is nobody's
	if e.Action == "create" && isOwnID(call, d.ID) {
		return true
	}
	who := d.UserID
	if who == "" && d.User != nil {
		who = d.User.ID
	}
	if e.Actor != nil && e.Actor.ID != "" {
		who = e.Actor.ID
	}
	if who == "" || c.ListenToSelf {
		return false
	}
	return who == env.ViewerID || c.clientID != "" && who == c.clientID
}

// change is a field that an update changed.
type change struct {
	Field string          `json:"field" title:"Field" description:"As Linear names it"`
	From  json.RawMessage `json:"from" title:"From" description:"The old value"`
	To    json.RawMessage `json:"to" title:"To" description:"The new value"`
}

// changes are what the update changed, sorted by field. That it was updated,
// and when, is told elsewhere.
func (e *inbound) changes() []change {
	var data map[string]json.RawMessage
	_ = json.Unmarshal(e.Data, &data) // what is not there is null
	list := []change{}
	for _, field := range slices.Sorted(maps.Keys(e.UpdatedFrom)) {
		if field == "updatedAt" {
			continue
		}
		list = append(list, change{Field: field, From: orNull(e.UpdatedFrom[field]), To: orNull(data[field])})
	}
	return list
}

func orNull(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("null")
	}
	return raw
}
