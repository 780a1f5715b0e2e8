package server

import (
	"context"
	"time"
)

// PruneAt removes what is too old at a time, as the server does every few minutes.
func (s *Server) PruneAt(ctx context.Context, now time.Time) { s.pruneOnce(ctx, now) }
