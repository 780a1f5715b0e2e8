package store

import (
	"context"
	"slices"
)

// Hasten makes what waits after a failed attempt for targets of a kind, bots or installations, due at once: what the
// attempt failed at may be mended. What has not been attempted,
// and what its target works on under a lease, keeps its time.
func (tx *Tx) Hasten(ctx context.Context, target string, ids ...string) error {
	column := "bot_id"
	if target == TargetInstallation {
		column = "installation_id"
	}
	const most = 500 // of one statement's arguments
	for some := range slices.Chunk(ids, most) {
		args := make([]any, len(some))
		for i, id := range some {
			args[i] = id
		}
		f := new(filter)
		f.and("finished_at IS NULL AND state = 'pending' AND attempts > 0 AND leased_at IS NULL AND next_at > ? AND target = ?", tx.now, target)
		f.and(column+" IN ("+places(len(args))+")", args...)
		if err := tx.exec(ctx, "UPDATE deliveries SET next_at = $1"+f.where.String(), f.args...); err != nil { // $1 is now
			return wrap(err, "hasten deliveries")
		}
	}
	return nil
}
