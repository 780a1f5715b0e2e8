package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/bellhop-dev/bellhop/internal/verdict"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// report ends the attempt of a leased turn with what the handler returned. It
// tries for as long as the lease may last.
func (s *turns) report(ctx context.Context, t *turn, attempt int) {
	ctx, cancel := context.WithTimeout(ctx, leaseFor)
	defer cancel()
	for wait := 250 * time.Millisecond; ; wait = min(2*wait, renewEvery) {
		err := s.end(ctx, t, attempt)
		logger := s.logger.With("delivery_id", t.req.DeliveryID, "attempt", attempt)
		switch {
		case err == nil:
			return
		case platform.IsType(err, platform.TypeRelationConflict), platform.IsType(err, platform.TypeResourceNotFound):
			logger.Warn("outcome not taken", "error", err)
			return
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			logger.Error("outcome not reported; the delivery is attempted again", "error", err)
			return
		}
	}
}

func (s *turns) end(ctx context.Context, t *turn, attempt int) error {
	client, id := s.as(t.req), t.req.DeliveryID
	if t.err == nil && verdict.Of(t.resp) == verdict.Accepted {
		_, err := client.CompleteDelivery(ctx, &platform.CompleteDeliveryInput{ID: id, Attempt: attempt})
		return err
	}
	in := &platform.FailDeliveryInput{ID: id, Attempt: attempt, Reason: "the handler could not answer"}
	if t.err == nil {
		in.Final = verdict.Of(t.resp) == verdict.Refused
		in.Reason, in.RetryAfter = refusal(t.resp)
	}
	_, err := client.FailDelivery(ctx, in)
	return err
}

// refusal reads why a handler refused, and when to try again.
func refusal(resp *wire.Response) (reason string, retryAfter int) {
	reason = fmt.Sprintf("status %d", resp.Status)
	var body struct{ Message string }
	if json.Unmarshal(resp.Body, &body) == nil && body.Message != "" {
		reason = body.Message
	}
	const most = 24 * 60 * 60
	if n, err := strconv.Atoi(http.Header(resp.Header).Get("Retry-After")); err == nil && n > 0 {
		retryAfter = min(n, most)
	}
	return reason, retryAfter
}
