package telegram

import (
	"encoding/json"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/schema"
)

// Events.
const (
	eventEdited          = "messageEdited"
	eventFailed          = "messageFailed"
	eventReactionAdded   = "reactionAdded"
	eventReactionRemoved = "reactionRemoved"
	eventReactionCount   = "reactionsCounted"
	eventBotStatus       = "botStatusChanged"
	eventMember          = "memberChanged"
	eventJoin            = "joinRequested"
	eventPoll            = "pollUpdated"
	eventPollAnswer      = "pollAnswered"
	eventMigrated        = "groupMigrated"
	eventService         = "serviceMessageReceived"
	eventUnhandled       = "unhandledReceived"
)

type editEvent struct {
	MessageID      string          `json:"messageId,omitempty" description:"The message that was edited, if the bot got it"`
	TelegramID     string          `json:"telegramMessageId"`
	Type           string          `json:"type" description:"The type of the new content"`
	Payload        json.RawMessage `json:"payload" description:"The new content"`
	UserID         string          `json:"userId"`
	ConversationID string          `json:"conversationId"`
}

type failure struct {
	Error   string `json:"error" description:"What Telegram said, and what to do about it"`
	Blocked bool   `json:"blocked" description:"The person blocked the bot, or removed it from the chat"`
}

type reactionEvent struct {
	Reaction       string `json:"reaction" description:"The emoji, or the id of a custom one"`
	MessageID      string `json:"messageId,omitempty" description:"The message that it is on, if it is known"`
	TelegramID     string `json:"telegramMessageId"`
	UserID         string `json:"userId,omitempty"`
	ConversationID string `json:"conversationId,omitempty"`
}

type countEvent struct {
	Reactions      map[string]int `json:"reactions" description:"How many there are of each"`
	MessageID      string         `json:"messageId,omitempty"`
	TelegramID     string         `json:"telegramMessageId"`
	ConversationID string         `json:"conversationId,omitempty"`
}

type memberEvent struct {
	Status         string `json:"status" description:"creator, administrator, member, restricted, left or kicked; kicked in a private chat is blocked"`
	OldStatus      string `json:"oldStatus"`
	UserID         string `json:"userId" description:"Whose status it is; the person who changed the bot's"`
	ByUserID       string `json:"byUserId" description:"Who changed it"`
	ConversationID string `json:"conversationId"`
	ChatID         string `json:"chatId"`
	ChatType       string `json:"chatType"`
}

type joinEvent struct {
	UserID         string `json:"userId"`
	ConversationID string `json:"conversationId"`
	ChatID         string `json:"chatId"`
	UserChatID     string `json:"userChatId" description:"Where the bot may write to the person for five minutes"`
	Bio            string `json:"bio,omitempty"`
}

type pollEvent struct {
	PollID   string       `json:"pollId"`
	Question string       `json:"question"`
	Options  []pollOption `json:"options"`
	Votes    int          `json:"votes"`
	Closed   bool         `json:"closed"`
}

type pollOption struct {
	Text  string `json:"text"`
	Votes int    `json:"votes"`
}

type pollAnswerEvent struct {
	PollID  string `json:"pollId"`
	Options []int  `json:"options" description:"The chosen ones, counted from 0; none when the vote was taken back"`
	UserID  string `json:"userId,omitempty"`
}

type migratedEvent struct {
	OldChatID      string `json:"oldChatId"`
	NewChatID      string `json:"newChatId"`
	ConversationID string `json:"conversationId"`
}

type serviceEvent struct {
	Kind           string          `json:"kind" description:"As the Bot API names it: new_chat_members, pinned_message, forum_topic_created, …"`
	Message        json.RawMessage `json:"message" description:"As Telegram sent it"`
	UserID         string          `json:"userId"`
	ConversationID string          `json:"conversationId"`
}

type unhandledEvent struct {
	Update json.RawMessage `json:"update" description:"As Telegram sent it"`
}

func events() map[string]integration.EventDefinition {
	return map[string]integration.EventDefinition{
		eventEdited:          {Title: "Message edited", Description: "Somebody changed a message, or a live location moved", Schema: schema.For[editEvent]},
		eventFailed:          {Title: "Message failed", Description: "A message of the bot was refused for good", Schema: schema.For[failure]},
		eventReactionAdded:   {Title: "Reaction added", Description: "Somebody put a reaction on a message", Schema: schema.For[reactionEvent]},
		eventReactionRemoved: {Title: "Reaction removed", Description: "Somebody took a reaction back", Schema: schema.For[reactionEvent]},
		eventReactionCount:   {Title: "Reactions counted", Description: "Anonymous reactions on a message changed, as in a channel", Schema: schema.For[countEvent]},
		eventBotStatus:       {Title: "Bot's status changed", Description: "The bot was added, removed, promoted, blocked or unblocked", Schema: schema.For[memberEvent]},
		eventMember:          {Title: "Member changed", Description: "Somebody joined, left or got other rights; only administrators are told", Schema: schema.For[memberEvent]},
		eventJoin:            {Title: "Join requested", Description: "Somebody asks to join a chat that the bot administers", Schema: schema.For[joinEvent]},
		eventPoll:            {Title: "Poll updated", Description: "The votes of the bot's own poll changed, or it was closed", Schema: schema.For[pollEvent]},
		eventPollAnswer:      {Title: "Poll answered", Description: "Somebody voted in a poll of the bot's that is not anonymous", Schema: schema.For[pollAnswerEvent]},
		eventMigrated:        {Title: "Group migrated", Description: "A group became a supergroup, with another id", Schema: schema.For[migratedEvent]},
		eventService:         {Title: "Service message received", Description: "Telegram notes something in the chat, as who joined or what was pinned", Schema: schema.For[serviceEvent]},
		eventUnhandled:       {Title: "Unhandled update", Description: "Telegram told something that the integration does not know", Schema: schema.For[unhandledEvent]},
	}
}
