package api

import (
	"context"

	"github.com/bellhop-dev/bellhop/internal/signing"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

func (s *Service) rotateBotSigningSecrets(ctx context.Context, _ *Identity, in *platform.RotateSigningSecretsInput) (*platform.RotateSigningSecretsOutput, error) {
	out := &platform.RotateSigningSecretsOutput{}
	err := s.Store.Update(ctx, func(tx *store.Tx) error {
		row, err := lockBot(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		row.SigningSecret, out.NewSigningSecret = signing.Rotate(row.SigningSecret, tx.Now())
		tx.OnCommit(func() { s.Catalog.InvalidateBot(in.ID) })
		return tx.UpdateBot(ctx, *row)
	})
	return out, err
}

func (s *Service) rotateIntegrationSigningSecrets(ctx context.Context, _ *Identity, in *platform.RotateSigningSecretsInput) (*platform.RotateSigningSecretsOutput, error) {
	out := &platform.RotateSigningSecretsOutput{}
	err := s.Store.Update(ctx, func(tx *store.Tx) error {
		row, err := lockIntegration(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		row.SigningSecret, out.NewSigningSecret = signing.Rotate(row.SigningSecret, tx.Now())
		tx.OnCommit(func() { s.Catalog.InvalidateIntegration(in.ID) })
		return tx.PutIntegration(ctx, row)
	})
	return out, err
}
