package linear

import (
	"context"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// viewer is whom the credentials act as.
type viewer struct {
	Viewer struct {
		ID           string `json:"id"`
		Name         string `json:"name"`
		Admin        bool   `json:"admin"`
		Organization struct {
			ID     string `json:"id"`
			Name   string `json:"name"`
			URLKey string `json:"urlKey"`
		} `json:"organization"`
	} `json:"viewer"`
}

// register proves the credentials by asking whom they act as, and sees that
// there is one webhook. It comes again every day, for Linear disables webhooks
// that failed for long.
func (s *service) register(ctx context.Context, call *integration.Call) error {
	c, err := s.settings(call)
	if err != nil {
		return err
	}
	if c.apiKey == "" {
		if state, err := missing(ctx, call, c); err != nil {
			return err
		} else if state != "" {
			return connect(ctx, call)
		}
	}
	var v viewer
	if err := s.client(call, c).do(ctx, queryViewer, nil, &v); err != nil {
		return s.disconnected(ctx, call, c, stateCredentials, "Linear does not take the credentials", err)
	}
	err = keep(ctx, call, stateEnvironment, environment{
		ViewerID: v.Viewer.ID, ViewerName: v.Viewer.Name,
		OrganizationID: v.Viewer.Organization.ID, OrganizationName: v.Viewer.Organization.Name,
	})
	if err != nil {
		return err
	}
	if err := s.listenAt(ctx, call, c, &v); err != nil {
		return err
	}
	_, err = call.Client.ConfigureIntegration(ctx, &platform.ConfigureIntegrationInput{ScheduleRegisterCall: "daily"})
	return err
}

// disconnected explains a refusal. Where a person must agree anew, what they
// agreed to before is forgotten and the link is told.
func (s *service) disconnected(ctx context.Context, call *integration.Call, c *settings, state, what string, err error) error {
	if c.apiKey == "" && (isCode(err, codeAuthentication) || isCode(err, codeInvalidGrant)) {
		call.Logger.WarnContext(ctx, "the connection ended", "state", state, "error", err)
		if err := forget(ctx, call, state); err != nil {
			return err
		}
		return connect(ctx, call)
	}
	return chatkit.Explain(what, err)
}

// unregister removes the webhook, and gives back the tokens that people's
// consents brought. What Linear refuses for good keeps nobody from removing
// the integration: the webhook then has nobody to call.
func (s *service) unregister(ctx context.Context, call *integration.Call) error {
	c, err := s.settings(call)
	if err != nil {
		return nil // it was never registered
	}
	if err := s.silence(ctx, call, c); err != nil {
		if steered := chatkit.Classify(err); !platform.IsType(steered, platform.TypeRuntime) {
			return steered
		}
		call.Logger.WarnContext(ctx, "the webhook could not be removed at Linear; remove it there under Settings > API", "error", err)
	}
	for _, state := range []string{stateAdminCredentials, stateCredentials} {
		s.giveBack(ctx, call, state)
	}
	return nil
}
