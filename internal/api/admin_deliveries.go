package api

import (
	"context"
	"errors"
	"strings"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

func (s *Service) showDelivery(ctx context.Context, d *store.Delivery) platform.Delivery {
	shown := platform.Delivery{
		ID: d.ID, CreatedAt: platform.At(d.CreatedAt), State: platform.DeliveryState(d.State), Target: d.Target, BotID: d.BotID,
		Operation: d.Operation, Type: d.Type, Lane: d.Lane, Sequence: d.Seq,
		ConversationID: d.ConversationID, MessageID: d.MessageID, EventID: d.EventID,
		Attempts: d.Attempts, LastError: d.LastError,
	}
	if d.CarriedBy != d.ID { // else it is to be attempted with the others that it carries
		shown.CarriedBy = d.CarriedBy
	}
	if d.FinishedAt != nil {
		at := platform.At(*d.FinishedAt)
		shown.FinishedAt = &at
	}
	if d.State == store.DeliveryPending {
		at := platform.At(d.NextAt)
		shown.NextAttemptAt = &at
		if d.LeasedAt != nil {
			shown.NextAttemptAt, shown.LeaseUntil = nil, &at
		}
	}
	if d.InstallationID != "" {
		shown.Alias, shown.AliasRemoved = s.aliasOf(ctx, d)
	}
	if d.Target == store.TargetAlert {
		shown.AlertID = strings.TrimPrefix(d.Lane, store.AlertLane(""))
	}
	for _, a := range d.Log {
		shown.Log = append(shown.Log, platform.Attempt{
			Number: a.Number, At: platform.At(a.At), Duration: a.Millis, Outcome: a.Outcome, Status: a.Status, Error: a.Error,
		})
	}
	return shown
}

func (s *Service) listDeliveries(ctx context.Context, _ *Identity, in *platform.ListDeliveriesInput) (*platform.ListDeliveriesOutput, error) {
	state, err := oneOf("state", in.State, "", store.DeliveryPending, store.DeliveryDelivered, store.DeliveryDead, store.DeliveryHeld, store.DeliveryDiscarded)
	if err != nil {
		return nil, err
	}
	filter := store.DeliveryFilter{BotID: in.BotID, State: state, ConversationID: in.ConversationID}
	if in.Alias != "" {
		b, err := s.Catalog.Bot(ctx, in.BotID)
		if errors.Is(err, store.ErrNotFound) {
			return nil, platform.Errorf(platform.TypeInvalidQuery, "alias: give botId too, the bot that the installation is on")
		} else if err != nil {
			return nil, err
		}
		found := b.Installations[in.Alias]
		if found == nil {
			return nil, installationNotFound(b, in.Alias)
		}
		filter.InstallationID = found.ID
	}
	p := newPager("deliveries", filter.BotID, filter.State, filter.ConversationID, filter.InstallationID)
	page, err := p.page(in.PageSize, in.NextToken)
	if err != nil {
		return nil, err
	}
	var rows []store.Delivery
	var next string
	err = s.Store.View(ctx, func(tx *store.Tx) (err error) {
		rows, next, err = tx.Deliveries(ctx, filter, page)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &platform.ListDeliveriesOutput{Deliveries: []platform.Delivery{}, Meta: p.meta(next)}
	for i := range rows {
		out.Deliveries = append(out.Deliveries, s.showDelivery(ctx, &rows[i]))
	}
	return out, nil
}

func (s *Service) getDelivery(ctx context.Context, _ *Identity, in *platform.GetDeliveryInput) (*platform.GetDeliveryOutput, error) {
	var row *store.Delivery
	err := s.Store.View(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.Delivery(ctx, in.ID)
		return err
	})
	if err != nil {
		return nil, deliveryError(in.ID, err)
	}
	return &platform.GetDeliveryOutput{Delivery: s.showDelivery(ctx, row), Body: row.Body}, nil
}

func deliveryError(id string, err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return platform.Errorf(platform.TypeResourceNotFound, "delivery %.60q not found; delivered ones are removed after a while", id)
	}
	return err
}

// replayDelivery sends a delivery again. Whoever wants to tell a target twice
// what it took already may: it has the same delivery id.
func (s *Service) replayDelivery(ctx context.Context, _ *Identity, in *platform.ReplayDeliveryInput) (*platform.ReplayDeliveryOutput, error) {
	var row *store.Delivery
	err := s.Store.Update(ctx, func(tx *store.Tx) (err error) {
		if row, err = tx.ReplayDelivery(ctx, in.ID); err != nil {
			return err
		}
		if err := replayable(ctx, tx, row); err != nil {
			return err
		}
		again := *row
		tx.OnCommit(func() { s.Dispatcher.Notify(again) })
		return nil
	})
	if errors.Is(err, store.ErrConflict) {
		return nil, platform.Errorf(platform.TypeRelationConflict, "delivery %s is pending, or its target still works on it under a lease; it will be tried again by itself", in.ID)
	} else if err != nil {
		return nil, deliveryError(in.ID, err)
	}
	return &platform.ReplayDeliveryOutput{Delivery: s.showDelivery(ctx, row)}, nil
}

// replayable refuses the replay of what was deleted since.
func replayable(ctx context.Context, tx *store.Tx, d *store.Delivery) error {
	what, id := "message", d.MessageID
	var err error
	switch {
	case d.MessageID != "":
		_, err = tx.Message(ctx, d.BotID, d.MessageID)
	case d.ConversationID != "":
		what, id = "conversation", d.ConversationID
		_, err = tx.Conversation(ctx, d.BotID, d.ConversationID)
	}
	if errors.Is(err, store.ErrNotFound) {
		return platform.Errorf(platform.TypeRelationConflict, "delivery %s is not sent again: its %s %s was deleted", d.ID, what, id)
	}
	return err
}

func (s *Service) discardDelivery(ctx context.Context, _ *Identity, in *platform.DiscardDeliveryInput) (*platform.DiscardDeliveryOutput, error) {
	var row *store.Delivery
	err := s.Store.Update(ctx, func(tx *store.Tx) (err error) {
		if err = tx.DiscardDelivery(ctx, in.ID); err != nil {
			return err
		}
		if row, err = tx.Delivery(ctx, in.ID); err != nil {
			return err
		}
		freed := *row
		tx.OnCommit(func() { s.Dispatcher.Notify(freed) })
		return nil
	})
	if errors.Is(err, store.ErrConflict) {
		return nil, platform.Errorf(platform.TypeRelationConflict, "delivery %s is finished; there is nothing to give up", in.ID)
	} else if err != nil {
		return nil, deliveryError(in.ID, err)
	}
	return &platform.DiscardDeliveryOutput{Delivery: s.showDelivery(ctx, row)}, nil
}
