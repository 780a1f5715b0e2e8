package whatsapp

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/outbound"
	"github.com/bellhop-dev/bellhop/platform"
)

const (
	headerSignature = "x-hub-signature-256"
	objectAccount   = "whatsapp_business_account"
	fieldMessages   = "messages"
	fieldEchoes     = "smb_message_echoes"
)

// webhook answers Meta: the handshake when the address is set, and what
// happened after that. What is signed is never answered as a fault of its
// shape, for Meta would send it again for seven days.
func (s *service) webhook(ctx context.Context, call *integration.Call, req *platform.WebhookRequest) (*integration.WebhookResponse, error) {
	c, err := readSettings(call)
	if err != nil {
		return nil, err
	}
	switch req.Method {
	case http.MethodGet:
		return handshake(c, req.Query), nil
	case http.MethodPost:
	default:
		return integration.Text(http.StatusMethodNotAllowed, "only GET and POST"), nil
	}
	if !signed(c.secret, req.Headers[headerSignature], req.Body) {
		return integration.Text(http.StatusUnauthorized, "the signature is missing or wrong"), nil
	}
	var n notification
	if err := json.Unmarshal([]byte(req.Body), &n); err != nil || n.Object != objectAccount {
		call.Logger.WarnContext(ctx, "webhook ignored: it is not of a WhatsApp account")
		return integration.Text(http.StatusOK, "ignored"), nil
	}
	if err := s.receive(ctx, call, c, &n); err != nil {
		return nil, err
	}
	return integration.Text(http.StatusOK, "ok"), nil
}

// handshake answers Meta's question whether this address is ours.
func handshake(c *settings, query string) *integration.WebhookResponse {
	q, err := url.ParseQuery(query)
	given := q.Get("hub.verify_token")
	if err != nil || q.Get("hub.mode") != "subscribe" || subtle.ConstantTimeCompare([]byte(given), []byte(c.verifyToken)) != 1 {
		return integration.Text(http.StatusForbidden, "the verify token is wrong")
	}
	resp := integration.Text(http.StatusOK, q.Get("hub.challenge"))
	resp.Header.Set("X-Content-Type-Options", "nosniff")
	return resp
}

// signed reports whether the header is the body's signature with the secret.
func signed(secret, header, body string) bool {
	digits, ok := strings.CutPrefix(header, "sha256=")
	given, err := hex.DecodeString(digits)
	if !ok || err != nil || secret == "" {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return hmac.Equal(mac.Sum(nil), given)
}

// receive handles every change of every entry in order. An error asks Meta to
// send all of it again; what was done before is not done twice.
func (s *service) receive(ctx context.Context, call *integration.Call, c *settings, n *notification) error {
	for i := range n.Entry {
		for j := range n.Entry[i].Changes {
			if err := s.change(ctx, call, c, n.Entry[i].Time, &n.Entry[i].Changes[j]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *service) change(ctx context.Context, call *integration.Call, c *settings, at json.Number, ch *change) error {
	var v value
	if ch.Field != fieldMessages && ch.Field != fieldEchoes {
		return settle(ctx, call, "change", s.template(ctx, call, at, ch))
	}
	if json.Unmarshal(ch.Value, &v) != nil {
		return settle(ctx, call, "change", s.unhandled(ctx, call, ch.Field, "", ch.Value))
	}
	for _, part := range []struct {
		name   string
		list   []json.RawMessage
		handle func(json.RawMessage) error
	}{
		{"message", v.Messages, func(raw json.RawMessage) error { return s.message(ctx, call, c, &v, raw) }},
		{"status", v.Statuses, func(raw json.RawMessage) error { return s.became(ctx, call, c, raw) }},
		{"echo", v.MessageEchoes, func(raw json.RawMessage) error { return s.echo(ctx, call, c, &v, raw) }},
	} {
		for _, raw := range part.list {
			if err := settle(ctx, call, part.name, part.handle(raw)); err != nil {
				return err
			}
		}
	}
	return nil
}

// settle lets through only errors that another try may mend. Others would
// keep what follows from coming in: they are logged.
func settle(ctx context.Context, call *integration.Call, what string, err error) error {
	if err == nil {
		return nil
	}
	err = outbound.Steer(err)
	if e, ok := errors.AsType[*platform.Error](err); ok && e.Code < 500 && e.Code != http.StatusTooManyRequests && e.Code != http.StatusUnauthorized {
		call.Logger.ErrorContext(ctx, "a part of a webhook was dropped", "part", what, "error", err)
		return nil
	}
	return err
}
