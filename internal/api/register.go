package api

import (
	"context"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// devStart is how long the code of a bot in development is left alone after an
// update: the official command starts it when the update is answered, and takes
// a call that comes before as a fault.
const devStart = 3 * time.Second

// registers tells whether an update of a bot is to be told to its code, which
// sets itself up anew: when the code, what it knows or what it declares changed,
// or was given once more.
func registers(old, now *store.Bot, in *platform.UpdateBotInput) bool {
	return in.Code != "" || in.URL.Present || old.Deployment != now.Deployment ||
		!sameJSON(old.Definition, now.Definition) || !sameJSON(old.Configuration, now.Configuration)
}

// registerBot tells a bot's code, in the transaction that deploys it, to set
// itself up. It is a delivery like others, so it is told once the code can be
// reached, but in a lane of its own: code that cannot set itself up is told of
// messages and events all the same.
func (s *Service) registerBot(ctx context.Context, tx *store.Tx, row *store.Bot) error {
	if row.URL == "" && row.Builtin == "" && row.Deployment == "" {
		return nil // there is no code
	}
	d := &store.Delivery{
		ID: s.ids.New(platform.PrefixDelivery, tx.Now()), Lane: store.TargetBot + ":" + row.ID + ":" + wire.OpRegister,
		Target: store.TargetBot, BotID: row.ID, Operation: wire.OpRegister, Type: wire.OpRegister, Body: []byte("{}"),
	}
	if row.Dev {
		d.NextAt = tx.Now().Add(devStart)
	}
	return s.enqueue(ctx, tx, d)
}
