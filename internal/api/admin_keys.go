package api

import (
	"context"

	"github.com/bellhop-dev/bellhop/platform"
)

// Keys replaces the keys that values are encrypted with at rest.
type Keys interface {
	// RotateKeys returns the id of the new key and how many values were
	// encrypted anew.
	RotateKeys(ctx context.Context) (keyID int64, resealed int, err error)
}

func (s *Service) rotateKeys(ctx context.Context, _ *Identity, _ *platform.RotateKeysInput) (*platform.RotateKeysOutput, error) {
	id, n, err := s.Keys.RotateKeys(ctx)
	if err != nil {
		return nil, err
	}
	s.Logger.InfoContext(ctx, "data key replaced", "key_id", id, "resealed", n)
	return &platform.RotateKeysOutput{KeyID: id, Resealed: n}, nil
}
