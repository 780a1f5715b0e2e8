package cli

import (
	"context"
	"io"
	"strings"

	"github.com/bellhop-dev/bellhop/platform"
)

type auditCommand struct {
	access

	List auditList `cmd:"" default:"1" help:"List changes, newest first." example:"bellhop audit list --limit 20\nbellhop audit list --bot bot_01J... --json"`
}

type auditList struct {
	Bot   string `help:"Only of this bot." placeholder:"ID"`
	Limit count  `help:"How many of the newest at most." default:"50"`
}

// Run lists the changes of administrators.
func (c auditList) Run(ctx context.Context, s *session) error {
	client, _, err := s.client()
	if err != nil {
		return err
	}
	found, err := upTo(c.Limit, func(token string, size int) ([]platform.AuditEntry, string, error) {
		out, err := client.ListAudit(ctx, &platform.ListAuditInput{BotID: c.Bot, NextToken: token, PageSize: size})
		if err != nil {
			return nil, "", err
		}
		return out.Entries, out.Meta.NextToken, nil
	})
	if err != nil {
		return err
	}
	return s.print(found, func(w io.Writer) {
		var rows [][]string
		for _, e := range found {
			rows = append(rows, []string{e.At.String(), printable(shorten(e.Actor, 30)), e.Address, e.Operation, e.Subject, strings.Join(e.Fields, " ")})
		}
		table(w, []string{"AT", "WHO", "FROM", "WHAT", "OF", "MEMBERS"}, rows, "No changes yet.")
	})
}
