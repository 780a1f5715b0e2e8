// Package publicinterface says which interfaces of the public ecosystem an
// integration stands for. Bots and plugins that want an interface find the
// integration by that, and call its members by the names that it has for them.
package publicinterface

import (
	"maps"
	"slices"
	"strings"

	"github.com/bellhop-dev/bellhop/platform"
)

// Interface is one that an integration stands for.
type Interface struct {
	Name, Version string
	// Entities, Actions and Events have the integration's names of things by
	// the interface's.
	Entities, Actions, Events map[string]string
}

// Declare is the list as definitions have it. An interface with entities is
// called after them too, as "listable<issue>": an integration may stand for it
// once for each.
func Declare(list ...Interface) map[string]platform.InterfaceExtension {
	all := make(map[string]platform.InterfaceExtension, len(list))
	for _, i := range list {
		alias := i.Name
		if len(i.Entities) > 0 {
			alias += "<" + strings.Join(slices.Sorted(maps.Values(i.Entities)), ",") + ">"
		}
		all[alias] = platform.InterfaceExtension{
			Name: i.Name, Version: i.Version, Entities: aliases(i.Entities), Actions: aliases(i.Actions), Events: aliases(i.Events),
		}
	}
	return all
}

func aliases(names map[string]string) map[string]platform.InterfaceAlias {
	if len(names) == 0 {
		return nil
	}
	all := make(map[string]platform.InterfaceAlias, len(names))
	for theirs, ours := range names {
		all[theirs] = platform.InterfaceAlias{Name: ours}
	}
	return all
}

// TypingIndicator is the interface of that name, of an integration whose
// actions are called as the interface's.
func TypingIndicator() Interface {
	const start, stop = "startTypingIndicator", "stopTypingIndicator"
	return Interface{Name: "typing-indicator", Version: "0.0.4", Actions: map[string]string{start: start, stop: stop}}
}

// ProactiveConversation is the interface of that name: the action begins a
// conversation that the entity describes.
func ProactiveConversation(entity, action string) Interface {
	return Interface{
		Name: "proactive-conversation", Version: "0.0.4",
		Entities: map[string]string{"conversation": entity}, Actions: map[string]string{"getOrCreateConversation": action},
	}
}
