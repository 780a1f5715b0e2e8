package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/bellhop-dev/bellhop/bot/samplebot"
	"github.com/bellhop-dev/bellhop/platform"
)

type botCommand struct {
	access

	List     botList     `cmd:"" default:"1" help:"List bots." example:"bellhop bot list"`
	Get      botGet      `cmd:"" help:"Show a bot and what is installed on it." example:"bellhop bot get bot_01J..."`
	Create   botCreate   `cmd:"" help:"Make a bot; prints its id." example:"bellhop bot create support --code-url http://127.0.0.1:8073\nbellhop bot create hello --sample"`
	Update   botUpdate   `cmd:"" help:"Change a bot's name or the address of its code." example:"bellhop bot update bot_01J... --code-url http://127.0.0.1:9073"`
	Publish  botPublish  `cmd:"" help:"Store what a bot declares, its states, events, actions and tags, or upload its code." example:"go run . definition | bellhop bot publish bot_01J... -\nbellhop bot publish bot_01J... definition.json --code dist/index.cjs --secret-file API_KEY=key.txt"`
	Sign     botSign     `cmd:"" help:"Sign the calls to a bot's served code from now on, with a new secret; prints it, this once." example:"bellhop bot sign bot_01J..."`
	Logs     botLogs     `cmd:"" help:"Show what a bot's uploaded code printed." example:"bellhop bot logs bot_01J... --follow"`
	Settings botSettings `cmd:"" help:"Show or change how the server treats a bot: time limits, concurrency (docs/settings.md)." example:"bellhop bot settings support\nbellhop bot settings support --set delivery.turnLimit=30m --set delivery.concurrency.mode=burst\nbellhop bot settings support --reset delivery"`
	Delete   botDelete   `cmd:"" help:"Delete a bot with all its conversations." example:"bellhop bot delete bot_01J... --yes"`
}

type botList struct {
	Dev bool `help:"List those that developers run with the official command's dev; they are removed when they were not used for a week."`
}

// Run lists bots.
func (c botList) Run(ctx context.Context, s *session) error {
	client, _, err := s.client()
	if err != nil {
		return err
	}
	bots := []platform.BotSummary{}
	err = pages(func(token string) (string, error) {
		out, err := client.ListBots(ctx, &platform.ListBotsInput{NextToken: token, Dev: &c.Dev})
		if err != nil {
			return "", err
		}
		bots = append(bots, out.Bots...)
		return out.Meta.NextToken, nil
	})
	if err != nil {
		return err
	}
	return s.print(bots, func(w io.Writer) {
		var rows [][]string
		for _, b := range bots {
			rows = append(rows, []string{b.ID, b.Name, place(b.URL, b.Builtin != "", b.Uploaded), b.CreatedAt.String()})
		}
		table(w, []string{"ID", "NAME", "CODE", "CREATED"}, rows, "No bots yet. \"bellhop bot create hello --sample\" creates one that answers, \"bellhop bot create NAME --code-url URL\" one of yours.")
	})
}

// place says where code runs.
func place(url string, builtin, uploaded bool) string {
	switch {
	case builtin:
		return "in process"
	case uploaded:
		return "uploaded"
	case url == "":
		return "none"
	}
	return url
}

type botGet struct {
	ID string `arg:"" help:"Id of the bot."`
}

// Run shows a bot.
func (c botGet) Run(ctx context.Context, s *session) error {
	client, _, err := s.client()
	if err != nil {
		return err
	}
	out, err := client.GetBot(ctx, &platform.GetBotInput{ID: c.ID})
	if err != nil {
		return err
	}
	return s.print(out.Bot, func(w io.Writer) { printBot(w, &out.Bot) })
}

func printBot(w io.Writer, b *platform.Bot) {
	fmt.Fprintf(w, "%s  %s\ncode: %s\n", b.ID, printable(b.Name), place(b.URL, b.Builtin != "", b.Uploaded))
	var rows [][]string
	for alias, in := range b.Integrations {
		rows = append(rows, []string{alias, in.Name + "@" + in.Version, in.Status, in.WebhookURL})
	}
	table(w, []string{"ALIAS", "INTEGRATION", "STATUS", "WEBHOOK"}, rows, "Nothing is installed on it yet: \"bellhop install put\".")
}

type botCreate struct {
	Name    string `arg:"" help:"Name of the bot."`
	CodeURL string `name:"code-url" help:"Address where the bot's code listens; without it nobody answers." placeholder:"URL" xor:"code"`
	Sample  bool   `help:"Let the server's own sample bot answer." xor:"code"`
}

// Run makes a bot.
func (c botCreate) Run(ctx context.Context, s *session) error {
	if strings.TrimSpace(c.Name) == "" {
		return usagef("name: it is empty; give the bot one, by which you know it in lists")
	}
	client, _, err := s.client()
	if err != nil {
		return err
	}
	in := &platform.CreateBotInput{Name: c.Name, URL: c.CodeURL}
	if c.Sample {
		in.Builtin = samplebot.Name
	}
	out, err := client.CreateBot(ctx, in)
	if err != nil {
		return err
	}
	if !s.cmd.JSON {
		s.next(c.next(out.Bot.ID))
	}
	return s.print(out.Bot, func(w io.Writer) { fmt.Fprintln(w, out.Bot.ID) })
}

// next is the command that follows the creation of a bot.
func (c botCreate) next(id string) string {
	if c.Sample || c.CodeURL != "" {
		return "bellhop install put chat chat@latest --bot " + id
	}
	return "bellhop bot publish " + id + " DEFINITION --code FILE, or bellhop bot update " + id + " --code-url URL"
}

type botUpdate struct {
	ID      string  `arg:"" help:"Id of the bot."`
	Name    *string `help:"New name; unchanged when not given."`
	CodeURL *string `name:"code-url" help:"New address of the bot's code; empty for none, unchanged when not given." placeholder:"URL"`
}

// Run changes a bot.
func (c botUpdate) Run(ctx context.Context, s *session) error {
	client, _, err := s.client()
	if err != nil {
		return err
	}
	in := &platform.UpdateBotInput{ID: c.ID}
	if c.Name != nil {
		in.Name = platform.Set(*c.Name)
	}
	if c.CodeURL != nil {
		in.URL = platform.Set(*c.CodeURL)
	}
	out, err := client.UpdateBot(ctx, in)
	if err != nil {
		return err
	}
	return s.print(out.Bot, func(w io.Writer) { printBot(w, &out.Bot) })
}

type botDelete struct {
	ID  string `arg:"" help:"Id of the bot."`
	Yes bool   `help:"Do it; without this flag nothing is deleted."`
}

// Run deletes a bot.
func (c botDelete) Run(ctx context.Context, s *session) error {
	if !c.Yes {
		return usagef("this deletes the bot's users, conversations and messages; say --yes to do it")
	}
	client, _, err := s.client()
	if err != nil {
		return err
	}
	if _, err := client.DeleteBot(ctx, &platform.DeleteBotInput{ID: c.ID}); err != nil {
		return err
	}
	return s.print(map[string]string{"deleted": c.ID}, func(w io.Writer) { fmt.Fprintln(w, "deleted", c.ID) })
}
