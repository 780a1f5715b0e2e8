package whatsapp

import (
	"fmt"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/integration/oauth"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
)

const channelName = "channel"

// Tags of messages.
const (
	tagID               = "id"
	tagReaction         = "reaction"
	tagReactionID       = "reactionId"
	tagReplyTo          = "replyTo"
	tagReferralURL      = "referralSourceUrl"
	tagReferralID       = "referralSourceId"
	tagEchoCreationType = "echoCreationType"
	tagStatus           = "status"
	tagParts            = "parts"
)

// Tags of conversations and users.
const (
	tagPhoneID    = "botPhoneNumberId"
	tagUserPhone  = "userPhone"
	tagUserID     = "userId"
	tagName       = "name"
	tagNumber     = "number"
	tagUsername   = "username"
	tagWhatsappID = "whatsappUserId"
)

// entityConversation is what a conversation is begun with.
const entityConversation = "proactiveConversation"

func definition() integration.Definition {
	return integration.Definition{
		Name: "whatsapp", Version: "1.0.0", Title: "WhatsApp",
		Description: "Talk with people on WhatsApp, over Meta's Cloud API.",
		Configuration: &integration.Configuration{
			Title: "Connect in a browser", Description: "Connect an account to the Meta app of this server, in a browser.", Schema: schema.For[Connected],
		},
		Secrets: secrets(),
		States: map[string]integration.StateDefinition{
			oauth.StateName:  oauth.StateDefinition(),
			stateCredentials: {Type: platform.StateIntegration, Schema: schema.For[credentials]},
		},
		Configurations: map[string]integration.Configuration{configManual: {
			Title: "Access token", Description: "Your own Meta app, with the access token of a system user.", Schema: schema.For[Manual],
		}},
		Channels: map[string]integration.Channel{channelName: {
			Title: "WhatsApp conversation", Description: "One person with one number of the business",
			Messages: messageDefinitions(), MessageTags: messageTags(),
			ConversationTags: integration.Tags{
				tagPhoneID:   {Title: "Bot phone number ID", Description: "Meta's id of the business's number"},
				tagUserPhone: {Title: "User phone number", Description: "The person's number, with + and the country code"},
				tagUserID:    {Title: "User ID", Description: "WhatsApp's lasting id of the person"},
			},
			Creation: &platform.CreationDefinition{Enabled: true, RequiredTags: []string{tagUserPhone}},
		}},
		Actions: actions(),
		Events:  events(),
		Entities: map[string]integration.Entity{
			entityConversation: {Title: "Proactive conversation", Description: "Whom to write to, and with which template", Schema: integration.RawSchema(templateTo)},
		},
		Interfaces: chatkit.Interfaces(
			chatkit.TypingIndicator(), chatkit.ProactiveConversation(entityConversation, actionStart),
		),
		User: integration.User{Tags: integration.Tags{
			tagUserID:     {Title: "User ID", Description: "The person's WhatsApp number, or the lasting id where the number is hidden"},
			tagName:       {Title: "Name", Description: "The name on the person's profile"},
			tagNumber:     {Title: "Phone number", Description: "The person's WhatsApp number, digits only"},
			tagUsername:   {Title: "Username", Description: "The person's WhatsApp username"},
			tagWhatsappID: {Title: "WhatsApp user ID", Description: "WhatsApp's lasting id of the person"},
		}, Creation: &platform.CreationDefinition{Enabled: true, RequiredTags: []string{tagUserID}}},
	}
}

func messageTags() integration.Tags {
	tag := func(title, description string) platform.TagDefinition {
		return platform.TagDefinition{Title: title, Description: description}
	}
	tags := integration.Tags{
		tagID:               tag("Message ID", "WhatsApp's id; of a message in parts, the last one's"),
		tagReaction:         tag("Reaction", "The person's emoji on the message"),
		tagReactionID:       tag("Reaction ID", "When the reaction was made, and WhatsApp's id of it"),
		tagReplyTo:          tag("Reply to", "The message that this one answers"),
		tagReferralURL:      tag("Referral source URL", "The ad or post that the person came from"),
		tagReferralID:       tag("Referral source ID", "Meta's id of that ad or post"),
		tagEchoCreationType: tag("Echo creation type", "How an echoed message was made"),
		tagStatus:           tag("Delivery status", "SENT, DELIVERED, READ or FAILED"),
		tagParts:            tag("Parts sent", "How many parts of the message are known to be sent"),
	}
	for i, name := range journal.PartIDs {
		tags[name] = tag(fmt.Sprintf("ID of part %d", i+1), "WhatsApp's id of a part before the last")
	}
	return tags
}
