package cli

import (
	"context"
	"encoding/json"
	"io"

	"github.com/bellhop-dev/bellhop/platform"
)

type botPublish struct {
	ID   string `arg:"" help:"Id of the bot."`
	File string `arg:"" optional:"" help:"JSON definition; - reads standard input. What the bot declares stays as it is without one." placeholder:"FILE"`
	upload
}

// Run stores what a bot declares, and its code.
func (c botPublish) Run(ctx context.Context, s *session) error {
	client, _, err := s.client()
	if err != nil {
		return err
	}
	if c.File == "" && c.Code == "" && len(c.Secret)+len(c.SecretFile) == 0 {
		return usagef("there is nothing to publish: give a definition, --code, --secret or --secret-file")
	}
	if err := c.check("", c.File); err != nil {
		return err
	}
	in := &platform.UpdateBotInput{ID: c.ID}
	if c.File != "" {
		raw, err := s.readFile(c.File)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(raw, &in.BotDefinition); err != nil {
			return usagef("%s is not a bot's definition: %v", fileOrInput(c.File), err)
		}
	}
	var declared platform.Secrets
	if in.BotDefinition.Secrets != nil {
		declared = platform.Declare(in.BotDefinition.Secrets)
	}
	if in.Code, in.Secrets, err = c.read(s, declared); err != nil {
		return err
	}
	out, err := client.UpdateBot(ctx, in)
	if err != nil {
		return err
	}
	return s.print(out.Bot, func(w io.Writer) { printBot(w, &out.Bot) })
}
