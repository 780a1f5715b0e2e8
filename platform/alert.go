package platform

// The types of alerts.
const (
	AlertDeliveryDead       = "delivery.dead"
	AlertTargetDown         = "target.down"
	AlertTargetUp           = "target.up"
	AlertInstallationFailed = "installation.failed"
	AlertTest               = "alert.test" // sent by TestAlert only
)

// AlertTypes returns the types that an endpoint can choose from.
func AlertTypes() []string {
	return []string{AlertDeliveryDead, AlertTargetDown, AlertTargetUp, AlertInstallationFailed}
}

// AlertPayload is the body of an alert. It holds ids and numbers, and no text of
// messages.
type AlertPayload struct {
	Type      string    `json:"type"`
	Timestamp Time      `json:"timestamp"`
	Data      AlertData `json:"data"`
}

// AlertData is what an alert is about. docs/alerts.md lists which members each
// type has.
type AlertData struct {
	BotID          string `json:"botId,omitempty"`
	Target         string `json:"target,omitempty"` // bot or installation
	InstallationID string `json:"installationId,omitempty"`
	Alias          string `json:"alias,omitempty"` // of the installation

	Count       int64    `json:"count,omitempty"`       // of dead letters
	DeliveryIDs []string `json:"deliveryIds,omitempty"` // of dead letters, the first 20
	FirstAt     *Time    `json:"firstAt,omitempty"`
	LastAt      *Time    `json:"lastAt,omitempty"`

	Since *Time `json:"since,omitempty"` // when the outage began

	Status string `json:"status,omitempty"` // of the installation
	Reason string `json:"reason,omitempty"` // why the registration failed
}

// DeliveryFailedBody is the body of delivery_failed: the bot does not get a
// message, or not now.
type DeliveryFailedBody struct {
	Conversation Conversation `json:"conversation"`
	MessageID    string       `json:"messageId"`
	DeliveryID   string       `json:"deliveryId"`
	// Outcome is dead (the message is a dead letter) or waiting (the bot is down,
	// the message is delivered once it is up).
	Outcome string `json:"outcome"`
}

// The outcomes of DeliveryFailedBody.
const (
	OutcomeDead    = "dead"
	OutcomeWaiting = "waiting"
)
