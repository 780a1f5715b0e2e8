package catalog

import (
	"encoding/json"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

func (c *Catalog) parseInstallation(row store.Installation, integration *Integration) *Installation {
	in := &Installation{Installation: row, Integration: integration}
	c.settings(&in.Effective, row.Settings, "installation "+row.ID)
	if in.Effective.Delivery.TurnLimit == 0 {
		in.Effective.Delivery.TurnLimit = c.turnLimit
	}
	in.Effective = in.Effective.WithDefaults()
	return in
}

func (c *Catalog) botSettings(b *Bot) {
	c.settings(&b.Effective, b.Bot.Settings, "bot "+b.ID)
	if b.Effective.Delivery.TurnLimit == 0 {
		b.Effective.Delivery.TurnLimit = c.turnLimit
	}
	b.Effective = b.Effective.WithDefaults()
}

// DefaultTurnLimit makes a time the limit of attempts at bots and installations
// that have none of their own; 0 leaves the defaults of package platform. It is
// called before the catalog is used.
func (c *Catalog) DefaultTurnLimit(limit time.Duration) { c.turnLimit = platform.Duration(limit) }

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
