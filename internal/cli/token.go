package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/bellhop-dev/bellhop/platform"
)

type tokenCommand struct {
	access

	List   tokenList   `cmd:"" default:"1" help:"List tokens by their last characters." example:"bellhop token list"`
	Create tokenCreate `cmd:"" help:"Make a token; it is shown this once." example:"bellhop token create bot --bot bot_01J... --note 'support bot'\nBP_TOKEN=$(bellhop token create integration --integration acme@0.1.0) go run ./acme"`
	Delete tokenDelete `cmd:"" help:"Revoke a token at once." example:"bellhop token delete tok_01J..."`
}

type tokenList struct{}

// Run lists tokens.
func (tokenList) Run(ctx context.Context, s *session) error {
	client, _, err := s.client()
	if err != nil {
		return err
	}
	found := []platform.Token{}
	err = pages(func(token string) (string, error) {
		out, err := client.ListTokens(ctx, &platform.ListTokensInput{NextToken: token})
		if err != nil {
			return "", err
		}
		found = append(found, out.Tokens...)
		return out.Meta.NextToken, nil
	})
	if err != nil {
		return err
	}
	return s.print(found, func(w io.Writer) {
		var rows [][]string
		for _, t := range found {
			rows = append(rows, []string{t.ID, string(t.Kind), "…" + t.LastCharacters, t.BotID + t.IntegrationID, t.Note, t.CreatedAt.String()})
		}
		table(w, []string{"ID", "KIND", "ENDS IN", "FOR", "NOTE", "CREATED"}, rows, "No tokens.")
	})
}

type tokenCreate struct {
	Kind        string `arg:"" enum:"account,bot,integration" help:"What it may do: account (everything), bot (act as one bot) or integration (act as one integration)."`
	Bot         string `help:"Bot that a bot token is for; by default the one that \"bellhop dev\" made, or the only one." placeholder:"ID"`
	Integration string `help:"Integration that an integration token is for, by id or name@version." placeholder:"ID"`
	Note        string `help:"What it is for; \"bellhop token list\" shows it." placeholder:"TEXT"`
}

// Run makes a token.
func (c tokenCreate) Run(ctx context.Context, s *session) error {
	client, creds, err := s.client()
	if err != nil {
		return err
	}
	in := &platform.CreateTokenInput{Kind: platform.TokenKind(c.Kind), Note: c.Note}
	switch in.Kind {
	case platform.TokenBot:
		if in.BotID, err = pickBot(ctx, client, creds, c.Bot); err != nil {
			return err
		}
	case platform.TokenIntegration:
		if c.Integration == "" {
			return usagef("integration: say which with --integration name@version")
		}
		found, err := findIntegration(ctx, client, c.Integration)
		if err != nil {
			return err
		}
		in.IntegrationID = found.ID
	}
	out, err := client.CreateToken(ctx, in)
	if err != nil {
		return err
	}
	return s.print(out, func(w io.Writer) { fmt.Fprintln(w, out.Value) })
}

type tokenDelete struct {
	ID string `arg:"" help:"Id of the token."`
}

// Run revokes a token.
func (c tokenDelete) Run(ctx context.Context, s *session) error {
	client, _, err := s.client()
	if err != nil {
		return err
	}
	if _, err := client.DeleteToken(ctx, &platform.DeleteTokenInput{ID: c.ID}); err != nil {
		return err
	}
	return s.print(map[string]string{"deleted": c.ID}, func(w io.Writer) { fmt.Fprintln(w, "revoked", c.ID) })
}
