package integration

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"

	"github.com/bellhop-dev/bellhop/internal/sdk"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// Call is one call of the platform into the integration: for whom it is, and
// the means to answer. It is good until the handler returns.
type Call struct {
	Operation     string
	BotID         string
	BotUserID     string // the user that is the bot
	IntegrationID string
	Alias         string // under which the integration is installed
	WebhookID     string
	// WebhookURL is the installation's public address. A platform that does
	// not send it along sets it for register and unregister only.
	WebhookURL string
	// ConfigurationType names the alternative configuration in use; empty
	// means the default one. Config decodes Configuration.
	ConfigurationType string
	Configuration     json.RawMessage
	// DeliveryID is the same for every attempt of one delivery; Attempt counts
	// from 1. Both are zero for calls that are not deliveries.
	DeliveryID string
	Attempt    int
	// CallID is the same for each repeat of a call of an action under an
	// idempotency key of its caller; "" otherwise. Pass it to an external
	// system that takes such a key.
	CallID string

	// Client calls the platform as this installation. In a delivery, and in an
	// action with a CallID, its calls get idempotency keys; see Named.
	Client *platform.Client
	// HTTPClient and Secrets are those of Env: for calls to the external
	// system.
	HTTPClient *http.Client
	Secrets    map[string]string
	// Logger knows the call: bot, alias, operation and delivery.
	Logger *slog.Logger

	mux *built
}

func (b *built) call(req *wire.Request) *Call {
	logger := b.env.Logger.With(slog.String("bot_id", req.BotID), slog.String("alias", req.IntegrationAlias),
		slog.String("operation", req.Operation), slog.String("delivery_id", req.DeliveryID))
	return &Call{
		Operation: req.Operation, WebhookURL: req.WebhookURL, BotID: req.BotID, BotUserID: req.BotUserID, IntegrationID: req.IntegrationID,
		Alias: req.IntegrationAlias, WebhookID: req.WebhookID, ConfigurationType: req.ConfigurationType,
		Configuration: req.Configuration, DeliveryID: req.DeliveryID, Attempt: req.Attempt, CallID: req.CallID,
		Client: platform.NewClient(sdk.Keyed(b.env.Transport, cmp.Or(req.DeliveryID, req.CallID), logger), platform.Caller{
			Token: b.env.Token, BotID: req.BotID, IntegrationID: req.IntegrationID, IntegrationAlias: req.IntegrationAlias,
			TraceParent: req.TraceParent, TraceState: req.TraceState,
		}),
		Logger: logger, HTTPClient: b.env.HTTPClient, Secrets: b.env.Secrets,
		mux: b,
	}
}

// Config decodes the installation's configuration. What does not fit C is a
// final refusal that names the member.
func Config[C any](call *Call) (*C, error) {
	return sdk.Config[C](call.Configuration)
}

// State returns a defined state of the conversation, user or integration with
// the id; an empty id of an integration's state means this installation. A name
// that is not defined, or a missing id, is the error of each method of the
// result.
func State[T any](call *Call, name, id string) *platform.StateRef[T] {
	return sdk.State[T](sdk.States{
		Client: call.Client, Defined: call.mux.wire.States, Own: platform.StateIntegration, OwnID: call.IntegrationID,
	}, name, id)
}

// Event is something that the integration tells the bot.
type Event struct {
	Type           string // a defined event
	Payload        any    // what the event's schema describes; nil is an empty object
	ConversationID string
	UserID         string
	MessageID      string
	Schedule       *platform.Schedule // nil is at once
	// DedupeKey, unless empty, names what happened, so that what the external
	// system tells again, or at the same time, is one event.
	DedupeKey string
}

// Emit tells the bot of an event. The payload is checked against the event's
// schema first.
func (c *Call) Emit(ctx context.Context, e Event) (*platform.Event, error) {
	return sdk.Emit(ctx, c.Client, c.mux.events, sdk.Event(e))
}
