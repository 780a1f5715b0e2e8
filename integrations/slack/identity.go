package slack

import (
	"context"
	"fmt"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// self returns who the bot is, and nil for an event that is another
// workspace's: an app may be installed in several, and this installation has
// the token of one.
func (s *service) self(ctx context.Context, call *integration.Call, c *settings, e *envelope) (*identity, error) {
	me, err := s.known(ctx, call, c)
	if err != nil || e == nil || me.TeamID == "" || e.TeamID == "" || e.TeamID == me.TeamID {
		return me, err
	}
	// An event of a shared channel has the team of who wrote; ours is then
	// among those that it is for.
	for _, a := range e.Authorizations {
		if a.TeamID == me.TeamID {
			return me, nil
		}
	}
	call.Logger.WarnContext(ctx, "event of another workspace ignored", "team", chatkit.ClipTag(e.TeamID))
	return nil, nil
}

// known reads who the bot is, and asks Slack where nobody did.
func (s *service) known(ctx context.Context, call *integration.Call, c *settings) (*identity, error) {
	me, err := integration.State[identity](call, stateIdentity, "").Get(ctx)
	if err == nil {
		return me, nil
	}
	if !platform.IsType(err, platform.TypeResourceNotFound) {
		return nil, fmt.Errorf("read who the bot is: %w", err)
	}
	me, _, err = s.client(call, c).test(ctx)
	if err != nil {
		return nil, err
	}
	return me, keep(ctx, call, me)
}

func keep(ctx context.Context, call *integration.Call, me *identity) error {
	if err := integration.State[identity](call, stateIdentity, "").Set(ctx, *me); err != nil {
		return fmt.Errorf("keep who the bot is: %w", err)
	}
	return nil
}
