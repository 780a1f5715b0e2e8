package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/bellhop-dev/bellhop/internal/scaffold"
)

type newCommand struct {
	Integration newIntegration `cmd:"" help:"Write the start of an integration." example:"bellhop new integration acme"`
	Bot         newBot         `cmd:"" help:"Write the start of a bot." example:"bellhop new bot helper --dir bots/helper"`
}

type newFlags struct {
	Name    string `arg:"" help:"Name; lower-case letters, digits and dashes."`
	Dir     string `help:"Folder to make; by default one with the name." placeholder:"DIR"`
	Bellhop string `help:"Checkout of Bellhop to build against, in place of a release; not needed inside one." placeholder:"DIR" env:"BELLHOP_SOURCE"`
}

type newIntegration struct{ newFlags }

// Run writes an integration.
func (c newIntegration) Run(_ context.Context, s *session) error {
	return c.write(s, "integration", `  cd %[1]s
  go mod tidy && go test ./...
  go run . definition | bellhop integration publish - --code-url http://127.0.0.1:8072
  BP_API_URL=http://127.0.0.1:8080 BP_TOKEN=$(bellhop token create integration --integration %[2]s@0.1.0) go run .
  bellhop install put %[2]s %[2]s@0.1.0 --config '{"replyUrl":"http://127.0.0.1:9000/"}'    (in another terminal)
`)
}

type newBot struct{ newFlags }

// Run writes a bot.
func (c newBot) Run(_ context.Context, s *session) error {
	return c.write(s, "bot", `  cd %[1]s
  go mod tidy && go test ./...
  bellhop bot create %[2]s --code-url http://127.0.0.1:8073     (prints the bot's id)
  PORT=8073 BP_API_URL=http://127.0.0.1:8080 BP_TOKEN=$(bellhop token create bot --bot ID) go run .
`)
}

func (f newFlags) write(s *session, kind, next string) error {
	dir := f.Dir
	if dir == "" {
		dir = f.Name
	}
	files, err := scaffold.Write(scaffold.Config{Kind: kind, Name: f.Name, Dir: dir, Bellhop: f.Bellhop, Version: Version()})
	if err != nil {
		return usageError{err}
	}
	return s.print(files, func(w io.Writer) {
		for _, name := range files {
			fmt.Fprintln(w, "wrote", name)
		}
		fmt.Fprintf(w, "\nNext:\n"+next, dir, f.Name)
	})
}
