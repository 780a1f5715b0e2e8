package slack

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// webhook answers Slack. Nothing is looked at before the signature is proved.
// What is signed is never answered as a fault of its shape: Slack would only
// send it again.
func (s *service) webhook(ctx context.Context, call *integration.Call, req *platform.WebhookRequest) (*integration.WebhookResponse, error) {
	c, err := readSettings(call)
	if err != nil {
		return nil, err
	}
	if c.oauth() {
		if resp, handled, err := s.flow(c).Serve(ctx, call, req); handled {
			return resp, err
		}
	}
	if resp, handled, err := s.files.Serve(ctx, call, req); handled {
		return resp, err
	}
	if req.Method != http.MethodPost {
		return integration.Text(http.StatusMethodNotAllowed, "only POST"), nil
	}
	if !signed(c.signingSecret, req.Headers, req.Body, time.Now()) {
		return integration.Text(http.StatusUnauthorized, "the signature is missing, wrong or too old"), nil
	}
	if retry := req.Headers[headerRetry]; retry != "" {
		call.Logger.InfoContext(ctx, "Slack tells again", "retry", chatkit.ClipTag(retry), "reason", chatkit.ClipTag(req.Headers[headerReason]))
	}
	if strings.HasPrefix(strings.TrimSpace(req.Body), "{") {
		return s.posted(ctx, call, c, []byte(req.Body))
	}
	return s.submitted(ctx, call, c, req.Body)
}

// posted handles a body of JSON: an event, or the question whether this
// address is ours.
func (s *service) posted(ctx context.Context, call *integration.Call, c *settings, body []byte) (*integration.WebhookResponse, error) {
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		call.Logger.WarnContext(ctx, "webhook ignored: it cannot be read")
		return integration.Text(http.StatusOK, "ignored"), nil
	}
	if e.Type == typeVerification {
		resp := integration.Text(http.StatusOK, e.Challenge)
		resp.Header.Set("X-Content-Type-Options", "nosniff")
		return resp, nil
	}
	if err := settle(ctx, call, "event", s.event(ctx, call, c, &e)); err != nil {
		return nil, err
	}
	return integration.Text(http.StatusOK, "ok"), nil
}

// submitted handles a form. The empty answer closes a view, and shows nothing.
func (s *service) submitted(ctx context.Context, call *integration.Call, c *settings, body string) (*integration.WebhookResponse, error) {
	// A form, and nothing less: a plus is a space, and percent signs are read.
	form, err := url.ParseQuery(body)
	if err != nil {
		call.Logger.WarnContext(ctx, "webhook ignored: it cannot be read")
		return &integration.WebhookResponse{Status: http.StatusOK}, nil
	}
	if err := settle(ctx, call, "form", s.form(ctx, call, c, form)); err != nil {
		return nil, err
	}
	return &integration.WebhookResponse{Status: http.StatusOK}, nil
}

// settle lets through only errors that another try may mend: for those Slack
// is asked to tell again. Others are logged.
func settle(ctx context.Context, call *integration.Call, what string, err error) error {
	return chatkit.DropFinal(ctx, call, what, err)
}
