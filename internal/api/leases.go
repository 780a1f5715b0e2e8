package api

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// Leases are the attempts that are under way.
type Leases interface {
	// Renew renews the lease of an attempt; cancelled is why the holder is to
	// stop, "" when it goes on.
	Renew(ctx context.Context, d *store.Delivery, attempt int, lease time.Duration) (until time.Time, cancelled string, err error)
	// EndLease ends an attempt that holds a lease, and returns the delivery as it
	// is then.
	EndLease(ctx context.Context, id string, end LeaseEnd) (*store.Delivery, error)
	// Cancel ends the attempt of a delivery that is made now, if there is one. It
	// must not block.
	Cancel(id, why string)
}

// LeaseEnd is how an attempt ended that held a lease.
type LeaseEnd struct {
	Attempt int
	Failed  bool
	Final   bool
	Reason  string
	After   time.Duration
}

// held finds a delivery that the caller may hold: one to itself.
func (s *Service) held(ctx context.Context, id *Identity, deliveryID string, attempt int) (*store.Delivery, error) {
	if attempt < 1 {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "attempt: %d is not the number of an attempt; give the value of the header x-bellhop-attempt", attempt)
	}
	var row *store.Delivery
	err := s.Store.View(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.Delivery(ctx, deliveryID)
		return err
	})
	if err == nil && !holds(id, row) {
		err = store.ErrNotFound
	}
	if err != nil {
		return nil, deliveryError(deliveryID, err)
	}
	return row, nil
}

func holds(id *Identity, row *store.Delivery) bool {
	if row.BotID != id.Bot.ID {
		return false
	}
	if row.Target == store.TargetInstallation {
		return id.Installation != nil && id.Installation.ID == row.InstallationID
	}
	return id.Installation == nil
}

func (s *Service) renewDelivery(ctx context.Context, id *Identity, in *platform.RenewDeliveryInput) (*platform.RenewDeliveryOutput, error) {
	row, err := s.held(ctx, id, in.ID, in.Attempt)
	if err != nil {
		return nil, err
	}
	lease := time.Duration(in.Lease) * time.Second
	if in.Lease < 1 || lease > wire.MaxLease {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "lease: %d is out of range; give 1 to %d seconds", in.Lease, int(wire.MaxLease/time.Second))
	}
	until, cancelled, err := s.Leases.Renew(ctx, row, in.Attempt, lease)
	if err != nil {
		return nil, deliveryError(in.ID, err)
	}
	out := &platform.RenewDeliveryOutput{Status: platform.LeaseActive, Until: platform.At(until)}
	if cancelled != "" {
		out.Status, out.Reason = platform.LeaseCancelled, cancelled
	}
	return out, nil
}

func (s *Service) completeDelivery(ctx context.Context, id *Identity, in *platform.CompleteDeliveryInput) (*platform.CompleteDeliveryOutput, error) {
	row, err := s.endLease(ctx, id, in.ID, LeaseEnd{Attempt: in.Attempt})
	if err != nil {
		return nil, err
	}
	return &platform.CompleteDeliveryOutput{State: platform.DeliveryState(row.State)}, nil
}

func (s *Service) failDelivery(ctx context.Context, id *Identity, in *platform.FailDeliveryInput) (*platform.FailDeliveryOutput, error) {
	if in.RetryAfter < 0 || in.RetryAfter > 24*60*60 {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "retryAfter: %d is out of range; give 0 to 86400 seconds", in.RetryAfter)
	}
	end := LeaseEnd{
		Attempt: in.Attempt, Failed: true, Final: in.Final, Reason: strings.Join(strings.Fields(in.Reason), " "),
		After: time.Duration(in.RetryAfter) * time.Second,
	}
	if end.Reason == "" {
		end.Reason = "the code that held the lease reported a failure, without a reason"
	}
	row, err := s.endLease(ctx, id, in.ID, end)
	if err != nil {
		return nil, err
	}
	out := &platform.FailDeliveryOutput{State: platform.DeliveryState(row.State)}
	if row.State == store.DeliveryPending {
		at := platform.At(row.NextAt)
		out.NextAttemptAt = &at
	}
	return out, nil
}

func (s *Service) endLease(ctx context.Context, id *Identity, deliveryID string, end LeaseEnd) (*store.Delivery, error) {
	if _, err := s.held(ctx, id, deliveryID, end.Attempt); err != nil {
		return nil, err
	}
	row, err := s.Leases.EndLease(ctx, deliveryID, end)
	if err != nil {
		return nil, deliveryError(deliveryID, err)
	}
	return row, nil
}

// cancelledByOperator is the reason that is recorded.
const cancelledByOperator = "cancelled by the operator"

func (s *Service) cancelDelivery(ctx context.Context, _ *Identity, in *platform.CancelDeliveryInput) (*platform.CancelDeliveryOutput, error) {
	var row *store.Delivery
	err := s.Store.Update(ctx, func(tx *store.Tx) (err error) {
		if row, err = tx.CancelDelivery(ctx, in.ID, cancelledByOperator); err != nil {
			return err
		}
		tx.OnCommit(func() {
			s.Leases.Cancel(in.ID, cancelledByOperator)
			s.Dispatcher.Notify(*row)
		})
		return failEvent(ctx, tx, row)
	})
	if errors.Is(err, store.ErrConflict) {
		return nil, platform.Errorf(platform.TypeRelationConflict, "delivery %s is finished; there is nothing to cancel", in.ID)
	} else if err != nil {
		return nil, deliveryError(in.ID, err)
	}
	return &platform.CancelDeliveryOutput{Delivery: s.showDelivery(ctx, row)}, nil
}

// failEvent notes in the event of a cancelled delivery that nothing comes of it.
func failEvent(ctx context.Context, tx *store.Tx, d *store.Delivery) error {
	if d.EventID == "" || d.Target != store.TargetBot {
		return nil
	}
	err := tx.SetEventStatus(ctx, d.EventID, string(platform.EventFailed), cancelledByOperator)
	if errors.Is(err, store.ErrNotFound) {
		return nil // the event of a message has no row
	}
	return err
}
