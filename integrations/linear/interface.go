package linear

import (
	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
)

// The entities that interfaces are about.
const (
	entityIssue        = "issue"
	entityConversation = "issueConversation"
)

func entities() map[string]integration.Entity {
	return map[string]integration.Entity{
		entityIssue:        {Title: "Issue", Description: "An issue, as actions and lists tell it", Schema: schema.For[issueOut]},
		entityConversation: {Title: "Issue conversation", Description: "The issue to write to", Schema: schema.For[idInput]},
	}
}

// interfaces are those that bots and plugins find the integration by.
func interfaces() map[string]platform.InterfaceExtension {
	item := map[string]string{"item": entityIssue}
	return chatkit.Interfaces(
		chatkit.Interface{Name: "listable", Version: "0.0.3", Entities: item, Actions: map[string]string{"list": "issueList"}},
		chatkit.Interface{
			Name: "deletable", Version: "0.0.3", Entities: item,
			Actions: map[string]string{"delete": "issueDelete"}, Events: map[string]string{"deleted": "issueDeleted"},
		},
		chatkit.ProactiveConversation(entityConversation, "getOrCreateIssueConversation"),
		chatkit.Interface{
			Name: "files-readonly", Version: "0.3.0",
			Actions: map[string]string{"listItemsInFolder": actionListFolder, "transferFileToBotpress": actionTransfer},
			Events: map[string]string{
				eventFileCreated: eventFileCreated, eventFileUpdated: eventFileUpdated, eventFileDeleted: eventFileDeleted,
				eventFolderDeleted: eventFolderDeleted, eventFileChanges: eventFileChanges,
			},
		},
	)
}
