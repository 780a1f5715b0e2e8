package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

// Program is a command line for code that serves itself.
type Program struct {
	Subject    string // integration or bot
	Name       string
	Definition func() (any, error)
	Serve      func(context.Context, *slog.Logger) error
}

// Main runs the command of the process until a signal ends it, and exits.
func (p Program) Main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := p.Run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Run runs a command and returns its exit code: 2 for one that is not known.
func (p Program) Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	command := "serve"
	if len(args) > 0 {
		command = args[0]
	}
	var err error
	switch {
	case len(args) > 1:
		fmt.Fprintf(stderr, "%s: one command, not %q\n\n%s", p.Name, args, p.usage())
		return 2
	case command == "serve":
		err = p.Serve(ctx, slog.New(slog.NewTextHandler(stderr, nil)))
	case command == "definition":
		err = p.print(stdout)
	case command == "help", command == "-h", command == "--help":
		_, err = io.WriteString(stdout, p.usage())
	default:
		fmt.Fprintf(stderr, "%s: %q is not a command\n\n%s", p.Name, command, p.usage())
		return 2
	}
	if err != nil {
		fmt.Fprintf(stderr, "%s: %v\n", p.Name, err)
		return 1
	}
	return 0
}

func (p Program) print(w io.Writer) error {
	d, err := p.Definition()
	if err != nil {
		return err
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(d)
}

func (p Program) usage() string {
	return fmt.Sprintf(`Usage: %[1]s [serve|definition|help]

  serve       serve the %[2]s to a Bellhop server (the default)
  definition  print what the %[2]s declares, as JSON

Environment of serve:

  PORT           where to listen; 8072 when it is not set
  BP_API_URL     address of the server
  BP_TOKEN       token of the %[2]s there
  SECRET_<NAME>  the secrets that the %[2]s declares
`, p.Name, p.Subject)
}
