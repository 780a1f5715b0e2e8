package main

import (
	"net"
	"net/url"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// sendSignal is signal HUP|INT|TERM|USR1|PIPE: the server gets it and goes on
// as it likes.
func sendSignal(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	signals := map[string]syscall.Signal{
		"HUP": syscall.SIGHUP, "INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "USR1": syscall.SIGUSR1, "PIPE": syscall.SIGPIPE,
	}
	if neg || len(args) != 1 || signals[args[0]] == 0 || w.server == nil {
		ts.Fatalf("usage: signal HUP|INT|TERM|USR1|PIPE, after start")
	}
	ts.Check(w.server.cmd.Process.Signal(signals[args[0]]))
}

// gone CODE waits until the server has ended, with the exit code. Its log is in
// $WORK/server.log then.
func gone(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	if neg || len(args) != 1 || w.server == nil {
		ts.Fatalf("usage: gone CODE, after start")
	}
	p := w.server
	select {
	case <-p.ended:
	case <-time.After(patience):
		ts.Fatalf("the server does not end")
	}
	w.server = nil
	text, _ := p.logged()
	ts.Check(os.WriteFile(ts.MkAbs("server.log"), text, 0o600))
	if code := strconv.Itoa(p.cmd.ProcessState.ExitCode()); code != args[0] {
		ts.Fatalf("the server ended with code %s, want %s\n%s", code, args[0], text)
	}
}

// hang URL begins a request to the server that never ends.
func hang(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: hang URL")
	}
	u, err := url.Parse(args[0])
	ts.Check(err)
	conn, err := net.Dial("tcp", u.Host)
	ts.Check(err)
	ts.Defer(func() { _ = conn.Close() })
	_, err = conn.Write([]byte("POST " + u.Path + " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n"))
	ts.Check(err)
	// The answer says that the body is awaited: the request has begun.
	_, err = conn.Read(make([]byte, 1))
	ts.Check(err)
}
