package api

import (
	"context"

	"github.com/bellhop-dev/bellhop/internal/signing"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

func (s *Service) rotateBotSigningSecrets(ctx context.Context, _ *Identity, in *platform.RotateSigningSecretsInput) (*platform.RotateSigningSecretsOutput, error) {
	return update(ctx, s, func(tx *store.Tx) (*platform.RotateSigningSecretsOutput, error) {
		row, err := lockBot(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		out := &platform.RotateSigningSecretsOutput{}
		row.SigningSecret, out.NewSigningSecret = signing.Rotate(row.SigningSecret, tx.Now())
		tx.OnCommit(func() { s.Catalog.InvalidateBot(in.ID) })
		return out, tx.UpdateBot(ctx, *row)
	})
}

func (s *Service) rotateIntegrationSigningSecrets(ctx context.Context, _ *Identity, in *platform.RotateSigningSecretsInput) (*platform.RotateSigningSecretsOutput, error) {
	return update(ctx, s, func(tx *store.Tx) (*platform.RotateSigningSecretsOutput, error) {
		row, err := lockIntegration(ctx, tx, in.ID)
		if err != nil {
			return nil, err
		}
		out := &platform.RotateSigningSecretsOutput{}
		row.SigningSecret, out.NewSigningSecret = signing.Rotate(row.SigningSecret, tx.Now())
		tx.OnCommit(func() { s.Catalog.InvalidateIntegration(in.ID) })
		return out, tx.PutIntegration(ctx, row)
	})
}
