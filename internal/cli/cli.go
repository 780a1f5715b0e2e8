// Package cli is the bellhop command: it starts servers, and it operates a
// running one through the public client only, so that whatever a person can
// do here a program can do over the API.
//
// Commands print tables for people and, with --json, one JSON document for
// scripts. Errors go to standard error; the exit codes are the Exit constants.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"

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
	JSON bool `help:"Print JSON for scripts in place of text for people."`

	Dev   devCommand   `cmd:"" help:"Run a server with a sample bot and a chat page, all set up." example:"bellhop dev\nbellhop dev --port 9000 --data /var/tmp/try"`
	Serve serveCommand `cmd:"" help:"Run a server." example:"bellhop serve --listen :8080 --public-url https://bots.example.com\nBELLHOP_DATABASE=postgres://bellhop@db/bellhop bellhop serve --log-format json"`
	Chat  chatCommand  `cmd:"" help:"Chat with a bot in the terminal." example:"bellhop chat\necho hello | bellhop chat --fresh --json"`

	Bot          botCommand          `cmd:"" help:"List, make and change bots."`
	Integration  integrationCommand  `cmd:"" help:"List and publish integrations."`
	Install      installCommand      `cmd:"" help:"Install integrations on a bot."`
	Conversation conversationCommand `cmd:"" help:"Look at a bot's conversations."`
	User         userCommand         `cmd:"" help:"List, export and erase the people a bot talks to."`
	Delivery     deliveryCommand     `cmd:"" help:"See what was delivered, why not, and send it again."`
	Alert        alertCommand        `cmd:"" help:"Endpoints that are alerted when deliveries fail."`
	TokenCmd     tokenCommand        `cmd:"" name:"token" help:"Make, list and revoke tokens."`
	Audit        auditCommand        `cmd:"" help:"See which changes administrators made."`
	Keys         keysCommand         `cmd:"" help:"Replace the keys that secrets are encrypted with at rest."`

	Login   loginCommand   `cmd:"" help:"Keep the address and the token of a server." example:"bellhop login https://bots.example.com\nbellhop login https://bots.example.com --profile production --with-token bp_pat_..."`
	Logout  logoutCommand  `cmd:"" help:"Forget a server that you logged in to." example:"bellhop logout production"`
	Profile profileCommand `cmd:"" help:"List and choose the servers that you logged in to."`

	New        newCommand        `cmd:"" help:"Write the start of an integration or a bot in Go."`
	Bench      benchCommand      `cmd:"" help:"Measure round trips beside a floor without a platform." example:"bellhop bench --duration 10s --conversations 1"`
	Completion completionCommand `cmd:"" help:"Print a script that completes commands in a shell." example:"bellhop completion bash"`
	Man        manCommand        `cmd:"" help:"Print the manual page." example:"bellhop man"`
	Complete   completeCommand   `cmd:"" name:"__complete" hidden:""`
	Version    versionCommand    `cmd:"" help:"Print the version." example:"bellhop version"`
}

const description = `Bellhop runs integrations and bots on your own machine.

  bellhop dev                                     try it: server, sample bot, chat page
  bellhop chat                                    talk to the bot in the terminal
  bellhop delivery list --state dead              what could not be delivered, and why
  bellhop delivery replay dlv_01J...              send it again
  bellhop new integration acme                    write an integration of your own

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 not allowed, 5 server not reachable or busy.`

// Run runs one command line to its end and returns the exit code. It returns
// when ctx is done.
func Run(ctx context.Context, p Process) int {
	defer runtime.KeepAlive(ballast())
	s := &session{Process: p, cmd: &command{}, misread: misread{}}
	exit := -1
	parser, err := newParser(s, func(code int) { exit = code; panic(exited{}) })
	if err != nil {
		return s.fail(usageError{err}) // a configuration file that cannot be read
	}
	kctx, err := parse(parser, spelled(p.Args))
	if exit >= 0 {
		return exit
	}
	if err != nil {
		return s.fail(usagef("%w\n%s", err, advice(err)))
	}
	if err := s.misread.check(kctx, s.cfg); err != nil {
		return s.fail(err)
	}
	kctx.BindTo(ctx, (*context.Context)(nil))
	if err := kctx.Run(); err != nil {
		return s.fail(err)
	}
	return ExitOK
}

// spelled is a command line with what people know from other commands in this
// one's words: nothing at all, "help bot list" and "--version".
func spelled(args []string) []string {
	switch {
	case len(args) == 0:
		return []string{"--help"}
	case args[0] == "help":
		return append(slices.Clone(args[1:]), "--help")
	case args[0] == "--version":
		return append([]string{"version"}, args[1:]...)
	}
	return args
}

// newParser returns the parser of the command line, which fills s.cmd. It calls
// exit after it has printed a help.
func newParser(s *session, exit func(int)) (*kong.Kong, error) {
	return kong.New(s.cmd, append(s.misread.options(),
		kong.Name("bellhop"), kong.Description(description),
		kong.Writers(s.Stdout, s.Stderr), kong.Exit(exit),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Configuration(readSettings, settingsFile),
		kong.PostBuild(func(k *kong.Kong) error { showExamples(k.Model.Node); return nil }),
		kong.Bind(s),
	)...)
}

// fail prints an error, as JSON when scripts ask for it, and returns its exit code.
func (s *session) fail(err error) int {
	if s.cmd.JSON {
		_ = json.NewEncoder(s.Stderr).Encode(map[string]any{"error": jsonError(err)}) // nothing is left to be told
		return exitCode(err)
	}
	fmt.Fprintln(s.Stderr, "bellhop:", explain(err))
	return exitCode(err)
}

// errorDocument is an error as scripts read it. The members but Message and ExitCode are those of the server's error.
type errorDocument struct {
	ID       string             `json:"id,omitempty"`
	Code     int                `json:"code,omitempty"`
	Type     platform.ErrorType `json:"type,omitempty"`
	Message  string             `json:"message"`
	ExitCode int                `json:"exitCode"`
}

func jsonError(err error) errorDocument {
	doc := errorDocument{Message: explain(err), ExitCode: exitCode(err)}
	if e, ok := errors.AsType[*platform.Error](err); ok {
		doc.ID, doc.Code, doc.Type, doc.Message = e.ID, e.Code, e.Type, e.Message
	}
	return doc
}

// showExamples puts the example tags of commands below their help.
func showExamples(n *kong.Node) {
	for _, child := range n.Children {
		showExamples(child)
	}
	if n.Tag == nil || n.Tag.Get("example") == "" {
		return
	}
	examples := "  " + strings.ReplaceAll(n.Tag.Get("example"), "\n", "\n  ")
	n.Detail = strings.TrimSpace(n.Detail + "\n\nExamples:\n\n" + examples)
}

// advice says where to read how a command is used.
func advice(err error) string {
	if e, ok := errors.AsType[*kong.ParseError](err); ok && e.Context.Selected() != nil {
		return fmt.Sprintf("Run \"%s --help\" to see how.", e.Context.Selected().FullPath())
	}
	return "Run \"bellhop --help\" to see the commands; flags go after the command."
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
		if e.Type == platform.TypeReferenceNotFound {
			return ExitNotFound
		}
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
			text += "\nGive an account token with --token or BELLHOP_TOKEN; without it the one in <data>/client.json is used, which \"bellhop dev\" and \"bellhop serve\" write."
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
