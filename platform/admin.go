package platform

import "encoding/json"

// Bot is a bot and what it declares. URL is where its code listens; Builtin
// names the linked Go bot that answers instead.
type Bot struct {
	ID           string                    `json:"id"`
	CreatedAt    Time                      `json:"createdAt"`
	UpdatedAt    Time                      `json:"updatedAt"`
	Name         string                    `json:"name"`
	Dev          bool                      `json:"dev"`
	URL          string                    `json:"url,omitempty"`
	Builtin      string                    `json:"builtin,omitempty"`
	Uploaded     bool                      `json:"uploaded,omitempty"` // its code runs on the server, under Node
	Integrations map[string]BotIntegration `json:"integrations"`
	Tags         Tags                      `json:"tags"` // of the bot itself
	Description  string                    `json:"description,omitempty"`
	Medias       []BotMedia                `json:"medias"`
	BotDefinition
}

// BotMedia is a picture or another file that presents a bot.
type BotMedia struct {
	URL  string `json:"url"`
	Name string `json:"name"`
}

// BotIntegration is an installation as it stands in a bot's integrations.
type BotIntegration struct {
	ID                string          `json:"id"`
	CreatedAt         Time            `json:"createdAt"`
	UpdatedAt         Time            `json:"updatedAt"`
	Name              string          `json:"name"`
	Version           string          `json:"version"`
	Enabled           bool            `json:"enabled"`
	Status            string          `json:"status"`
	StatusReason      *string         `json:"statusReason"`
	WebhookID         string          `json:"webhookId"`
	WebhookURL        string          `json:"webhookUrl"`
	Identifier        *string         `json:"identifier"`
	ConfigurationType *string         `json:"configurationType"`
	Configuration     json.RawMessage `json:"configuration"`
	DisabledChannels  []string        `json:"disabledChannels"`
}

// Integration is a stored integration version.
type Integration struct {
	ID        string `json:"id"`
	CreatedAt Time   `json:"createdAt"`
	UpdatedAt Time   `json:"updatedAt"`
	Builtin   bool   `json:"builtin"`
	// Uploaded tells that its code was uploaded and runs on the server.
	Uploaded bool `json:"uploaded,omitempty"`
	// Dev tells that it is in development: its code runs on a developer's
	// machine, and it is found by its id only.
	Dev bool `json:"dev"`
	IntegrationDefinition
}

// IntegrationUpload is a definition as CreateIntegration and UpdateIntegration
// take it.
type IntegrationUpload struct {
	IntegrationDefinition
	// Code is the text of a bundle that the server runs: one CommonJS module, at
	// most 50 MB. It takes the place of URL.
	Code string `json:"code,omitempty"`
	// Secrets stand in for the definition's, with values.
	Secrets Secrets `json:"secrets,omitempty"`
}

// InstallationStatus is where an installation is in its life.
type InstallationStatus string

// The statuses of installations.
const (
	RegistrationPending   InstallationStatus = "registration_pending"
	Registered            InstallationStatus = "registered"
	RegistrationFailed    InstallationStatus = "registration_failed"
	UnregistrationPending InstallationStatus = "unregistration_pending"
	Unregistered          InstallationStatus = "unregistered"
	UnregistrationFailed  InstallationStatus = "unregistration_failed"
)

// Installation is an integration installed on a bot under an alias.
type Installation struct {
	ID            string             `json:"id"`
	CreatedAt     Time               `json:"createdAt"`
	UpdatedAt     Time               `json:"updatedAt"`
	BotID         string             `json:"botId"`
	Alias         string             `json:"alias"`
	IntegrationID string             `json:"integrationId"`
	Name          string             `json:"name"`
	Version       string             `json:"version"`
	Enabled       bool               `json:"enabled"`
	Status        InstallationStatus `json:"status"`
	StatusReason  string             `json:"statusReason,omitempty"`
	WebhookID     string             `json:"webhookId"`
	WebhookURL    string             `json:"webhookUrl"`
	Identifier    string             `json:"identifier,omitempty"`
	// AuthorizeURL is where a person connects an account, for a configuration
	// whose definition has a link template.
	AuthorizeURL      string          `json:"authorizeUrl,omitempty"`
	ConfigurationType string          `json:"configurationType,omitempty"`
	Configuration     json.RawMessage `json:"configuration"` // secret fields masked
	OnDeadLetter      string          `json:"onDeadLetter"`  // free or hold
	// DisabledChannels are those to which nothing is sent.
	DisabledChannels []string `json:"disabledChannels,omitempty"`
}

// DeliveryState is where a delivery is.
type DeliveryState string

// The states of deliveries.
const (
	DeliveryPending   DeliveryState = "pending"
	DeliveryDelivered DeliveryState = "delivered"
	DeliveryDead      DeliveryState = "dead"
	DeliveryHeld      DeliveryState = "held"
	DeliveryDiscarded DeliveryState = "discarded"
)

// Delivery is one thing that a target must be told, and how it went.
type Delivery struct {
	ID             string        `json:"id"`
	CreatedAt      Time          `json:"createdAt"`
	FinishedAt     *Time         `json:"finishedAt,omitempty"`
	State          DeliveryState `json:"state"`
	Target         string        `json:"target"` // bot, installation or alert
	BotID          string        `json:"botId"`
	Alias          string        `json:"alias,omitempty"`
	AliasRemoved   bool          `json:"aliasRemoved,omitempty"` // the installation was removed
	AlertID        string        `json:"alertId,omitempty"`      // of the endpoint
	Operation      string        `json:"operation"`
	Type           string        `json:"type,omitempty"`
	Lane           string        `json:"lane"`
	Sequence       int64         `json:"sequence"`
	ConversationID string        `json:"conversationId,omitempty"`
	MessageID      string        `json:"messageId,omitempty"`
	EventID        string        `json:"eventId,omitempty"`
	Attempts       int           `json:"attempts"`
	NextAttemptAt  *Time         `json:"nextAttemptAt,omitempty"`
	// LeaseUntil is until when the target works on it without a connection; the
	// latest attempt is under way.
	LeaseUntil *Time `json:"leaseUntil,omitempty"`
	// CarriedBy is the delivery whose attempts carried this one too.
	CarriedBy string    `json:"carriedBy,omitempty"`
	LastError string    `json:"lastError,omitempty"`
	Log       []Attempt `json:"log,omitempty"`
}

// Attempt is one try of a delivery.
type Attempt struct {
	Number   int    `json:"number"`
	At       Time   `json:"at"`
	Duration int64  `json:"durationMs"`
	Outcome  string `json:"outcome"` // delivered, retry, dead or cancelled
	Status   int    `json:"status,omitempty"`
	Error    string `json:"error,omitempty"`
}

// TokenKind says whom a token stands for.
type TokenKind string

// The kinds of tokens.
const (
	TokenAccount     TokenKind = "account"
	TokenBot         TokenKind = "bot"
	TokenIntegration TokenKind = "integration"
)

// Token describes a token without its value.
type Token struct {
	ID             string    `json:"id"`
	CreatedAt      Time      `json:"createdAt"`
	Kind           TokenKind `json:"kind"`
	BotID          string    `json:"botId,omitempty"`
	IntegrationID  string    `json:"integrationId,omitempty"`
	Note           string    `json:"note,omitempty"`
	LastCharacters string    `json:"lastCharacters"`
}
