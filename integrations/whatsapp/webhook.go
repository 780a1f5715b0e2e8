package whatsapp

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
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
	if call.ConfigurationType != configManual {
		if resp, handled, err := s.flow().Serve(ctx, call, req); handled {
			return resp, err
		}
	}
	if resp, handled, err := s.files.Serve(ctx, call, req); handled {
		return resp, err
	}
	k, err := s.keys(call)
	if err != nil {
		return nil, err
	}
	switch req.Method {
	case http.MethodGet:
		return handshake(k, req.Query), nil
	case http.MethodPost:
	default:
		return integration.Text(http.StatusMethodNotAllowed, "only GET and POST"), nil
	}
	if !signed(k.secret, req.Headers[headerSignature], req.Body) {
		return integration.Text(http.StatusUnauthorized, "the signature is missing or wrong"), nil
	}
	var n notification
	if err := json.Unmarshal([]byte(req.Body), &n); err != nil || n.Object != objectAccount {
		call.Logger.WarnContext(ctx, "webhook ignored: it is not of a WhatsApp account")
		return integration.Text(http.StatusOK, "ignored"), nil
	}
	c, err := s.settings(ctx, call)
	if err != nil {
		return nil, err
	}
	in := &inbound{service: s, call: call, settings: c, unread: map[chat]string{}}
	err = in.receive(ctx, &n)
	in.receipts(ctx) // of what was taken, also when the rest is to come again
	if err != nil {
		return nil, err
	}
	return integration.Text(http.StatusOK, "ok"), nil
}

// handshake answers Meta's question whether this address is ours.
func handshake(k keys, query string) *integration.WebhookResponse {
	q, err := url.ParseQuery(query)
	given := q.Get("hub.verify_token")
	if err != nil || q.Get("hub.mode") != "subscribe" || subtle.ConstantTimeCompare([]byte(given), []byte(k.verifyToken)) != 1 || given == "" {
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
