// Package standard is the one list of the integrations that are linked into
// the server.
package standard

import (
	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integrations/chat"
	"github.com/bellhop-dev/bellhop/integrations/linear"
	"github.com/bellhop-dev/bellhop/integrations/slack"
	"github.com/bellhop-dev/bellhop/integrations/telegram"
	"github.com/bellhop-dev/bellhop/integrations/webhook"
	"github.com/bellhop-dev/bellhop/integrations/whatsapp"
)

// All returns the built-in integrations, sorted by name.
func All() []integration.Integration {
	return []integration.Integration{
		chat.New(),
		linear.New(),
		slack.New(),
		telegram.New(),
		webhook.New(),
		whatsapp.New(),
	}
}
