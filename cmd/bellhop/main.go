// Command bellhop runs and operates a Bellhop server; see bellhop --help.
package main

import (
	"context"
	"os"

	"github.com/bellhop-dev/bellhop/internal/cli"
)

func main() {
	ctx, stop := cli.Signals(context.Background())
	code := cli.Run(ctx, cli.Process{Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr})
	stop()
	os.Exit(code)
}
