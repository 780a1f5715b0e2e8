package api

import (
	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// Identity is a caller that was let in. With an Installation it acts as the
// integration, else with a Bot as the bot, also when the token is a person's.
type Identity struct {
	Scope        platform.Scope // the one kind of its token
	WorkspaceID  string
	Bot          *catalog.Bot          // nil for calls that concern no bot
	Installation *catalog.Installation // nil unless it acts as an integration
	Token        *store.Token          // nil for code in this process
	// AllowBreaking lets changes of public versions break those who use them.
	AllowBreaking bool
	// ByIntegration is as in platform.Caller.
	ByIntegration bool
}

// installationID is "" for a bot, which sees everything of its own.
func (id *Identity) installationID() string {
	if id.Installation == nil {
		return ""
	}
	return id.Installation.ID
}

func (id *Identity) alias() string {
	if id.Installation == nil {
		return ""
	}
	return id.Installation.Alias
}

// owns reports whether a row of the bot is within what the caller sees.
func (id *Identity) owns(installationID string) bool {
	return id.Installation == nil || id.Installation.ID == installationID
}
