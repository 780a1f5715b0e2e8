package whatsapp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
)

const (
	stateSeen = "seen"
	// maxSeen is how many ids are remembered.
	maxSeen = 500
)

// seenIDs are the ids of what became an event and no message, the newest
// last.
type seenIDs struct {
	IDs []string `json:"ids"`
}

// digest names what has no id of its own.
func digest(what string, raw []byte) string {
	sum := sha256.Sum256(append([]byte(what+" "), raw...))
	return hex.EncodeToString(sum[:16])
}

// once does fn unless it was done under this id before. Only what succeeded
// counts, so that a failure is tried again.
func (s *service) once(ctx context.Context, call *integration.Call, id string, fn func() error) error {
	release, err := s.locks.Hold(ctx, call.WebhookID+" "+stateSeen)
	if err != nil {
		return err
	}
	defer release()
	ref := integration.State[seenIDs](call, stateSeen, "")
	seen, err := ref.Get(ctx)
	if platform.IsType(err, platform.TypeResourceNotFound) {
		seen, err = &seenIDs{}, nil
	}
	if err != nil {
		return fmt.Errorf("read what was told before: %w", err)
	}
	if slices.Contains(seen.IDs, id) {
		return nil
	}
	if err := fn(); err != nil {
		return err
	}
	seen.IDs = append(seen.IDs, id)
	if extra := len(seen.IDs) - maxSeen; extra > 0 {
		seen.IDs = seen.IDs[extra:]
	}
	if err := ref.Set(ctx, *seen); err != nil {
		return fmt.Errorf("note what was told: %w", err)
	}
	return nil
}
