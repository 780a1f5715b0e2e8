package slacktest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strconv"
	"time"
)

// The platform's face: what Slack posts to an app.

// Sign returns the headers, in lower case, of a body that is posted at a time.
func Sign(body string, at time.Time) map[string]string { return SignWith(SigningSecret, body, at) }

// SignWith is Sign with another secret.
func SignWith(secret, body string, at time.Time) map[string]string {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + stamp + ":" + body))
	return map[string]string{
		"x-slack-request-timestamp": stamp,
		"x-slack-signature":         "v0=" + hex.EncodeToString(mac.Sum(nil)),
	}
}

// Event is the envelope of an event, which is given as JSON.
func Event(id, event string) string { return EventOf(TeamID, id, event) }

// EventOf is Event of a workspace.
func EventOf(team, id, event string) string {
	return must(map[string]any{
		"token": "verification", "team_id": team, "api_app_id": AppID, "type": "event_callback", "event_id": id,
		"event_time": 1764000000, "event_context": "EC1", "is_ext_shared_channel": false,
		"authorizations": []any{map[string]any{"enterprise_id": nil, "team_id": team, "user_id": BotUserID, "is_bot": true, "is_enterprise_install": false}},
		"event":          json.RawMessage(event),
	})
}

// Interaction is the form that an interaction, given as JSON, is posted in.
func Interaction(payload string) string { return url.Values{"payload": {payload}}.Encode() }

// Command is the form of a slash command.
func Command(trigger, command, text, user, channel string) string {
	return url.Values{
		"token": {"verification"}, "team_id": {TeamID}, "team_domain": {"bellhop"}, "channel_id": {channel}, "channel_name": {"general"},
		"user_id": {user}, "user_name": {"ada"}, "command": {command}, "text": {text}, "api_app_id": {AppID}, "is_enterprise_install": {"false"},
		"response_url": {"https://hooks.slack.com/commands/T0BELLHOP/1/x"}, "trigger_id": {trigger},
	}.Encode()
}

func must(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("it cannot be written: " + err.Error())
	}
	return string(raw)
}
