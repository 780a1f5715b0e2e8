package cli

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

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
	return c.write(s, "integration")
}

type newBot struct{ newFlags }

// Run writes a bot.
func (c newBot) Run(_ context.Context, s *session) error {
	return c.write(s, "bot")
}

func (f newFlags) write(s *session, kind string) error {
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
		fmt.Fprintf(w, "\nHow to test, serve and install it, step by step: %s\n", filepath.Join(dir, "README.md"))
	})
}
