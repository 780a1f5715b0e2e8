package cli

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

// Signals returns a context that the first SIGINT or SIGTERM ends, with the
// signal's name as the cause. The second one ends the process at once with the
// exit code that a shell gives for it, 130 or 143: nothing that was
// acknowledged is lost.
func Signals(parent context.Context) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case sig := <-signals:
				if ctx.Err() != nil {
					os.Exit(signalled(sig))
				}
				cancel(errors.New(signalName(sig)))
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel(nil)
	}
}

func signalName(sig os.Signal) string {
	switch sig {
	case os.Interrupt:
		return "SIGINT"
	case syscall.SIGTERM:
		return "SIGTERM"
	case syscall.SIGHUP:
		return "SIGHUP"
	}
	return sig.String()
}

// signalled is the exit code of a process that a signal ended.
func signalled(sig os.Signal) int {
	if n, ok := sig.(syscall.Signal); ok {
		return 128 + int(n)
	}
	return ExitFailure
}

// outlive keeps a server running through signals that would end it and that
// say nothing about it: a terminal that was closed, a reader of its output that
// has gone, signals for the user's own use. The returned function undoes it.
func outlive(logger *slog.Logger) (undo func()) {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, survived()...)
	// A write to standard output or error that nobody reads any more then fails
	// instead of ending the process.
	signal.Ignore(ignored()...)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case sig := <-signals:
				logger.Info("signal ignored", "signal", signalName(sig))
			}
		}
	}()
	return func() {
		signal.Stop(signals)
		signal.Reset(ignored()...)
		close(done)
	}
}
