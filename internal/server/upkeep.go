package server

import (
	"context"
	"encoding/json"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// Delivered deliveries are kept for a while, so that one can look back.
const (
	keepDelivered = 7 * 24 * time.Hour
	keepKeys      = 7 * 24 * time.Hour // of calls that are not repeated
	keepAudit     = 400 * 24 * time.Hour
	keepDev       = 7 * 24 * time.Hour
	pruneEvery    = 10 * time.Minute
)

func (s *Server) prune(ctx context.Context) error {
	s.sweepFiles(ctx)
	ticker := time.NewTicker(pruneEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-ticker.C:
			s.pruneOnce(ctx, now)
		}
	}
}

// pruneOnce removes what is too old at a time.
func (s *Server) pruneOnce(ctx context.Context, now time.Time) {
	s.sweepFiles(ctx)
	s.codeLog.prune(ctx, now.Add(-keepLogs))
	s.prunePeople(ctx, now)
	s.pruneAudit(ctx, now.Add(-keepAudit))
	s.prunePages(ctx, "old idempotency keys not removed", func(tx *store.Tx, limit int) (int64, error) {
		return tx.PruneKeys(ctx, now.Add(-keepKeys), limit)
	})
	s.pruneDev(ctx, now.Add(-keepDev))
	s.reclaim(ctx)
}

// sweepFiles removes files that have expired, and bytes that nobody needs.
func (s *Server) sweepFiles(ctx context.Context) {
	if err := s.service.SweepFiles(ctx); err != nil && ctx.Err() == nil {
		s.logger.Warn("files not swept", "error", err)
	}
}

func (s *Server) pruneAudit(ctx context.Context, before time.Time) {
	s.prunePages(ctx, "old entries of the audit trail not removed", func(tx *store.Tx, limit int) (int64, error) {
		return tx.PruneAudit(ctx, before, limit)
	})
}

// prunePages removes rows in small transactions until a page is not full.
func (s *Server) prunePages(ctx context.Context, fault string, remove func(tx *store.Tx, limit int) (int64, error)) {
	const page = 500
	for ctx.Err() == nil {
		var n int64
		err := s.store.Update(ctx, func(tx *store.Tx) (err error) {
			n, err = remove(tx, page)
			return err
		})
		if err != nil {
			s.logger.Warn(fault, "error", err)
			return
		}
		if n < page {
			return
		}
	}
}

// prunePeople removes what is older than the retention of its bot, and delivered deliveries of all other bots.
func (s *Server) prunePeople(ctx context.Context, now time.Time) {
	bots, err := s.retention(ctx)
	if err == nil {
		err = s.people.Retain(ctx, now, bots)
	}
	if err != nil {
		if ctx.Err() == nil {
			s.logger.Warn("rows beyond their retention not removed", "error", err)
		}
		return
	}
	var own []string
	for id, keep := range bots {
		if keep.Deliveries > 0 {
			own = append(own, id)
		}
	}
	s.prunePages(ctx, "old deliveries not removed", func(tx *store.Tx, limit int) (int64, error) {
		return tx.PruneDeliveries(ctx, now.Add(-keepDelivered), own, limit)
	})
}

// pruneDev deletes bots in development that nobody has run since before a time: the official command makes a new one for
// each project and machine, and deletes none.
func (s *Server) pruneDev(ctx context.Context, before time.Time) {
	dev := true
	var rows []store.Bot
	err := s.store.View(ctx, func(tx *store.Tx) (err error) {
		rows, _, err = tx.Bots(ctx, store.BotFilter{Dev: &dev, SortField: "updatedAt", Asc: true}, store.Page{Limit: 100})
		return err
	})
	for _, row := range rows {
		if err != nil || !row.UpdatedAt.Before(before) {
			break
		}
		if open, _ := s.tunnels.Connected(row.WorkspaceID, row.URL); open {
			continue
		}
		if _, err = s.Client().DeleteBot(ctx, &platform.DeleteBotInput{ID: row.ID}); err == nil {
			s.logger.Info("bot in development removed: not used for a week", "bot_id", row.ID)
		}
	}
	if err != nil && ctx.Err() == nil {
		s.logger.Warn("bots in development not removed", "error", err)
	}
}

// retention returns the retention of the bots that have one.
func (s *Server) retention(ctx context.Context) (map[string]platform.BotRetention, error) {
	bots := map[string]platform.BotRetention{}
	for after := ""; ; {
		var rows []store.Bot
		var next string
		err := s.store.View(ctx, func(tx *store.Tx) (err error) {
			rows, next, err = tx.Bots(ctx, store.BotFilter{}, store.Page{Limit: 500, After: after})
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			var settings platform.BotSettings
			if len(row.Settings) > 0 && json.Unmarshal(row.Settings, &settings) == nil && settings.Retention != (platform.BotRetention{}) {
				bots[row.ID] = settings.Retention
			}
		}
		if next == "" {
			return bots, nil
		}
		after = next
	}
}

// upkeep is what the files of an embedded database need now and then.
type upkeep interface {
	// Scrub removes what deleted rows left in the files.
	Scrub(ctx context.Context) error
	// Reclaim gives up to pages free pages back to the file system and returns how many are left.
	Reclaim(ctx context.Context, pages int) (left int64, err error)
}

func (s *Server) scrub(ctx context.Context) error {
	if s.upkeep == nil {
		return nil
	}
	return s.upkeep.Scrub(ctx)
}

// Free pages are given back a few at a time; some are left for new rows.
const (
	reclaimAtOnce = 500
	reservePages  = 2000
)

// reclaim gives free space of the database back to the file system.
func (s *Server) reclaim(ctx context.Context) {
	if s.upkeep == nil {
		return
	}
	left, err := s.upkeep.Reclaim(ctx, 0)
	for before := left + 1; err == nil && left > reservePages && left < before; {
		before = left
		left, err = s.upkeep.Reclaim(ctx, reclaimAtOnce)
	}
	if err != nil && ctx.Err() == nil {
		s.logger.Warn("free space not given back", "error", err)
	}
}
