package chatkit

import (
	"maps"
	"slices"
	"strings"

	"github.com/bellhop-dev/bellhop/platform"
)

// Interface is an interface of the public ecosystem that an integration
// implements. Bots and plugins that need an interface find integrations by it,
// and use its members under the names that the integration gives them.
type Interface struct {
	Name, Version string
	// Entities, Actions and Events map the interface's names to the
	// integration's.
	Entities, Actions, Events map[string]string
}

// Interfaces returns the list as integration.Definition.Interfaces takes it. The
// key of an interface with entities includes them, as "listable<issue>": an
// integration may implement it once for each entity.
func Interfaces(list ...Interface) map[string]platform.InterfaceExtension {
	all := make(map[string]platform.InterfaceExtension, len(list))
	for _, i := range list {
		key := i.Name
		if len(i.Entities) > 0 {
			key += "<" + strings.Join(slices.Sorted(maps.Values(i.Entities)), ",") + ">"
		}
		all[key] = platform.InterfaceExtension{
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

// TypingIndicator is the interface of that name, for an integration whose
// actions have the interface's names.
func TypingIndicator() Interface {
	const start, stop = "startTypingIndicator", "stopTypingIndicator"
	return Interface{Name: "typing-indicator", Version: "0.0.4", Actions: map[string]string{start: start, stop: stop}}
}

// ProactiveConversation is the interface of that name: the action opens a
// conversation that the entity describes.
func ProactiveConversation(entity, action string) Interface {
	return Interface{
		Name: "proactive-conversation", Version: "0.0.4",
		Entities: map[string]string{"conversation": entity}, Actions: map[string]string{"getOrCreateConversation": action},
	}
}
