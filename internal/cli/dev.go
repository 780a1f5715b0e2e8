package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/bellhop-dev/bellhop/bot/samplebot"
	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/internal/server"
	"github.com/bellhop-dev/bellhop/platform"
)

type devCommand struct {
	Port int    `help:"Port to listen on, on this machine only; 0 takes a free one." default:"8080" env:"BELLHOP_PORT"`
	Data string `help:"Folder where everything is kept; made when it is not there." default:".bellhop" env:"BELLHOP_DATA"`

	Node     string `name:"node" env:"BELLHOP_NODE" default:"node" help:"Program that runs uploaded code: Node 20 or later, by its name on the PATH or its path."`
	LogLevel string `name:"log-level" env:"BELLHOP_LOG_LEVEL" default:"warn" help:"Least level that is logged: debug, info, warn or error."`
}

// Help adds an example to the command's help.
func (devCommand) Help() string {
	return `Everything is on one port: the API, webhooks and the chat page. Bots and integrations that you
serve may live on this machine. What was said is still there next time. Ctrl-C stops.`
}

// devServer is what a script is told of a running server.
type devServer struct {
	URL        string `json:"url"`
	Token      string `json:"token"`
	BotID      string `json:"botId"`
	PageURL    string `json:"pageUrl"`
	ChatURL    string `json:"chatUrl"`
	WebhookURL string `json:"webhookUrl"`
}

// AfterApply has the configuration checked before the run.
func (c *devCommand) AfterApply(s *session) error {
	if c.Port < 0 || c.Port > 65535 {
		return usagef("--port: %d is not a port; write a number from 0 to 65535", c.Port)
	}
	cfg := config.Default()
	cfg.Listen, cfg.Data, cfg.LogLevel, cfg.AllowPrivate = net.JoinHostPort("127.0.0.1", strconv.Itoa(c.Port)), c.Data, c.LogLevel, true
	cfg.Node = c.Node
	s.cfg = &cfg
	s.elsewhere = "--port 9000 (0 takes a free one)"
	return nil
}

// Run serves until ctx is done.
func (c *devCommand) Run(ctx context.Context, s *session) error {
	return s.serve(ctx, func(srv *server.Server, creds credentials) error {
		installed, err := furnish(ctx, srv.Client(), &creds)
		if err != nil {
			return err
		}
		if err := writeCredentials(c.Data, creds); err != nil {
			return err
		}
		d := devServer{
			URL: creds.URL, Token: creds.Token, BotID: creds.BotID,
			PageURL: creds.URL + "/chat/" + installed.WebhookID, ChatURL: installed.WebhookURL, WebhookURL: installed.WebhookURL,
		}
		if s.cmd.JSON {
			return json.NewEncoder(s.Stdout).Encode(d) // one line, so that a script can wait for it
		}
		return s.print(d, func(w io.Writer) {
			c.welcome(w, &d)
		})
	})
}

// welcome tells a newcomer where things are and what to do next.
func (c *devCommand) welcome(w io.Writer, d *devServer) {
	where := ""
	if c.Data != config.Default().Data {
		where = " --data " + c.Data
	}
	next := [...][2]string{
		{"chat" + where, "talk to the bot"},
		{"delivery list" + where, "see what was delivered"},
		{"new integration acme", "write an integration"},
	}
	fmt.Fprintf(w, `
  Bellhop is running. Ctrl-C stops it; what was said is kept.

    chat page   %s
    API         %s/v1
    token       in %s; the commands below find it there

  In another terminal, in this folder:

`, d.PageURL, d.URL, filepath.Join(c.Data, credentialsFile))
	tw := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, line := range next {
		fmt.Fprintf(tw, "    %s %s\t%s\n", programName(), line[0], line[1])
	}
	fmt.Fprintln(tw)
	tw.Flush()
}

// programName is how a person called this command.
func programName() string {
	if strings.Contains(filepath.ToSlash(os.Args[0]), "/go-build") {
		return "go run ./cmd/bellhop"
	}
	return "bellhop"
}

// furnish makes sure that there is a sample bot with a chat.
func furnish(ctx context.Context, client *platform.Client, creds *credentials) (*platform.Installation, error) {
	if creds.BotID != "" {
		if _, err := client.GetBot(ctx, &platform.GetBotInput{ID: creds.BotID}); platform.IsType(err, platform.TypeResourceNotFound) {
			creds.BotID = ""
		} else if err != nil {
			return nil, err
		}
	}
	if creds.BotID == "" {
		known, err := sampleBot(ctx, client)
		if err != nil {
			return nil, err
		}
		creds.BotID = known
	}
	if creds.BotID == "" {
		out, err := client.CreateBot(ctx, &platform.CreateBotInput{Name: samplebot.Name, Builtin: samplebot.Name})
		if err != nil {
			return nil, fmt.Errorf("make the sample bot: %w", err)
		}
		creds.BotID = out.Bot.ID
	}
	out, err := client.PutInstallation(ctx, &platform.PutInstallationInput{BotID: creds.BotID, Alias: "chat", Integration: "chat@latest"})
	if err != nil {
		return nil, fmt.Errorf("install the chat: %w", err)
	}
	if out.Installation.Status != platform.Registered {
		return nil, fmt.Errorf("install the chat: %s: %s", out.Installation.Status, out.Installation.StatusReason)
	}
	return &out.Installation, nil
}

// sampleBot returns the oldest sample bot that exists, "" for none: a restored
// database has one that the credentials of this folder do not name.
func sampleBot(ctx context.Context, client *platform.Client) (id string, err error) {
	err = pages(func(token string) (string, error) {
		out, err := client.ListBots(ctx, &platform.ListBotsInput{NextToken: token, SortField: "createdAt", SortDirection: "asc"})
		if err != nil {
			return "", fmt.Errorf("look for the sample bot: %w", err)
		}
		for _, b := range out.Bots {
			if b.Builtin == samplebot.Name {
				id = b.ID
				return "", nil
			}
		}
		return out.Meta.NextToken, nil
	})
	return id, err
}
