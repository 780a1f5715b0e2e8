package store

import "context"

// CarryDeliveries notes that pending deliveries are carried by another one, with its Attempts and NextAt. Until that one
// is finished it carries itself too.
func (tx *Tx) CarryDeliveries(ctx context.Context, by *Delivery, ids []string) error {
	if by.CarriedBy != by.ID {
		if err := tx.exec(ctx, `UPDATE deliveries SET carried_by = id WHERE id = $1 AND state = 'pending'`, by.ID); err != nil {
			return wrap(err, "carry delivery")
		}
		by.CarriedBy = by.ID
	}
	for _, id := range ids {
		err := tx.exec(ctx, `UPDATE deliveries SET carried_by = $2, attempts = $3, next_at = $4 WHERE id = $1 AND state = 'pending'`,
			id, by.ID, by.Attempts, by.NextAt)
		if err != nil {
			return wrap(err, "carry delivery")
		}
	}
	return nil
}

// FinishCarried ends the deliveries that another one carries, with its State, Attempts and LastError. It is called before
// FinishDelivery of that one.
func (tx *Tx) FinishCarried(ctx context.Context, by *Delivery) error {
	lane, err := tx.lockLane(ctx, by.Lane)
	if err != nil {
		return wrap(err, "lock lane")
	}
	finished := &tx.now
	if by.State == DeliveryHeld {
		finished = nil
	}
	if by.CarriedBy != "" {
		if err := tx.exec(ctx, `UPDATE deliveries SET carried_by = '' WHERE id = $1`, by.ID); err != nil {
			return wrap(err, "finish carrying delivery")
		}
		by.CarriedBy = ""
	}
	err = tx.exec(ctx, `UPDATE deliveries SET state = $3, attempts = $4, last_error = $5, finished_at = $6
		WHERE lane_id = $1 AND carried_by = $2 AND finished_at IS NULL`, lane.id, by.ID, by.State, by.Attempts, by.LastError, finished)
	return wrap(err, "finish carried deliveries")
}
