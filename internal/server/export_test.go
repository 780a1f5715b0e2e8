package server

import (
	"context"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
)

// PruneAt removes what is too old at a time, as the server does every few minutes.
func (s *Server) PruneAt(ctx context.Context, now time.Time) { s.pruneOnce(ctx, now) }

// Outages lists the targets that have not taken a delivery since one failed.
func (s *Server) Outages(ctx context.Context) (list []store.Outage) {
	err := s.store.View(ctx, func(tx *store.Tx) (err error) {
		list, err = tx.Outages(ctx)
		return err
	})
	if err != nil {
		panic(err)
	}
	return list
}
