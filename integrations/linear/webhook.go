package linear

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// webhook answers Linear, and browsers on the pages that connect an account.
// What is signed is never answered as a fault of its shape: Linear would only
// send it again, and disable the webhook in the end.
func (s *service) webhook(ctx context.Context, call *integration.Call, req *platform.WebhookRequest) (*integration.WebhookResponse, error) {
	c, err := s.settings(call)
	if err != nil {
		return nil, err
	}
	if c.apiKey == "" {
		flow, err := s.flow(ctx, call, c)
		if err != nil {
			return nil, err
		}
		if resp, handled, err := flow.Serve(ctx, call, req); handled || err != nil {
			return resp, err
		}
	}
	if req.Method != http.MethodPost {
		return integration.Text(http.StatusMethodNotAllowed, "only POST"), nil
	}
	secret, err := signingSecret(ctx, call, c)
	if err != nil {
		return nil, err
	}
	if !signed(secret, req.Headers[headerSignature], req.Body) {
		return integration.Text(http.StatusUnauthorized, "the signature is missing or wrong"), nil
	}
	var e inbound
	if err := json.Unmarshal([]byte(req.Body), &e); err != nil {
		call.Logger.WarnContext(ctx, "webhook ignored: it cannot be read")
		return integration.Text(http.StatusOK, "ignored"), nil
	}
	if !fresh(e.WebhookTimestamp, req.Headers[headerTimestamp], time.Now()) {
		return integration.Text(http.StatusUnauthorized, "the timestamp is missing or more than a minute away; check the clocks"), nil
	}
	e.key = deliveryKey(req.Headers[headerDelivery], &e)
	if err := chatkit.DropFinal(ctx, call, "webhook", s.receive(ctx, call, c, &e)); err != nil {
		return nil, err
	}
	return integration.Text(http.StatusOK, "ok"), nil
}

func signingSecret(ctx context.Context, call *integration.Call, c *settings) (string, error) {
	if c.WebhookSigningSecret != "" {
		return strings.TrimSpace(c.WebhookSigningSecret), nil
	}
	own, err := load[ownWebhook](ctx, call, stateWebhook)
	if err != nil || own == nil {
		return "", err
	}
	return own.Secret, nil
}

// deliveryKey names what Linear tells, the same when it is told again: the
// delivery's id, else what there is of it but the time of the telling.
func deliveryKey(id string, e *inbound) string {
	if id != "" && len(id) <= 100 {
		return id
	}
	sum := sha256.Sum256([]byte(e.Type + " " + e.Action + " " + e.CreatedAt + " " + string(e.Data)))
	return hex.EncodeToString(sum[:16])
}

// receive handles what happened. Each thing that it does is done once, whatever
// is repeated at the same time or later: messages go by the comment's id,
// events by the delivery's.
func (s *service) receive(ctx context.Context, call *integration.Call, c *settings, e *inbound) error {
	handle := map[string]func(context.Context, *integration.Call, *settings, *inbound) error{
		"Issue": s.issueHappened, "Comment": s.commentHappened, "Reaction": s.reactionHappened,
		"Project": s.projectHappened, "Cycle": s.cycleHappened,
	}[e.Type]
	if handle == nil || e.verb() == "" {
		call.Logger.DebugContext(ctx, "a kind of webhook that the bot is not told of", "type", e.Type, "action", e.Action)
		return nil
	}
	env, err := load[environment](ctx, call, stateEnvironment)
	if err != nil {
		return err
	}
	if env == nil {
		env = &environment{}
	}
	if e.own(call, c, env) {
		return nil
	}
	return handle(ctx, call, c, e)
}
