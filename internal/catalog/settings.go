package catalog

import (
	"encoding/json"

	"github.com/bellhop-dev/bellhop/internal/store"
)

func (c *Catalog) parseInstallation(row store.Installation, integration *Integration) *Installation {
	in := &Installation{Installation: row, Integration: integration}
	c.settings(&in.Effective, row.Settings, "installation "+row.ID)
	in.Effective = in.Effective.WithDefaults()
	return in
}

// settings reads stored settings. They are checked when they are stored; what
// a newer version has stored and this one does not know is left out.
func (c *Catalog) settings(into any, raw json.RawMessage, owner string) {
	if len(raw) == 0 {
		return
	}
	if err := json.Unmarshal(raw, into); err != nil {
		c.logger.Error("settings not read, defaults apply", "owner", owner, "error", err)
	}
}
