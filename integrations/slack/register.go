package slack

import (
	"context"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/outbound"
)

// register proves the token by asking Slack whose it is.
func (s *service) register(ctx context.Context, call *integration.Call) error {
	c, err := readSettings(call)
	if err != nil {
		return err
	}
	me, _, err := s.api(call, c).test(ctx)
	if err != nil {
		return outbound.Steer(err)
	}
	return keep(ctx, call, me)
}
