package slack

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
)

// apiTimeout bounds one call of the Web API.
const apiTimeout = 20 * time.Second

// client calls Slack's Web API for one installation, with slack-go behind types of
// ours: it is the only file besides those named api_ and socket.go that knows
// that library. It is good for one call of the platform.
type client struct {
	s     *service
	call  *integration.Call
	c     *settings
	slack *slack.Client // nil until the token is known
	token string
}

func (s *service) client(call *integration.Call, c *settings) *client {
	return &client{s: s, call: call, c: c}
}

func (s *service) apiURL() string { return s.base.JoinPath("api").String() + "/" }

// with makes the client for a token.
func (a *client) with(token string) {
	a.token = token
	a.slack = slack.New(token, slack.OptionAPIURL(a.s.apiURL()), slack.OptionHTTPClient(a.s.http), slack.OptionAppLevelToken(a.c.appToken))
}

// do makes one call. bucket narrows what Slack counts together besides the
// method: a channel, or nothing. A token that expired meanwhile is renewed
// once: Slack did nothing with the call then.
func (a *client) do(ctx context.Context, method, bucket string, fn func(context.Context, *slack.Client) error) error {
	gate := a.call.WebhookID + " " + method + " " + bucket
	if wait := a.s.gates.closed(gate, time.Now()); wait > 0 {
		return &chatkit.Error{Vendor: vendor, Code: "ratelimited", Message: method + " is used too often", RetryAfter: wait}
	}
	if a.slack == nil {
		token, err := a.s.token(ctx, a.call, a.c, "")
		if err != nil {
			return err
		}
		a.with(token)
	}
	err := bounded(ctx, a.slack, fn)
	if a.c.oauth() && isCode(err, "token_expired") {
		token, renewErr := a.s.token(ctx, a.call, a.c, a.token)
		if renewErr != nil {
			return renewErr
		}
		a.with(token)
		err = bounded(ctx, a.slack, fn)
	}
	if err == nil {
		return nil
	}
	refused := refusal(method, err)
	if refused.RetryAfter > 0 {
		a.s.gates.close(gate, time.Now().Add(refused.RetryAfter))
	}
	return refused
}

func bounded(ctx context.Context, client *slack.Client, fn func(context.Context, *slack.Client) error) error {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	return fn(ctx, client)
}

// identity is who the token is.
type identity struct {
	TeamID string `json:"teamId"`
	UserID string `json:"userId"` // of the bot
	BotID  string `json:"botId,omitempty"`
	Team   string `json:"team,omitempty"`
}

// test proves the token, and returns who it is and its scopes; no scopes when
// Slack did not say.
func (a *client) test(ctx context.Context) (*identity, []string, error) {
	var out *slack.AuthTestResponse
	err := a.do(ctx, "auth.test", "", func(ctx context.Context, c *slack.Client) (err error) {
		out, err = c.AuthTestContext(ctx)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	var scopes []string
	for scope := range strings.SplitSeq(out.Header.Get("X-OAuth-Scopes"), ",") {
		if scope = strings.TrimSpace(scope); scope != "" {
			scopes = append(scopes, scope)
		}
	}
	return &identity{TeamID: out.TeamID, UserID: out.UserID, BotID: out.BotID, Team: out.Team}, scopes, nil
}

// revoke ends the token.
func (a *client) revoke(ctx context.Context) error {
	return a.do(ctx, "auth.revoke", "", func(ctx context.Context, c *slack.Client) error {
		_, err := c.SendAuthRevokeContext(ctx, "")
		return err
	})
}

// post sends one part of a message and returns its time, which is its id in
// the channel.
func (a *client) post(ctx context.Context, p *post) (ts string, err error) {
	options := []slack.MsgOption{slack.MsgOptionText(p.text, false)}
	if len(p.blocks) > 0 {
		options = append(options, slack.MsgOptionBlocks(wireBlocks(p.blocks)...))
	}
	if p.thread != "" {
		options = append(options, slack.MsgOptionTS(p.thread))
	}
	if p.mark != nil {
		options = append(options, slack.MsgOptionMetadata(slack.SlackMetadata{EventType: markType, EventPayload: p.mark.payload()}))
	}
	if a.c.BotName != "" {
		options = append(options, slack.MsgOptionUsername(a.c.BotName))
	}
	if a.c.BotAvatarURL != "" {
		options = append(options, slack.MsgOptionIconURL(a.c.BotAvatarURL))
	}
	err = a.do(ctx, "chat.postMessage", p.channel, func(ctx context.Context, c *slack.Client) (err error) {
		_, ts, err = c.PostMessageContext(ctx, p.channel, options...)
		return err
	})
	return ts, err
}

// post is one message as Slack takes it.
type post struct {
	channel, thread string
	text            string // mrkdwn; with blocks, what notifications show
	blocks          []block
	mark            *mark
}

// wireBlock is a block of ours as slack-go sends it.
type wireBlock struct{ block }

func (b wireBlock) BlockType() slack.MessageBlockType { return slack.MessageBlockType(b.blockType()) }
func (b wireBlock) ID() string                        { return "" }
func (b wireBlock) MarshalJSON() ([]byte, error)      { return encode(b.block) }

func wireBlocks(blocks []block) []slack.Block {
	out := make([]slack.Block, len(blocks))
	for i, b := range blocks {
		out[i] = wireBlock{b}
	}
	return out
}

// trusted reports whether a token may go to the address: Slack's hosts over
// HTTPS, and the API's own.
func (s *service) trusted(u *url.URL) bool {
	if u.Scheme == s.base.Scheme && u.Host == s.base.Host && u.User == nil {
		return true
	}
	host := strings.ToLower(u.Hostname())
	return u.Scheme == "https" && u.User == nil && (u.Port() == "" || u.Port() == "443") &&
		(host == "slack.com" || strings.HasSuffix(host, ".slack.com"))
}
