package slack

import (
	"slices"
	"strings"
)

// scope is a right of the bot's token, and what it is for.
type scope struct {
	name string
	why  string
	// optional rights are not asked of a token that was made by hand.
	optional bool
}

// scopes are what the app needs; docs/integrations/slack.md says the same.
func scopes() []scope {
	return []scope{
		{"app_mentions:read", "messages that mention the bot", false},
		{"channels:history", "messages in public channels", false},
		{"channels:read", "names of public channels, who joins and leaves", false},
		{"channels:manage", "topics of public channels, marking as read", true},
		{"chat:write", "writing", false},
		{"chat:write.customize", "a name and a picture of the bot's own", true},
		{"commands", "slash commands and shortcuts", true},
		{"files:read", "files that people send", false},
		{"files:write", "files that the bot sends", false},
		{"groups:history", "messages in private channels", false},
		{"groups:read", "names of private channels, who joins and leaves", false},
		{"groups:write", "topics of private channels, marking as read", true},
		{"im:history", "direct messages", false},
		{"im:read", "which direct messages there are", false},
		{"im:write", "beginning direct messages", false},
		{"mpim:history", "messages in groups of people", false},
		{"mpim:read", "which groups of people there are", false},
		{"mpim:write", "marking groups of people as read", true},
		{"reactions:read", "reactions", false},
		{"reactions:write", "reacting", false},
		{"users:read", "people's names, pictures and time zones", false},
		{"users:read.email", "people's email addresses", true},
	}
}

// scopeNames lists the scopes that an installation by OAuth asks for.
func scopeNames() string {
	var names []string
	for _, s := range scopes() {
		names = append(names, s.name)
	}
	return strings.Join(names, ",")
}

// missing lists the scopes that the token lacks and the configuration needs.
func missing(have []string, c *settings) (needed, wanted []string) {
	for _, s := range scopes() {
		if slices.Contains(have, s.name) {
			continue
		}
		custom := s.name == "chat:write.customize" && (c.BotName != "" || c.BotAvatarURL != "")
		if s.optional && !custom {
			wanted = append(wanted, s.name)
			continue
		}
		needed = append(needed, s.name)
	}
	return needed, wanted
}
