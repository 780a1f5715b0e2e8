package slacktest

import (
	"slices"
	"strings"
	"time"
)

// allScopes are the bot's at the start.
func allScopes() []string {
	return []string{
		"app_mentions:read", "channels:history", "channels:manage", "channels:read", "chat:write", "chat:write.customize", "commands",
		"files:read", "files:write", "groups:history", "groups:read", "groups:write", "im:history", "im:read", "im:write",
		"mpim:history", "mpim:read", "mpim:write", "reactions:read", "reactions:write", "team:read", "users.profile:read", "users:read", "users:read.email",
	}
}

// allowed returns the code that a token is refused with, or nothing.
func (f *Fake) allowed(m *method, name, token string) string {
	switch {
	case m.open:
		return ""
	case token == "":
		return "not_authed"
	case name == "apps.connections.open":
		if token != AppToken {
			return "invalid_auth"
		}
		return ""
	}
	end, known := f.tokens[token]
	switch {
	case !known:
		return "invalid_auth"
	case f.revoked[token]:
		return "token_revoked"
	case !end.IsZero() && time.Now().After(end):
		return "token_expired"
	}
	if len(m.scopes) > 0 && !slices.ContainsFunc(m.scopes, func(s string) bool { return slices.Contains(f.scopes, s) }) {
		return "missing_scope:" + strings.Join(m.scopes, ",")
	}
	return ""
}

// do does a call that is right in form.
func (f *Fake) do(name, token string, args map[string]any) (map[string]any, refusal) {
	switch name {
	case "auth.test":
		return yes(map[string]any{
			"url": "https://bellhop.slack.com/", "team": "Bellhop", "user": "bellhop", "team_id": TeamID, "user_id": BotUserID, "bot_id": BotID,
		})
	case "apps.connections.open":
		return f.openConnection()
	case "auth.revoke":
		f.revoked[token] = true
		return yes(map[string]any{"revoked": true})
	case "oauth.v2.access":
		return f.access(args)
	case "chat.postMessage":
		return f.postMessage(args)
	case "conversations.history", "conversations.replies":
		return f.history(name, args)
	case "conversations.info", "conversations.list", "conversations.open", "conversations.setTopic", "conversations.mark":
		return f.conversations(name, args)
	case "users.info", "users.list":
		return f.people(name, args)
	case "reactions.add", "reactions.remove":
		return f.react(name, args)
	case "assistant.threads.setStatus":
		return f.setStatus(args)
	case "files.info", "files.getUploadURLExternal", "files.completeUploadExternal":
		return f.filesMethod(name, args)
	}
	return no("unknown_method")
}
