package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/bellhop-dev/bellhop/platform"
)

type installCommand struct {
	access

	List     installList     `cmd:"" default:"1" help:"List what is installed on a bot." example:"bellhop install list"`
	Get      installGet      `cmd:"" help:"Show one installation with its webhook address." example:"bellhop install get chat"`
	Put      installPut      `cmd:"" help:"Install an integration, or configure or upgrade an installation." example:"bellhop install put hook webhook@latest\nbellhop install put acme acme@0.1.0 --config '{\"replyUrl\":\"http://127.0.0.1:9000/\"}'\nbellhop install put acme --config @acme.json\nbellhop install put acme --disable"`
	Settings installSettings `cmd:"" help:"Show or change how the server treats an installation (docs/settings.md)." example:"bellhop install settings chat\nbellhop install settings chat --set delivery.turnLimit=2m"`
	Remove   installRemove   `cmd:"" help:"Unregister and remove an installation." example:"bellhop install remove hook"`
}

type botFlag struct {
	Bot string `help:"Bot, by id; by default the one that \"bellhop dev\" made, or the only one." placeholder:"ID"`
}

func (f botFlag) find(ctx context.Context, s *session) (*platform.Client, string, error) {
	client, c, err := s.client()
	if err != nil {
		return nil, "", err
	}
	id, err := pickBot(ctx, client, c, f.Bot)
	return client, id, err
}

type installList struct{ botFlag }

// Run lists installations.
func (c installList) Run(ctx context.Context, s *session) error {
	client, bot, err := c.find(ctx, s)
	if err != nil {
		return err
	}
	out, err := client.ListInstallations(ctx, &platform.ListInstallationsInput{BotID: bot})
	if err != nil {
		return err
	}
	return s.print(out.Installations, func(w io.Writer) {
		var rows [][]string
		for _, in := range out.Installations {
			rows = append(rows, []string{in.Alias, in.Name + "@" + in.Version, statusText(&in), in.WebhookURL})
		}
		table(w, []string{"ALIAS", "INTEGRATION", "STATUS", "WEBHOOK"}, rows, "Nothing is installed yet. Example: bellhop install put chat chat@latest")
	})
}

func statusText(in *platform.Installation) string {
	text := string(in.Status)
	if !in.Enabled {
		text = "disabled, " + text
	}
	if in.StatusReason != "" {
		text += ": " + in.StatusReason
	}
	return text
}

type installGet struct {
	botFlag
	Alias string `arg:"" help:"Alias of the installation."`
}

// Run shows an installation.
func (c installGet) Run(ctx context.Context, s *session) error {
	client, bot, err := c.find(ctx, s)
	if err != nil {
		return err
	}
	out, err := client.GetInstallation(ctx, &platform.GetInstallationInput{BotID: bot, Alias: c.Alias})
	if err != nil {
		return err
	}
	return s.printInstallation(&out.Installation)
}

func (s *session) printInstallation(in *platform.Installation) error {
	return s.print(in, func(w io.Writer) {
		fmt.Fprintf(w, "%s  %s@%s\nstatus: %s\nwebhook: %s\nconfiguration: %s\n",
			in.Alias, in.Name, in.Version, printable(statusText(in)), in.WebhookURL, printable(string(in.Configuration)))
		if page := chatPageOf(in); page != "" {
			fmt.Fprintln(w, "chat page:", page)
		}
		if len(in.DisabledChannels) > 0 {
			fmt.Fprintf(w, "disabled channels: %s\n", printable(strings.Join(in.DisabledChannels, ", ")))
		}
		if in.OnDeadLetter == "hold" {
			fmt.Fprintln(w, "a dead letter: holds its conversation until it is replayed or discarded")
		}
		if in.AuthorizeURL != "" {
			fmt.Fprintf(w, "connect an account: %s\n", printable(in.AuthorizeURL))
		}
		switch in.Status {
		case platform.RegistrationPending:
			fmt.Fprintf(w, "The server tries again by itself; \"bellhop install get %s\" shows how it fares.\n", in.Alias)
		case platform.RegistrationFailed:
			fmt.Fprintf(w, "It does not work like this: do what the status says, or change it with \"bellhop install put %s --config ...\".\n", in.Alias)
		}
	})
}

// chatPageOf is the address of the page of an installation of chat; "" for any other.
func chatPageOf(in *platform.Installation) string {
	base, id, ok := strings.Cut(in.WebhookURL, "/webhooks/")
	if in.Name != "chat" || !ok {
		return ""
	}
	return base + "/chat/" + id
}

type installPut struct {
	botFlag
	Alias       string  `arg:"" help:"Alias on the bot; letters, digits, - and _."`
	Integration string  `arg:"" optional:"" help:"Integration as name@version or id; needed the first time, and to upgrade."`
	Config      string  `help:"Configuration as JSON; @FILE reads a file, - standard input. Unchanged when not given." placeholder:"JSON"`
	Type        *string `help:"Name of the alternative configuration to use; empty for the default one." placeholder:"NAME"`
	Enable      bool    `help:"Enable it again." xor:"enabled"`
	Disable     bool    `help:"Disable it: webhooks are refused, deliveries wait." xor:"enabled"`
	NoChannels  *string `name:"disable-channels" help:"Channels to which nothing is sent; what the bot says there is kept. Empty enables all again." placeholder:"NAME,..."`
	NoWait      bool    `name:"no-wait" help:"Succeed also when it is installed and not registered yet."`
	OnDead      string  `name:"on-dead" help:"What a dead letter does to its conversation: free it, or hold it until you replay or discard; free at first." placeholder:"free|hold" enum:"free,hold," default:""`
}

// Run installs or changes an installation.
func (c installPut) Run(ctx context.Context, s *session) error {
	client, bot, err := c.find(ctx, s)
	if err != nil {
		return err
	}
	in := &platform.PutInstallationInput{BotID: bot, Alias: c.Alias, Integration: c.Integration, OnDeadLetter: c.OnDead}
	if c.Config != "" {
		if in.Configuration, err = s.configuration(c.Config); err != nil {
			return err
		}
	}
	if c.NoChannels != nil {
		in.DisabledChannels = strings.FieldsFunc(*c.NoChannels, func(r rune) bool { return r == ',' })
	}
	if c.Type != nil {
		in.ConfigurationType = platform.Set(*c.Type)
	}
	if c.Enable || c.Disable {
		in.Enabled = &c.Enable
	}
	out, err := client.PutInstallation(ctx, in)
	if err != nil {
		return err
	}
	if err := s.printInstallation(&out.Installation); err != nil {
		return err
	}
	if put := &out.Installation; put.Enabled && put.Status != platform.Registered && !c.NoWait {
		return fmt.Errorf("%s is installed and not registered: %s", put.Alias, cmp.Or(put.StatusReason, string(put.Status)))
	}
	return nil
}

func (s *session) configuration(text string) (json.RawMessage, error) {
	data := []byte(text)
	if name, ok := cutConfigFile(text); ok {
		var err error
		if data, err = s.readFile(name); err != nil {
			return nil, fmt.Errorf("config: %w", err)
		}
	}
	if !json.Valid(data) {
		return nil, usagef("config: it is not JSON; example: --config '{\"token\":\"...\"}' or --config @file.json")
	}
	return data, nil
}

func cutConfigFile(text string) (name string, ok bool) {
	if text == "-" {
		return "-", true
	}
	if text[0] == '@' {
		return text[1:], true
	}
	return "", false
}

type installRemove struct {
	botFlag
	Alias string `arg:"" help:"Alias of the installation."`
	Force bool   `help:"Remove it even when it cannot unregister."`
}

// Run removes an installation.
func (c installRemove) Run(ctx context.Context, s *session) error {
	client, bot, err := c.find(ctx, s)
	if err != nil {
		return err
	}
	if _, err := client.DeleteInstallation(ctx, &platform.DeleteInstallationInput{BotID: bot, Alias: c.Alias, Force: c.Force}); err != nil {
		return err
	}
	return s.print(map[string]string{"removed": c.Alias}, func(w io.Writer) { fmt.Fprintln(w, "removed", c.Alias) })
}
