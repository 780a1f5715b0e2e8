package cli

import (
	"context"
	"encoding/json"
	"io"

	"github.com/bellhop-dev/bellhop/platform"
)

type botPublish struct {
	ID   string `arg:"" help:"Id of the bot."`
	File string `arg:"" help:"JSON definition; - reads standard input." placeholder:"FILE"`
}

// Run stores what a bot that is served elsewhere declares.
func (c botPublish) Run(ctx context.Context, s *session) error {
	client, _, err := s.client()
	if err != nil {
		return err
	}
	raw, err := s.readFile(c.File)
	if err != nil {
		return err
	}
	in := &platform.UpdateBotInput{ID: c.ID}
	if err := json.Unmarshal(raw, &in.BotDefinition); err != nil {
		return usagef("%s is not a bot's definition: %v", c.File, err)
	}
	out, err := client.UpdateBot(ctx, in)
	if err != nil {
		return err
	}
	return s.print(out.Bot, func(w io.Writer) { printBot(w, &out.Bot) })
}
