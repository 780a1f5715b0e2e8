package node

import (
	"cmp"
	"slices"
	"strings"

	"github.com/bellhop-dev/bellhop/schema"
)

// leastMasked is how long a secret, or a line of one, must be to be masked: a
// shorter one is found by chance in every other line.
const leastMasked = 4

// mask returns what hides the secrets of code in what it prints: each value,
// and each line of a value that has several, which is printed line by line.
func mask(secrets ...string) *strings.Replacer {
	var hide []string
	for _, secret := range secrets {
		for _, part := range append(strings.Split(secret, "\n"), secret) {
			if part = strings.TrimSpace(part); len(part) >= leastMasked {
				hide = append(hide, part)
			}
		}
	}
	// A secret that begins with another one is hidden as a whole.
	slices.SortFunc(hide, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	var pairs []string
	for _, part := range slices.Compact(hide) {
		pairs = append(pairs, part, schema.Masked)
	}
	return strings.NewReplacer(pairs...)
}
