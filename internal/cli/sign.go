package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/bellhop-dev/bellhop/platform"
)

type botSign struct {
	ID string `arg:"" help:"Id of the bot."`
}

// Run makes a signing secret of a bot.
func (c botSign) Run(ctx context.Context, s *session) error {
	client, _, err := s.client()
	if err != nil {
		return err
	}
	return sign(ctx, s, c.ID, client.RotateBotSigningSecrets)
}

type integrationSign struct {
	Integration string `arg:"" help:"Id, or name@version; the version may be latest."`
}

// Run makes a signing secret of an integration.
func (c integrationSign) Run(ctx context.Context, s *session) error {
	client, in, err := s.integration(ctx, c.Integration)
	if err != nil {
		return err
	}
	return sign(ctx, s, in.ID, client.RotateIntegrationSigningSecrets)
}

func sign(ctx context.Context, s *session, id string, rotate func(context.Context, *platform.RotateSigningSecretsInput) (*platform.RotateSigningSecretsOutput, error)) error {
	out, err := rotate(ctx, &platform.RotateSigningSecretsInput{ID: id})
	if err != nil {
		return err
	}
	return s.print(out, func(w io.Writer) { fmt.Fprintln(w, out.NewSigningSecret) })
}
