package wire

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
)

// Headers of a call into code. The x-bp ones are the contract's; the
// x-bellhop ones are ours and optional.
const (
	HeaderBotID             = "X-Bot-Id"
	HeaderBotUserID         = "X-Bot-User-Id"
	HeaderIntegrationID     = "X-Integration-Id"
	HeaderIntegrationAlias  = "X-Integration-Alias"
	HeaderWebhookID         = "X-Webhook-Id"
	HeaderConfigurationType = "X-Bp-Configuration-Type"
	HeaderConfiguration     = "X-Bp-Configuration"
	HeaderOperation         = "X-Bp-Operation"
	HeaderType              = "X-Bp-Type"
	HeaderSignature         = "X-Bp-Signature"
	HeaderDeliveryID        = "X-Bellhop-Delivery-Id"
	HeaderAttempt           = "X-Bellhop-Attempt"
	HeaderCallID            = "X-Bellhop-Call-Id"
	HeaderWebhookURL        = "X-Bellhop-Webhook-Url"
	HeaderLease             = "X-Bellhop-Lease" // of an answer
	HeaderTraceParent       = "Traceparent"
	HeaderTraceState        = "Tracestate"
)

// Encode writes the request's fields, all but the body, as headers.
func (r *Request) Encode(h http.Header) {
	set := func(key, value string) {
		if value != "" {
			h[key] = []string{value}
		}
	}
	set(HeaderBotID, r.BotID)
	set(HeaderBotUserID, r.BotUserID)
	set(HeaderIntegrationID, r.IntegrationID)
	set(HeaderIntegrationAlias, r.IntegrationAlias)
	set(HeaderWebhookID, r.WebhookID)
	set(HeaderConfigurationType, r.ConfigurationType)
	config := r.Configuration
	if len(config) == 0 {
		config = []byte("{}")
	}
	set(HeaderConfiguration, base64.StdEncoding.EncodeToString(config))
	set(HeaderOperation, r.Operation)
	typ := r.Type
	if typ == "" {
		typ = r.Operation
	}
	set(HeaderType, typ)
	set(HeaderDeliveryID, r.DeliveryID)
	if r.Attempt > 0 {
		set(HeaderAttempt, strconv.Itoa(r.Attempt))
	}
	set(HeaderCallID, r.CallID)
	set(HeaderWebhookURL, r.WebhookURL)
	set(HeaderTraceParent, r.TraceParent)
	set(HeaderTraceState, r.TraceState)
}

// Decode reads a request's fields, all but the body, from headers. It fails,
// naming the header, when the operation, the bot or the configuration is
// missing or cannot be read.
func Decode(h http.Header) (*Request, error) {
	r := &Request{
		Operation:         h.Get(HeaderOperation),
		Type:              h.Get(HeaderType),
		BotID:             h.Get(HeaderBotID),
		BotUserID:         h.Get(HeaderBotUserID),
		IntegrationID:     h.Get(HeaderIntegrationID),
		IntegrationAlias:  h.Get(HeaderIntegrationAlias),
		WebhookID:         h.Get(HeaderWebhookID),
		ConfigurationType: h.Get(HeaderConfigurationType),
		DeliveryID:        h.Get(HeaderDeliveryID),
		CallID:            h.Get(HeaderCallID),
		WebhookURL:        h.Get(HeaderWebhookURL),
		TraceParent:       h.Get(HeaderTraceParent),
		TraceState:        h.Get(HeaderTraceState),
	}
	for _, must := range [...]struct{ header, value string }{
		{HeaderOperation, r.Operation}, {HeaderBotID, r.BotID},
	} {
		if must.value == "" {
			return nil, fmt.Errorf("header %s is missing", must.header)
		}
	}
	config, err := base64.StdEncoding.DecodeString(h.Get(HeaderConfiguration))
	if err != nil {
		return nil, fmt.Errorf("header %s is not base64: %w", HeaderConfiguration, err)
	}
	r.Configuration = config
	if n, err := strconv.Atoi(h.Get(HeaderAttempt)); err == nil {
		r.Attempt = n
	}
	return r, nil
}
