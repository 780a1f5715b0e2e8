package linear

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
)

// resourceTypes are what Linear tells of.
func resourceTypes() []string { return []string{"Issue", "Comment", "Reaction", "Project", "Cycle"} }

// hook is a webhook at Linear.
type hook struct {
	ID             string   `json:"id"`
	URL            string   `json:"url"`
	Enabled        bool     `json:"enabled"`
	ResourceTypes  []string `json:"resourceTypes"`
	AllPublicTeams bool     `json:"allPublicTeams"`
	Team           *struct {
		ID  string `json:"id"`
		Key string `json:"key"`
	} `json:"team"`
}

// listens reports whether the webhook is for the team of the settings.
func (h *hook) listens(c *settings) bool {
	if c.TeamID == "" {
		return h.AllPublicTeams
	}
	return h.Team != nil && (h.Team.ID == c.TeamID || strings.EqualFold(h.Team.Key, c.TeamID))
}

// listenAt makes Linear call the installation: one webhook, however often it is
// asked for, and none where a person made one.
func (s *service) listenAt(ctx context.Context, call *integration.Call, c *settings, v *viewer) error {
	if c.WebhookSigningSecret != "" {
		return s.silence(ctx, call, c)
	}
	if !strings.HasPrefix(call.WebhookURL, "https://") {
		return integration.RuntimeError("Linear only calls addresses that begin with https://, and this installation's is " + call.WebhookURL +
			": give the server its public address, or make a webhook yourself and set webhookSigningSecret")
	}
	ref := integration.State[ownWebhook](call, stateWebhook, "")
	own, err := ref.GetOrSet(ctx, newWebhook(call))
	if err != nil {
		return fmt.Errorf("note the webhook: %w", err)
	}
	admin := s.admin(call, c)
	found, moved, err := tidy(ctx, call, c, admin, own.ID)
	switch {
	case err != nil:
		return s.noWebhook(ctx, call, c, v, err)
	case found != nil:
		return s.noWebhook(ctx, call, c, v, mend(ctx, call, admin, found))
	case moved: // an id is good once
		*own = newWebhook(call)
		if err := ref.Set(ctx, *own); err != nil {
			return fmt.Errorf("note the webhook: %w", err)
		}
	}
	input := vars{
		"id": own.ID, "url": call.WebhookURL, "secret": own.Secret, "resourceTypes": resourceTypes(), "label": "Bellhop " + call.Alias,
	}
	if c.TeamID == "" {
		input["allPublicTeams"] = true
	} else {
		input["teamId"] = c.TeamID
	}
	var out struct{}
	err = admin.do(ctx, mutationWebhookCreate, vars{"input": input}, &out)
	if refused(err) && !denied(err) {
		// Somebody who registers at the same time may have made it.
		if found, _, errTidy := tidy(ctx, call, c, admin, own.ID); errTidy == nil && found != nil {
			return nil
		}
	}
	return s.noWebhook(ctx, call, c, v, err)
}

func newWebhook(call *integration.Call) ownWebhook {
	return ownWebhook{ID: ownID(call, "webhook "+rand.Text()), Secret: rand.Text() + rand.Text()}
}

// denied reports whether it is the credentials that Linear does not take.
func denied(err error) bool { return isCode(err, codeForbidden) || isCode(err, codeAuthentication) }

// noWebhook says why there is no webhook; nil when there is one.
func (s *service) noWebhook(ctx context.Context, call *integration.Call, c *settings, v *viewer, err error) error {
	switch {
	case err == nil:
		return nil
	case isCode(err, codeForbidden):
		return integration.RuntimeError("Linear lets only admins make webhooks, and " + v.Viewer.Name + " of " + v.Viewer.Organization.Name +
			" may not: use an admin's account, or make the webhook yourself and set webhookSigningSecret. " + err.Error())
	}
	return s.disconnected(ctx, call, c, stateAdminCredentials, "the webhook cannot be made at Linear", err)
}

// tidy returns our webhook, nil when there is none. It removes others that call
// the same address, for what they sign is not ours, and ours where it moved to
// another team, which a webhook cannot.
func tidy(ctx context.Context, call *integration.Call, c *settings, admin *client, id string) (found *hook, moved bool, err error) {
	var stray []string
	err = each(ctx, admin, queryWebhooks, "webhooks", nil, func(h *hook) bool {
		switch {
		case h.ID == id && h.listens(c):
			found = h
		case h.ID == id:
			moved = true
			stray = append(stray, h.ID)
		case h.URL == call.WebhookURL:
			stray = append(stray, h.ID)
		}
		return true
	})
	for _, id := range stray {
		if err == nil {
			err = removeHook(ctx, admin, id)
		}
	}
	return found, moved, err
}

// mend makes the webhook what it should be, where somebody or Linear changed
// it.
func mend(ctx context.Context, call *integration.Call, admin *client, h *hook) error {
	want := slices.Sorted(slices.Values(resourceTypes()))
	if h.Enabled && h.URL == call.WebhookURL && slices.Equal(slices.Sorted(slices.Values(h.ResourceTypes)), want) {
		return nil
	}
	call.Logger.InfoContext(ctx, "the webhook is mended", "enabled", h.Enabled)
	var out struct{}
	return admin.do(ctx, mutationWebhookUpdate, vars{"id": h.ID, "input": vars{
		"url": call.WebhookURL, "enabled": true, "resourceTypes": resourceTypes(),
	}}, &out)
}

// silence removes the webhook that we made, if any.
func (s *service) silence(ctx context.Context, call *integration.Call, c *settings) error {
	own, err := load[ownWebhook](ctx, call, stateWebhook)
	if err != nil || own == nil {
		return err
	}
	if err := removeHook(ctx, s.admin(call, c), own.ID); err != nil {
		return err
	}
	return forget(ctx, call, stateWebhook)
}

// removeHook removes a webhook; one that is gone already is none to remove.
func removeHook(ctx context.Context, admin *client, id string) error {
	var out struct{}
	err := admin.do(ctx, mutationWebhookDelete, vars{"id": id}, &out)
	if refused(err) && !denied(err) {
		return nil
	}
	return err
}
