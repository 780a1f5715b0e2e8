package slack

import (
	"encoding/json"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/schema"
)

// Events.
const (
	eventReactionAdded   = "reactionAdded"
	eventReactionRemoved = "reactionRemoved"
	eventJoinedWorkspace = "memberJoinedWorkspace"
	eventJoinedChannel   = "memberJoinedChannel"
	eventLeftChannel     = "memberLeftChannel"
	eventWorkflow        = "workflowWebhook"
	eventCommand         = "slashCommand"
	eventEdited          = "messageEdited"
	eventDeleted         = "messageDeleted"
	eventBlockAction     = "blockAction"
	eventView            = "viewSubmitted"
	eventInteraction     = "interaction"
	eventOther           = "slackEvent"
)

type reactionEvent struct {
	Reaction       string  `json:"reaction" description:"The emoji's name, without colons"`
	UserID         string  `json:"userId,omitempty" description:"Who reacted"`
	ConversationID string  `json:"conversationId,omitempty" description:"Where the message is"`
	MessageID      string  `json:"messageId,omitempty" description:"The message, when the bot knows it"`
	Targets        targets `json:"targets" description:"Slack's ids of the person, the channel and the thread"`
}

type targets struct {
	DM      map[string]string `json:"dm,omitempty"`
	Channel map[string]string `json:"channel,omitempty"`
	Thread  map[string]string `json:"thread,omitempty"`
}

type joinedWorkspaceEvent struct {
	UserID string       `json:"userId" description:"The new member"`
	Target memberTarget `json:"target"`
}

type memberTarget struct {
	UserID          string `json:"userId" description:"Slack's id"`
	UserName        string `json:"userName"`
	UserRealName    string `json:"userRealName"`
	UserDisplayName string `json:"userDisplayName"`
}

type joinedChannelEvent struct {
	UserID         string        `json:"botpressUserId" description:"Who joined"`
	ConversationID string        `json:"botpressConversationId" description:"The channel"`
	InviterID      string        `json:"inviterBotpressUserId,omitempty" description:"Who invited them"`
	Targets        memberTargets `json:"targets"`
}

type leftChannelEvent struct {
	UserID         string        `json:"botpressUserId" description:"Who left"`
	ConversationID string        `json:"botpressConversationId" description:"The channel"`
	Targets        memberTargets `json:"targets"`
}

type memberTargets struct {
	UserID    string `json:"slackUserId"`
	ChannelID string `json:"slackChannelId"`
	InviterID string `json:"slackInviterId,omitempty"`
}

type workflowEvent struct {
	Value  json.RawMessage `json:"value" description:"What the workflow sent: its input value, of a list the first; without one, all inputs as JSON in a text"`
	UserID string          `json:"userId,omitempty" description:"Slack's id of who started it"`
}

type commandEvent struct {
	Command        string `json:"command" description:"With its slash"`
	Text           string `json:"text" description:"What was written after it"`
	UserID         string `json:"userId"`
	ConversationID string `json:"conversationId"`
	SlackUserID    string `json:"slackUserId"`
	SlackChannelID string `json:"slackChannelId"`
	TriggerID      string `json:"triggerId,omitempty" description:"Opens a view, for three seconds"`
	ResponseURL    string `json:"responseUrl,omitempty" description:"Takes up to five answers within 30 minutes"`
}

type editedEvent struct {
	MessageID      string          `json:"messageId" description:"The message that was edited"`
	Type           string          `json:"type" description:"The type of the new content"`
	Payload        json.RawMessage `json:"payload" description:"The new content"`
	UserID         string          `json:"userId"`
	ConversationID string          `json:"conversationId"`
}

type deletedEvent struct {
	MessageID      string `json:"messageId" description:"The message that was deleted"`
	UserID         string `json:"userId,omitempty"`
	ConversationID string `json:"conversationId"`
}

type blockActionEvent struct {
	ActionID       string          `json:"actionId"`
	BlockID        string          `json:"blockId,omitempty"`
	Type           string          `json:"type" description:"The kind of element, as multi_static_select"`
	Values         []string        `json:"values" description:"What is chosen now"`
	Action         json.RawMessage `json:"action" description:"As Slack sent it"`
	UserID         string          `json:"userId"`
	ConversationID string          `json:"conversationId,omitempty"`
	TriggerID      string          `json:"triggerId,omitempty" description:"Opens a view, for three seconds"`
	ResponseURL    string          `json:"responseUrl,omitempty" description:"Takes up to five answers within 30 minutes"`
}

type viewEvent struct {
	CallbackID      string          `json:"callbackId" description:"The view's"`
	ViewID          string          `json:"viewId"`
	PrivateMetadata string          `json:"privateMetadata,omitempty"`
	Values          json.RawMessage `json:"values" description:"By block and by action, as Slack sent them"`
	UserID          string          `json:"userId"`
}

type interactionEvent struct {
	Type           string          `json:"type" description:"As shortcut, message_action, view_closed"`
	CallbackID     string          `json:"callbackId,omitempty"`
	TriggerID      string          `json:"triggerId,omitempty" description:"Opens a view, for three seconds"`
	Payload        json.RawMessage `json:"payload" description:"As Slack sent it"`
	UserID         string          `json:"userId,omitempty"`
	ConversationID string          `json:"conversationId,omitempty"`
}

type otherEvent struct {
	Type  string          `json:"type" description:"Slack's name of it, as app_home_opened"`
	Event json.RawMessage `json:"event" description:"As Slack sent it"`
}

func events() map[string]integration.EventDefinition {
	return map[string]integration.EventDefinition{
		eventReactionAdded:   {Title: "Reaction added", Description: "Somebody put an emoji on a message", Schema: schema.For[reactionEvent]},
		eventReactionRemoved: {Title: "Reaction removed", Description: "Somebody took an emoji back", Schema: schema.For[reactionEvent]},
		eventJoinedWorkspace: {Title: "Member joined workspace", Description: "Somebody is new in the workspace", Schema: schema.For[joinedWorkspaceEvent]},
		eventJoinedChannel:   {Title: "Member joined channel", Description: "Somebody joined a channel that the bot is in", Schema: schema.For[joinedChannelEvent]},
		eventLeftChannel:     {Title: "Member left channel", Description: "Somebody left a channel that the bot is in", Schema: schema.For[leftChannelEvent]},
		eventWorkflow:        {Title: "Workflow webhook", Description: "A workflow ran a step of the app", Schema: schema.For[workflowEvent]},
		eventCommand:         {Title: "Slash command", Description: "Somebody used a command of the app", Schema: schema.For[commandEvent]},
		eventEdited:          {Title: "Message edited", Description: "Somebody changed a message", Schema: schema.For[editedEvent]},
		eventDeleted:         {Title: "Message deleted", Description: "Somebody deleted a message", Schema: schema.For[deletedEvent]},
		eventBlockAction:     {Title: "Block action", Description: "Somebody used an element of blocks that does not stand for one answer", Schema: schema.For[blockActionEvent]},
		eventView:            {Title: "View submitted", Description: "Somebody filled in a view", Schema: schema.For[viewEvent]},
		eventInteraction:     {Title: "Interaction", Description: "Somebody used a shortcut, closed a view, or did something else with the app", Schema: schema.For[interactionEvent]},
		eventOther:           {Title: "Slack event", Description: "Any other event that the app is subscribed to", Schema: schema.For[otherEvent]},
	}
}
