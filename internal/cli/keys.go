package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/bellhop-dev/bellhop/platform"
)

type keysCommand struct {
	access

	Rotate keysRotate `cmd:"" help:"Make a new data key and encrypt every configuration, secret and credential with it; the server goes on meanwhile." example:"bellhop keys rotate"`
}

type keysRotate struct{}

// Run replaces the data key.
func (keysRotate) Run(ctx context.Context, s *session) error {
	client, _, err := s.client()
	if err != nil {
		return err
	}
	out, err := client.RotateKeys(ctx, &platform.RotateKeysInput{})
	if err != nil {
		return err
	}
	return s.print(out, func(w io.Writer) {
		fmt.Fprintf(w, "Data key %d is in use; %d values were encrypted anew, and the keys before are gone.\n", out.KeyID, out.Resealed)
	})
}
