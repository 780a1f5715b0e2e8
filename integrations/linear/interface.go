package linear

import (
	"github.com/bellhop-dev/bellhop/integration"
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

// interfaces are those of the public ecosystem that bots and plugins find the
// integration by, and what of it stands for their members.
func interfaces() map[string]platform.InterfaceExtension {
	named := func(pairs ...string) map[string]platform.InterfaceAlias {
		all := map[string]platform.InterfaceAlias{}
		for i := 0; i < len(pairs); i += 2 {
			all[pairs[i]] = platform.InterfaceAlias{Name: pairs[i+1]}
		}
		return all
	}
	return map[string]platform.InterfaceExtension{
		"listable<issue>": {
			Name: "listable", Version: "0.0.3",
			Entities: named("item", entityIssue), Actions: named("list", "issueList"),
		},
		"deletable<issue>": {
			Name: "deletable", Version: "0.0.3",
			Entities: named("item", entityIssue), Actions: named("delete", "issueDelete"), Events: named("deleted", "issueDeleted"),
		},
		"proactive-conversation<issueConversation>": {
			Name: "proactive-conversation", Version: "0.0.4",
			Entities: named("conversation", entityConversation), Actions: named("getOrCreateConversation", "getOrCreateIssueConversation"),
		},
	}
}
