// Command bellhop runs and operates a Bellhop server; see bellhop --help.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/bellhop-dev/bellhop/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Run(ctx, cli.Process{Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr})
	stop()
	os.Exit(code)
}
