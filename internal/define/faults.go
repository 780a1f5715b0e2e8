// Package define checks what integrations and bots declare, and collects every
// fault under the path of what it is about. Definitions from Go code and
// uploaded ones pass the same checks.
package define

import (
	"fmt"
	"slices"

	"github.com/bellhop-dev/bellhop/platform"
)

// Faults collects what is wrong. The zero value is empty and ready; it is not
// safe for concurrent use.
type Faults struct {
	list []string
}

// Add notes one fault at a path.
func (f *Faults) Add(path, format string, args ...any) {
	f.list = append(f.list, path+": "+fmt.Sprintf(format, args...))
}

// Err returns nil when there are no faults, else a *platform.DefinitionError
// with all of them, sorted and each once.
func (f *Faults) Err(name string) error {
	if len(f.list) == 0 {
		return nil
	}
	slices.Sort(f.list)
	return &platform.DefinitionError{Name: name, Faults: slices.Compact(f.list)}
}

// Clone returns a copy that grows on its own.
func (f *Faults) Clone() Faults { return Faults{list: slices.Clone(f.list)} }
