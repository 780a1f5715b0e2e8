package linear

import (
	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/oauth"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
)

func definition() integration.Definition {
	return integration.Definition{
		Name: "linear", Version: "1.0.0", Title: "Linear",
		Description: "Talk in the comments of Linear's issues, act on issues, and hear of what happens in the workspace.",
		Configuration: &integration.Configuration{
			Title: "OAuth application", Description: "The bot is an application of its own in your workspace.", Schema: schema.For[OAuth],
		},
		Configurations: map[string]integration.Configuration{configAPIKey: {
			Title: "API key", Description: "The bot acts as the account that the key is of.", Schema: schema.For[APIKey],
		}},
		Channels: map[string]integration.Channel{
			channelIssue: {
				Title: "Issue", Description: "The comments of an issue",
				Messages: messageDefinitions(), MessageTags: messageTags(), Creation: &platform.CreationDefinition{Enabled: true, RequiredTags: []string{tagID}},
				ConversationTags: integration.Tags{
					tagID:          {Title: "Issue ID", Description: "Linear's id of the issue"},
					tagTitle:       {Title: "Title", Description: "The issue's title"},
					tagURL:         {Title: "URL", Description: "The issue's address"},
					tagParentID:    {Title: "Parent ID", Description: "Linear's id of the parent issue"},
					tagParentTitle: {Title: "Parent title", Description: "The parent issue's title"},
					tagParentURL:   {Title: "Parent URL", Description: "The parent issue's address"},
				},
			},
			channelThread: {
				Title: "Thread", Description: "The replies below a comment, where threads are conversations of their own",
				Messages: messageDefinitions(), MessageTags: messageTags(),
				ConversationTags: integration.Tags{
					tagID:      {Title: "Comment ID", Description: "Linear's id of the comment that begins the thread"},
					tagIssueID: {Title: "Issue ID", Description: "Linear's id of the issue"},
					tagTitle:   {Title: "Title", Description: "The issue's title"},
					tagURL:     {Title: "URL", Description: "The issue's address"},
				},
			},
		},
		Events:     events(),
		Actions:    actions(),
		Entities:   entities(),
		Interfaces: interfaces(),
		States: map[string]integration.StateDefinition{
			stateCredentials:      {Type: platform.StateIntegration, Schema: schema.For[credentials]},
			stateAdminCredentials: {Type: platform.StateIntegration, Schema: schema.For[credentials]},
			stateEnvironment:      {Type: platform.StateIntegration, Schema: schema.For[environment]},
			stateWebhook:          {Type: platform.StateIntegration, Schema: schema.For[ownWebhook]},
			oauth.StateName:       oauth.StateDefinition(),
		},
		Secrets: map[string]integration.Secret{
			secretClientID:     {Description: "Client ID of an OAuth application for installations that have none of their own", Optional: true},
			secretClientSecret: {Description: "Client secret of the same application", Optional: true},
		},
		User: integration.User{
			Creation: &platform.CreationDefinition{Enabled: true, RequiredTags: []string{tagID}},
			Tags: integration.Tags{
				tagID:          {Title: "User ID", Description: "Linear's id of the person"},
				tagDisplayName: {Title: "Display name", Description: "The name that the person goes by in the workspace"},
				tagEmail:       {Title: "Email", Description: "The person's email address"},
				tagTimezone:    {Title: "Time zone", Description: "As Europe/Berlin"},
				tagExternal:    {Title: "External", Description: "true for people without an account, who write through another system such as Slack"},
			},
		},
	}
}

func messageTags() integration.Tags {
	return integration.Tags{
		tagID:       {Title: "Comment ID", Description: "Linear's id of the comment"},
		tagParentID: {Title: "Parent comment ID", Description: "The comment whose thread it is in. On a message of the bot it chooses the thread"},
	}
}
