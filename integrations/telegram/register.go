package telegram

import (
	"context"
	"net/url"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
)

// maxConnections is how many updates Telegram may post at a time.
const maxConnections = 40

type webhookInfo struct {
	URL string `json:"url"`
}

// register proves the token by asking who the bot is, and settles how updates
// come in.
func (s *service) register(ctx context.Context, call *integration.Call) error {
	c, err := s.settings(call)
	if err != nil {
		return err
	}
	client := s.client(c)
	var me struct {
		tgUser
		CanReadAll bool `json:"can_read_all_group_messages"`
	}
	if err := client.call(ctx, "getMe", nil, &me); err != nil {
		return chatkit.Explain("the bot cannot be reached", err)
	}
	who := personOf(&me.tgUser)
	err = integration.State[account](call, stateAccount, "").Set(ctx, account{
		ID: number(me.ID), Username: me.Username, Name: who.name, ReadsGroups: me.CanReadAll,
	})
	if err != nil {
		return err
	}
	if c.polls(call.WebhookURL) {
		return s.freeForPolling(ctx, call, c)
	}
	if !strings.HasPrefix(call.WebhookURL, "https://") && c.APIURL == "" {
		return integration.RuntimeError("Telegram only calls https addresses, and this server's is " + call.WebhookURL +
			"; start it with --public-url https://…, or set updates to polling")
	}
	err = client.call(ctx, "setWebhook", map[string]any{
		"url": call.WebhookURL, "secret_token": c.webhookSecret(call.WebhookID), "allowed_updates": allowedUpdates(), "max_connections": maxConnections,
	}, nil)
	if err != nil {
		return chatkit.Explain("the webhook cannot be set", err)
	}
	return nil
}

// freeForPolling makes sure that no webhook is set, for Telegram would not
// answer getUpdates. Another program's is left alone unless told otherwise.
func (s *service) freeForPolling(ctx context.Context, call *integration.Call, c *settings) error {
	var info webhookInfo
	client := s.client(c)
	if err := client.call(ctx, "getWebhookInfo", nil, &info); err != nil {
		return chatkit.Explain("the bot's webhook cannot be read", err)
	}
	if info.URL == "" {
		return nil
	}
	if !ours(info.URL, call) && !c.TakeOver {
		return integration.RuntimeError("another program gets this bot's messages: its webhook is on " + host(info.URL) +
			"; remove it there, set takeOver in the configuration, or make a bot of its own for this server")
	}
	if err := client.call(ctx, "deleteWebhook", nil, nil); err != nil {
		return chatkit.Explain("the bot's old webhook cannot be removed", err)
	}
	return nil
}

// ours reports whether the address is this installation's webhook, maybe under
// an older address of the server.
func ours(address string, call *integration.Call) bool {
	u, err := url.Parse(address)
	return err == nil && call.WebhookID != "" && strings.HasSuffix(strings.TrimRight(u.Path, "/"), "/webhooks/"+call.WebhookID)
}

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "an unknown host"
	}
	return u.Host
}

// unregister takes the webhook back. That it failed, as with a token that was
// revoked, does not keep the installation from going.
func (s *service) unregister(ctx context.Context, call *integration.Call) error {
	c, err := s.settings(call)
	if err != nil {
		return nil //nolint:nilerr // nothing can have been registered
	}
	var info webhookInfo
	client := s.client(c)
	err = client.call(ctx, "getWebhookInfo", nil, &info)
	if err == nil && info.URL != "" && (info.URL == call.WebhookURL || ours(info.URL, call)) {
		err = client.call(ctx, "deleteWebhook", nil, nil)
	}
	if err != nil {
		call.Logger.WarnContext(ctx, "the webhook could not be removed at Telegram", "error", err)
	}
	return nil
}
