package store

import (
	"context"
	"fmt"
)

// Discarded lists one delivery for each lane in which this transaction discarded some, with the fields that name its
// lane and its target. The caller notifies the dispatcher of them after the commit.
func (tx *Tx) Discarded() []Delivery { return tx.discarded }

const discardedEvents = `UPDATE events SET status = 'failed', failure_reason = %s WHERE status = 'pending'
	AND id IN (SELECT event_id FROM deliveries WHERE finished_at IS NULL AND target = 'bot' AND event_id <> '' AND %s)`

// discardOpen discards every unfinished delivery that matches cond, a condition on $1 up to the number of args, and marks
// the events of those as failed. The reason becomes their last error. Lanes are locked in the order of their ids, so that
// two of these cannot block each other.
func (tx *Tx) discardOpen(ctx context.Context, reason, cond string, args ...any) error {
	scan := func(rows Rows, d *Delivery) error { return rows.Scan(&d.Lane, &d.Target, &d.BotID, &d.InstallationID) }
	lanes, err := all(ctx, tx, scanString, `SELECT lane FROM lanes WHERE id IN
		(SELECT lane_id FROM deliveries WHERE finished_at IS NULL AND `+cond+`) ORDER BY id`+tx.forUpdate(), args...)
	if err != nil || len(lanes) == 0 {
		return err
	}
	freed, err := all(ctx, tx, scan, `SELECT DISTINCT l.lane, d.target, d.bot_id, d.installation_id
		FROM deliveries d JOIN lanes l ON l.id = d.lane_id WHERE d.id IN
		(SELECT id FROM deliveries WHERE finished_at IS NULL AND `+cond+`)`, args...)
	if err != nil {
		return fmt.Errorf("list deliveries to discard: %w", err)
	}
	why := fmt.Sprintf("$%d", len(args)+1)
	if err := tx.exec(ctx, fmt.Sprintf(discardedEvents, why, cond), append(args[:len(args):len(args)], reason)...); err != nil {
		return fmt.Errorf("fail events of discarded deliveries: %w", err)
	}
	err = tx.exec(ctx, fmt.Sprintf(`UPDATE deliveries SET state = 'discarded', last_error = %s, finished_at = $%d
		WHERE finished_at IS NULL AND %s`, why, len(args)+2, cond), append(args[:len(args):len(args)], reason, tx.now)...)
	if err != nil {
		return fmt.Errorf("discard deliveries: %w", err)
	}
	for _, lane := range lanes {
		if err := tx.settleLane(ctx, lane); err != nil {
			return fmt.Errorf("free lane: %w", err)
		}
	}
	for _, d := range freed {
		d.State = DeliveryDiscarded
		tx.discarded = append(tx.discarded, d)
	}
	return nil
}

// ofMessage chooses, by the message's id and the lanes of its conversation, what is delivered of a message: to the bot, to
// the installation, and its updates. Events that only refer to the message are not of it.
const ofMessage = `lane_id IN (SELECT id FROM lanes WHERE lane IN ($2, $3)) AND message_id = $1
	AND (target = 'installation' OR type = 'message_created')`

// DiscardMessage discards what is still to be delivered of a message, in the lanes of its conversation to the bot and to
// the installation.
func (tx *Tx) DiscardMessage(ctx context.Context, messageID, toBot, toInstallation, reason string) error {
	return wrap(tx.discardOpen(ctx, reason, ofMessage, messageID, toBot, toInstallation), "discard message's deliveries")
}

// ofUser chooses, by the user's id and the bot's, what is delivered of a user: the messages that they wrote and the events
// that are about them.
const ofUser = `lane_id IN (SELECT id FROM lanes WHERE lane = 'bot:' || $2 || ':' || $1
		OR lane IN (SELECT 'bot:' || $2 || ':' || conversation_id FROM participants WHERE user_id = $1)
		OR lane IN (SELECT 'installation:' || c.installation_id || ':' || c.id FROM participants p
			JOIN conversations c ON c.id = p.conversation_id WHERE p.user_id = $1))
	AND (EXISTS (SELECT 1 FROM messages m WHERE m.id = deliveries.message_id AND m.user_id = $1)
		OR EXISTS (SELECT 1 FROM events e WHERE e.id = deliveries.event_id AND e.user_id = $1))`

// LockOpenDelivery reads a delivery that is unfinished, under its lane's lock. ErrNotFound when there is none.
func (tx *Tx) LockOpenDelivery(ctx context.Context, id string) (*Delivery, error) {
	d, err := tx.Delivery(ctx, id)
	if err == nil && d.FinishedAt == nil {
		d, err = tx.lockDelivery(ctx, id)
	}
	if err == nil && d.FinishedAt != nil {
		err = ErrNotFound
	}
	if err != nil {
		return nil, wrap(err, "lock delivery")
	}
	return d, nil
}

const rewriteDelivery = `UPDATE deliveries SET body = $2 WHERE id = $1 AND finished_at IS NULL`

// RewriteDelivery replaces the body of a delivery that is unfinished. The caller notifies the dispatcher after the commit.
// ErrNotFound when there is none.
func (tx *Tx) RewriteDelivery(ctx context.Context, id string, body []byte) error {
	return wrap(tx.change(ctx, rewriteDelivery, id, body), "rewrite delivery")
}

// RecordUndelivered adds a delivery that is discarded from the start: there is a reason not to attempt it, and whoever looks
// for it finds the reason. It can be replayed.
func (tx *Tx) RecordUndelivered(ctx context.Context, d *Delivery, reason string) error {
	if err := tx.Enqueue(ctx, d); err != nil {
		return err
	}
	err := tx.exec(ctx, `UPDATE deliveries SET state = 'discarded', last_error = $2, finished_at = $3 WHERE id = $1`,
		d.ID, reason, tx.now)
	if err != nil {
		return wrap(err, "record undelivered")
	}
	d.State, d.LastError, d.FinishedAt, d.Head = DeliveryDiscarded, reason, &tx.now, false
	return wrap(tx.settleLane(ctx, d.Lane), "free lane")
}
