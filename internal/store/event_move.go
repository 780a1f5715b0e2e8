package store

import "context"

// MoveEvent changes an event's status from one to another; ErrNotFound when it is not in the first, so that of two
// transactions that want to move it one does.
func (tx *Tx) MoveEvent(ctx context.Context, id, from, to string) error {
	err := tx.change(ctx, `UPDATE events SET status = $3 WHERE id = $1 AND status = $2`, id, from, to)
	return wrap(err, "move event")
}
