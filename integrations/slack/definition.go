package slack

import (
	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/integration/oauth"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
)

// Channels.
const (
	channelChannel = "channel"
	channelDM      = "dm"
	channelThread  = "thread"
)

// Tags of conversations.
const (
	tagID             = "id"
	tagTitle          = "title"
	tagThread         = "thread"
	tagBotReplyThread = "isBotReplyThread"
)

// Tags of messages.
const (
	tagTS             = "ts"
	tagUserID         = "userId"
	tagChannelID      = "channelId"
	tagMentionsBot    = "mentionsBot"
	tagForkedToThread = "forkedToThread"
	tagInteraction    = "interactionId"
	tagParts          = "parts"
	tagUpload         = "upload"
)

const stateIdentity = "identity"

// entityConversation is what a conversation is begun with.
const entityConversation = "conversation"

func definition() integration.Definition {
	return integration.Definition{
		Name: "slack", Version: "1.0.0", Title: "Slack",
		Description: "Talk with people in Slack's channels, threads and direct messages.",
		Configuration: &integration.Configuration{
			Title: "Slack app", Description: "Your own Slack app, installed by a link.", Schema: schema.For[OAuth],
		},
		Configurations: map[string]integration.Configuration{
			configManual: {Title: "Bot token", Description: "Your own Slack app, with its bot token.", Schema: schema.For[Manual]},
			configSocket: {Title: "Socket Mode", Description: "Your own Slack app over Socket Mode: this server need not be open to the internet.", Schema: schema.For[Socket]},
		},
		Channels: channels(),
		Events:   events(),
		Actions:  actionDefinitions(),
		Entities: map[string]integration.Entity{
			entityConversation: {Title: "Conversation", Description: "The channel to write to", Schema: schema.For[channelReference]},
		},
		Interfaces: chatkit.Interfaces(
			chatkit.TypingIndicator(), chatkit.ProactiveConversation(entityConversation, actionChannel),
		),
		User: integration.User{Tags: userTags(), Creation: &platform.CreationDefinition{Enabled: true, RequiredTags: []string{tagID}}},
		States: map[string]integration.StateDefinition{
			oauth.StateName:  oauth.StateDefinition(),
			stateSync:        {Type: platform.StateIntegration, Schema: schema.For[syncState]},
			stateIdentity:    {Type: platform.StateIntegration, Schema: schema.For[identity]},
			stateCredentials: {Type: platform.StateIntegration, Schema: schema.For[credentials]},
		},
	}
}

func tag(title, description string) platform.TagDefinition {
	return platform.TagDefinition{Title: title, Description: description}
}

func channels() map[string]integration.Channel {
	place := integration.Tags{
		tagID:    tag("Channel ID", "Slack's id of the channel"),
		tagTitle: tag("Title", "The channel's name"),
	}
	thread := integration.Tags{
		tagID: place[tagID], tagTitle: place[tagTitle],
		tagThread:         tag("Thread", "The time of the message that the thread is below"),
		tagBotReplyThread: tag("Thread of the bot", "The bot opened the thread to answer a message"),
	}
	message := integration.Tags{
		tagTS:             tag("Timestamp", "The message's time, which is its id in the channel; of a message in parts, the last one's"),
		tagUserID:         tag("User ID", "Slack's id of who wrote it"),
		tagChannelID:      tag("Channel ID", "Slack's id of the channel"),
		tagMentionsBot:    tag("Mentions the bot", "true when the bot is mentioned"),
		tagForkedToThread: tag("Forked to a thread", "true when the message was handed on to a thread of its own"),
		tagInteraction:    tag("Interaction ID", "The press of a button or the choice that the message stands for"),
		tagParts:          tag("Parts sent", "How many parts of the message are known to be sent"),
		tagUpload:         tag("Upload", "The part and the file that is being uploaded"),
	}
	by := func(tags ...string) *platform.CreationDefinition {
		return &platform.CreationDefinition{Enabled: true, RequiredTags: tags}
	}
	return map[string]integration.Channel{
		channelChannel: {Title: "Channel", Description: "A public or private channel, or a group of people", Messages: messageDefinitions(), MessageTags: message, ConversationTags: place, Creation: by(tagID)},
		channelDM:      {Title: "Direct message", Description: "One person and the bot", Messages: messageDefinitions(), MessageTags: message, ConversationTags: place, Creation: by(tagID)},
		channelThread:  {Title: "Thread", Description: "The answers to one message", Messages: messageDefinitions(), MessageTags: message, ConversationTags: thread, Creation: by(tagID, tagThread)},
	}
}
