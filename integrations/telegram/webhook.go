package telegram

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// headerSecret is the header that says that it is Telegram who calls.
const headerSecret = "x-telegram-bot-api-secret-token"

// webhook takes an update from Telegram, or hands out a file.
func (s *service) webhook(ctx context.Context, call *integration.Call, req *platform.WebhookRequest) (*integration.WebhookResponse, error) {
	if resp, handled, err := s.files.Serve(ctx, call, req); handled {
		return resp, err
	}
	if req.Method != http.MethodPost {
		return integration.Text(http.StatusMethodNotAllowed, "only POST"), nil
	}
	c, err := s.settings(call)
	if err != nil {
		return nil, err
	}
	want := c.webhookSecret(call.WebhookID)
	if subtle.ConstantTimeCompare([]byte(req.Headers[headerSecret]), []byte(want)) != 1 {
		return integration.Text(http.StatusUnauthorized, "the secret token is missing or wrong"), nil
	}
	if err := s.update(ctx, call, c, json.RawMessage(req.Body)); err != nil {
		return nil, err
	}
	return integration.Text(http.StatusOK, "ok"), nil
}

// update handles one update to its end. An error asks for the update again:
// what was done before is not done twice. What another try would not mend is
// logged and dropped, because Telegram holds back what comes after it.
func (s *service) update(ctx context.Context, call *integration.Call, c *settings, raw json.RawMessage) error {
	u, err := readUpdate(raw)
	if err != nil && u.UpdateID == 0 {
		call.Logger.WarnContext(ctx, "an update cannot be read and was dropped", "error", err)
		return nil
	}
	handle := s.happened
	if err != nil { // something in it has another shape than expected
		handle = s.misread
	}
	return chatkit.DropFinal(ctx, call, fmt.Sprintf("update %d", u.UpdateID), handle(ctx, call, c, u, raw))
}

// readUpdate reads what Telegram sent. With an error the update, which is
// never nil, has what could be read of it.
func readUpdate(raw []byte) (*update, error) {
	u := new(update)
	if err := json.Unmarshal(raw, u); err != nil {
		return u, err
	}
	if u.UpdateID == 0 {
		return u, errors.New("it has no update_id")
	}
	return u, nil
}
