// Package cli is the bellhop command: it starts servers, and it operates a
// running one through the public client only, so that whatever a person can
// do here a program can do over the API.
//
// Commands print tables for people and, with --json, one JSON document for
// scripts. Errors go to standard error; the exit codes are the Exit constants.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/alecthomas/kong"

	"github.com/bellhop-dev/bellhop/platform"
)

// Exit codes.
const (
	ExitOK           = 0
	ExitFailure      = 1 // anything that has no code of its own
	ExitUsage        = 2 // the command line or the configuration is wrong
	ExitNotFound     = 3 // the named thing does not exist
	ExitUnauthorized = 4 // no token, a wrong token, or one that may not do this
	ExitUnavailable  = 5 // no server answers, or it asks to come back later
)

// Process is what the command runs with; tests give their own.
type Process struct {
	Args   []string
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
}

type command struct {
	JSON  bool   `help:"Print one JSON document instead of a table."`
	URL   string `name:"url" env:"BELLHOP_URL" help:"Server to talk to; found in <data>/client.json when empty." placeholder:"URL"`
	Token string `name:"token" env:"BELLHOP_TOKEN" help:"Account token; found in <data>/client.json when empty." placeholder:"TOKEN"`

	Dev   devCommand   `cmd:"" help:"Run a server with a sample bot and the chat page, all set up."`
	Serve serveCommand `cmd:"" help:"Run a server."`
	Chat  chatCommand  `cmd:"" help:"Chat with a bot in the terminal."`

	Bot          botCommand          `cmd:"" help:"List, make and change bots."`
	Integration  integrationCommand  `cmd:"" help:"List and publish integrations."`
	Install      installCommand      `cmd:"" help:"Install integrations on a bot."`
	Conversation conversationCommand `cmd:"" help:"Look at a bot's conversations."`
	Delivery     deliveryCommand     `cmd:"" help:"See what was delivered, why not, and send it again."`
	TokenCmd     tokenCommand        `cmd:"" name:"token" help:"Make, list and revoke tokens."`

	New     newCommand     `cmd:"" help:"Write the start of an integration or a bot in Go."`
	Bench   benchCommand   `cmd:"" help:"Measure round trips beside a floor without a platform."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

const description = `Bellhop runs integrations and bots on your own machine.

  bellhop dev                                     try it: server, sample bot, chat page
  bellhop chat                                    talk to the bot in the terminal
  bellhop delivery list --state dead              what could not be delivered, and why
  bellhop delivery replay dlv_01J...              send it again
  bellhop install put telegram telegram@1.0.0 --bot bot_01J... --config '{"botToken":"..."}'

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 not allowed, 5 server not reachable or busy.`

// Run runs one command line to its end and returns the exit code. It returns
// when ctx is done.
func Run(ctx context.Context, p Process) int {
	var cmd command
	exit := -1
	parser, err := kong.New(&cmd,
		kong.Name("bellhop"), kong.Description(description),
		kong.Writers(p.Stdout, p.Stderr),
		kong.Exit(func(code int) { exit = code; panic(exited{}) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Configuration(kong.JSON, "bellhop.json"),
		kong.UsageOnError(),
	)
	if err != nil {
		fmt.Fprintln(p.Stderr, "bellhop:", err)
		return ExitFailure
	}
	if len(p.Args) == 0 {
		p.Args = []string{"--help"}
	}
	kctx, err := parse(parser, p.Args)
	switch {
	case exit >= 0:
		return exit
	case err != nil:
		fmt.Fprintln(p.Stderr, "bellhop:", err)
		fmt.Fprintln(p.Stderr, "Run \"bellhop --help\" to see the commands.")
		return ExitUsage
	}
	s := &session{Process: p, cmd: &cmd}
	kctx.BindTo(ctx, (*context.Context)(nil))
	if err := kctx.Run(s); err != nil {
		fmt.Fprintln(p.Stderr, "bellhop:", explain(err))
		return exitCode(err)
	}
	return ExitOK
}

type exited struct{}

// parse turns kong's exit, which it makes for --help, into a plain return.
func parse(parser *kong.Kong, args []string) (kctx *kong.Context, err error) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(exited); !ok {
				panic(r)
			}
		}
	}()
	return parser.Parse(args)
}

// usageError is a mistake of the person who typed the command.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// Unwrap returns the fault itself.
func (e usageError) Unwrap() error { return e.error }

func exitCode(err error) int {
	if _, ok := errors.AsType[usageError](err); ok {
		return ExitUsage
	}
	if e, ok := errors.AsType[*platform.Error](err); ok {
		switch e.Code {
		case 401, 403:
			return ExitUnauthorized
		case 404:
			return ExitNotFound
		case 429, 502, 503, 504:
			return ExitUnavailable
		}
		return ExitFailure
	}
	if _, ok := errors.AsType[unreachableError](err); ok {
		return ExitUnavailable
	}
	return ExitFailure
}

func explain(err error) string {
	if e, ok := errors.AsType[*platform.Error](err); ok {
		text := e.Message
		switch e.Code {
		case 401, 403:
			text += "\nGive a token with --token or BELLHOP_TOKEN; \"bellhop dev\" and \"bellhop serve\" write one into <data>/client.json."
		case 500:
			text += " (" + e.ID + ")"
		}
		return text
	}
	return err.Error()
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(s *session) error {
	return s.print(map[string]string{"version": Version()}, func(w io.Writer) { fmt.Fprintln(w, "bellhop", Version()) })
}

// dataDir is where the local client's file is, for commands that do not start
// a server.
func dataDir() string {
	if dir := os.Getenv("BELLHOP_DATA"); dir != "" {
		return dir
	}
	return filepath.Clean(".bellhop")
}
