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

// headerSecret is the header by which Telegram proves itself.
const headerSecret = "x-telegram-bot-api-secret-token"

// webhook receives an update from Telegram, or serves a file.
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

// update handles one update to its end. An error asks Telegram to repeat it;
// what was done before is not done twice. An update that would fail every time
// is logged and dropped, because Telegram holds back the updates behind it.
func (s *service) update(ctx context.Context, call *integration.Call, c *settings, raw json.RawMessage) error {
	u, err := readUpdate(raw)
	if err != nil && u.UpdateID == 0 {
		call.Logger.WarnContext(ctx, "inbound update dropped: it cannot be read", "error", err)
		return nil
	}
	in := s.inbound(call, c, u, raw)
	if err != nil { // a member has another shape than expected
		err = in.unhandled(ctx)
	} else {
		err = in.handle(ctx, u)
	}
	return chatkit.DropFinal(ctx, call, fmt.Sprintf("update %d", u.UpdateID), err)
}

// readUpdate decodes an update. With an error, the update has what could be
// decoded; it is never nil.
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
