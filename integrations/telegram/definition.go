package telegram

import (
	"fmt"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
)

const channelName = "channel"

// Tags of conversations.
const (
	tagChatID       = "chatId"
	tagThreadID     = "threadId"
	tagChatType     = "chatType"
	tagTitle        = "title"
	tagTopic        = "topic"
	tagMigratedFrom = "migratedFrom"
	tagFromID       = "fromUserId"
	tagFromUsername = "fromUserUsername"
	tagFromName     = "fromUserName"
)

// Tags of users, besides id.
const (
	tagUsername     = "username"
	tagLanguage     = "languageCode"
	tagIsBot        = "isBot"
	tagPictureAsked = "pictureAsked"
)

// Tags of messages, besides chatId.
const (
	tagID          = "id"
	tagParts       = "parts"
	tagReplyTo     = "replyTo"
	tagCallbackID  = "callbackId"
	tagMediaGroup  = "mediaGroupId"
	tagFileID      = "fileId"
	tagCommand     = "command"
	tagArguments   = "arguments"
	tagMentionsBot = "mentionsBot"
)

// States.
const (
	stateAccount = "account"
	statePolling = "polling"
)

// entityConversation is what a conversation is begun with.
const entityConversation = "conversation"

// account is who the bot is.
type account struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	Name     string `json:"name"`
	// ReadsGroups says that privacy mode is off: the bot gets all messages of
	// groups.
	ReadsGroups bool `json:"readsGroups"`
}

func tag(title, description string) platform.TagDefinition {
	return platform.TagDefinition{Title: title, Description: description}
}

func definition() integration.Definition {
	return integration.Definition{
		Name: "telegram", Version: "1.0.0", Title: "Telegram",
		Description: "Talk with people on Telegram, in private, in groups and in channels, with a bot of @BotFather's.",
		Configuration: &integration.Configuration{
			Title: "Bot token", Description: "A bot made with @BotFather.", Schema: schema.For[Config],
		},
		Channels: map[string]integration.Channel{channelName: {
			Title: "Telegram chat", Description: "A person, a group, a topic of a group, or a channel",
			Messages: messageDefinitions(), MessageTags: messageTags(), ConversationTags: conversationTags(),
			Creation: &platform.CreationDefinition{Enabled: true, RequiredTags: []string{tagID}},
		}},
		User: integration.User{
			Tags: integration.Tags{
				tagID:           tag("User ID", "Telegram's id of the person, or of the channel or group that speaks as itself"),
				tagUsername:     tag("Username", "Without the @"),
				tagLanguage:     tag("Language", "Of the person's app, as en or pt-br"),
				tagIsBot:        tag("Is a bot", "true for bots"),
				tagPictureAsked: tag("Picture asked", "The day on which Telegram was last asked for a picture"),
			},
			Creation: &platform.CreationDefinition{Enabled: true, RequiredTags: []string{tagID}},
		},
		States: map[string]integration.StateDefinition{
			stateAccount: {Type: platform.StateIntegration, Schema: schema.For[account]},
			statePolling: {Type: platform.StateIntegration, Schema: schema.For[position]},
		},
		Events:  events(),
		Actions: actions(),
		Entities: map[string]integration.Entity{
			entityConversation: {Title: "Conversation", Description: "The chat to write to", Schema: schema.For[chatReference]},
		},
		Interfaces: chatkit.Interfaces(
			chatkit.TypingIndicator(), chatkit.ProactiveConversation(entityConversation, actionConversation),
		),
	}
}

func conversationTags() integration.Tags {
	return integration.Tags{
		tagID:           tag("Conversation ID", "The chat's id; of a topic, with a slash and the topic's"),
		tagChatID:       tag("Chat ID", "Telegram's id of the chat"),
		tagThreadID:     tag("Topic ID", "The topic's message_thread_id; none in the General topic"),
		tagChatType:     tag("Chat type", "private, group, supergroup or channel"),
		tagTitle:        tag("Title", "Of the group or channel"),
		tagTopic:        tag("Topic", "The topic's name"),
		tagMigratedFrom: tag("Migrated from", "The id of the group before it became a supergroup"),
		tagUsername:     tag("Username", "Of the chat, without the @"),
		tagFromID:       tag("From user ID", "The person that the chat is with; in a group, who spoke first"),
		tagFromUsername: tag("From username", "That person's username"),
		tagFromName:     tag("From name", "That person's name"),
	}
}

func messageTags() integration.Tags {
	tags := integration.Tags{
		tagID:          tag("Message ID", "Telegram's id; of a message in parts, the last one's"),
		tagChatID:      tag("Chat ID", "Telegram's id of the chat"),
		tagParts:       tag("Parts sent", "How many parts of the message are known to be sent"),
		tagReplyTo:     tag("Reply to", "The message that this one answers"),
		tagCallbackID:  tag("Callback ID", "Telegram's id of the press of a button"),
		tagMediaGroup:  tag("Media group ID", "What the pictures of an album have in common"),
		tagFileID:      tag("File ID", "Telegram's id of the file"),
		tagCommand:     tag("Command", "The bot command that the message begins with, without the slash"),
		tagArguments:   tag("Arguments", "What follows the command: of start, the payload of the link"),
		tagMentionsBot: tag("Mentions the bot", "true when a message in a group names or answers the bot"),
	}
	for i, name := range journal.PartIDs {
		tags[name] = tag(fmt.Sprintf("ID of part %d", i+1), "Telegram's id of a part before the last")
	}
	return tags
}
