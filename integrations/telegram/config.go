package telegram

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
)

// How updates come in.
const (
	updatesAuto    = "auto"
	updatesWebhook = "webhook"
	updatesPolling = "polling"
)

// Config is the configuration of an installation.
type Config struct {
	BotToken             string `json:"botToken" title:"Bot token" description:"What @BotFather gives for the bot, as 123456:ABC-DEF." pattern:"^\\s*[0-9]+:[A-Za-z0-9_-]+\\s*$" secret:"true"`
	Updates              string `json:"updates,omitempty" title:"How messages come in" description:"webhook: Telegram calls this server. polling: this server asks Telegram, which works behind NAT. auto: webhook when the server has a public https address, else polling." enum:"auto,webhook,polling" default:"auto"`
	TakeOver             bool   `json:"takeOver,omitempty" title:"Take over from another webhook" description:"When another program has set a webhook for the bot, remove it." default:"false"`
	TypingIndicatorEmoji bool   `json:"typingIndicatorEmoji,omitempty" title:"React with 👀 while typing" description:"Put an emoji on the person's message while the bot prepares the answer." default:"false"`
	AnswerButtons        *bool  `json:"answerButtons,omitempty" title:"Answer presses of buttons" description:"Tell Telegram at once that a press was heard. When off, the button waits for the bot's action answerCallback, which can show a notice." default:"true"`
	APIURL               string `json:"apiUrl,omitempty" title:"Bot API server" description:"Address of a Bot API server of your own. The token is sent there. Empty means Telegram's." pattern:"^(https?://.+)?$"`
}

// settings are the checked configuration.
type settings struct {
	Config
	token string
	botID string // Telegram's id of the bot, which the token begins with
	base  *url.URL
}

func (s *service) settings(call *integration.Call) (*settings, error) {
	c, err := integration.Config[Config](call)
	if err != nil {
		return nil, err
	}
	out := &settings{Config: *c, token: strings.TrimSpace(c.BotToken)}
	id, secret, ok := strings.Cut(out.token, ":")
	if !ok || id == "" || secret == "" || strings.ContainsAny(out.token, "/?#% \t\r\n") {
		return nil, integration.RuntimeError("botToken is not a bot's token; copy it from @BotFather: it looks like 123456:ABC-DEF")
	}
	out.botID = id
	address := strings.TrimSpace(c.APIURL)
	if address == "" {
		address = s.apiURL
	}
	if out.base, err = url.Parse(address); err != nil || out.base.Host == "" || out.base.Scheme != "https" && out.base.Scheme != "http" {
		return nil, integration.RuntimeError("apiUrl is not an http or https address")
	}
	out.base.RawQuery, out.base.Fragment, out.base.User = "", "", nil
	return out, nil
}

// polls reports whether updates are asked for rather than posted to the
// address.
func (c *settings) polls(webhookURL string) bool {
	switch c.Updates {
	case updatesPolling:
		return true
	case updatesWebhook:
		return false
	}
	return !public(webhookURL)
}

// public reports whether Telegram can be expected to reach the address: https,
// one of its ports, and no name or number of a private network.
func public(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || !slices.Contains([]string{"", "443", "80", "88", "8443"}, u.Port()) {
		return false
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsGlobalUnicast() && !ip.IsPrivate()
	}
	for _, suffix := range []string{"localhost", ".local", ".internal", ".lan", ".home.arpa", ".test"} {
		if host == suffix || strings.HasSuffix(host, suffix) {
			return false
		}
	}
	return net.ParseIP(host) == nil && strings.Contains(host, ".")
}

// derive makes a secret from the token: the same every time, on every node,
// and nothing that the token could be found from.
func (c *settings) derive(what ...string) string {
	mac := hmac.New(sha256.New, []byte(c.token))
	mac.Write([]byte(strings.Join(what, "\x00")))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// webhookSecret is what Telegram sends along with the updates of the webhook.
func (c *settings) webhookSecret(webhookID string) string { return c.derive("webhook", webhookID) }
