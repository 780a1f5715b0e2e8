package platform

import (
	"fmt"
	"strings"
)

// DefinitionError is everything that is wrong with a definition or with the
// handlers for it. Each fault begins with the path of what it is about, such
// as "channels.dm.messages.text: …"; they are sorted.
type DefinitionError struct {
	Name   string // of the integration or bot
	Faults []string
}

// Error lists the faults, one a line when there are several.
func (e *DefinitionError) Error() string {
	if len(e.Faults) == 1 {
		return fmt.Sprintf("definition of %q: %s", e.Name, e.Faults[0])
	}
	return fmt.Sprintf("definition of %q has %d faults:\n  %s", e.Name, len(e.Faults), strings.Join(e.Faults, "\n  "))
}
