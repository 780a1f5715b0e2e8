package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// patience bounds each wait of a script.
const patience = 30 * time.Second

type worldKey struct{}

// world is what one script has running: a server and a sink.
type world struct {
	env    []string
	server *process

	mu     sync.Mutex
	sink   *httptest.Server
	status int
	calls  []string
}

func worldOf(ts *testscript.TestScript) *world { return ts.Value(worldKey{}).(*world) }

func (w *world) close() {
	if w.server != nil {
		_ = w.server.cmd.Process.Kill() // it may have ended
		<-w.server.ended
	}
	if w.sink != nil {
		w.sink.Close()
	}
}

// process is a bellhop server that a script started.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when it has ended; err is set then
	err   error

	mu   sync.Mutex
	log  []byte
	news chan struct{} // closed and replaced when the log grows
}

// Write keeps what the server logs.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log = append(p.log, b...)
	close(p.news)
	p.news = make(chan struct{})
	return len(b), nil
}

func (p *process) logged() (text []byte, news <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return bytes.Clone(p.log), p.news
}

// start [NAME=VALUE ...] dev|serve ARGS... runs a server until it is ready.
// What it prints with --json is put into variables: URL, PORT, TOKEN, BOT, PAGE and
// CHAT.
func start(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	if neg || w.server != nil {
		ts.Fatalf("usage: start [NAME=VALUE ...] dev|serve ARGS..., once until halt")
	}
	env := append([]string{}, w.env...)
	for len(args) > 0 && strings.Contains(args[0], "=") {
		env, args = append(env, args[0]), args[1:]
	}
	path, err := exec.LookPath("bellhop")
	ts.Check(err)
	p := &process{cmd: exec.Command(path, append(args, "--json")...), ended: make(chan struct{}), news: make(chan struct{})}
	p.cmd.Dir, p.cmd.Env, p.cmd.Stderr = ts.MkAbs("."), env, p
	out, in := io.Pipe()
	p.cmd.Stdout = in
	ts.Check(p.cmd.Start())
	w.server = p
	go func() {
		p.err = p.cmd.Wait()
		in.Close()
		close(p.ended)
	}()
	var ready struct{ URL, Token, BotID, PageURL, ChatURL string }
	if err := json.NewDecoder(out).Decode(&ready); err != nil {
		<-p.ended
		text, _ := p.logged()
		ts.Fatalf("bellhop %v is not ready: %v\n%s", args, p.err, text)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }() // ends with the server
	for name, value := range map[string]string{"URL": ready.URL, "PORT": port(ready.URL), "TOKEN": ready.Token, "BOT": ready.BotID, "PAGE": ready.PageURL, "CHAT": ready.ChatURL} {
		ts.Setenv(name, value)
	}
}

// halt INT|TERM|KILL ends the server with a signal; after INT and TERM it must
// end well. Its log is in $WORK/server.log then.
func halt(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	signals := map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL}
	if neg || len(args) != 1 || signals[args[0]] == 0 || w.server == nil {
		ts.Fatalf("usage: halt INT|TERM|KILL, after start")
	}
	p := w.server
	ts.Check(p.cmd.Process.Signal(signals[args[0]]))
	select {
	case <-p.ended:
	case <-time.After(patience):
		ts.Fatalf("the server does not end")
	}
	w.server = nil
	text, _ := p.logged()
	ts.Check(os.WriteFile(ts.MkAbs("server.log"), text, 0o600))
	if args[0] != "KILL" && p.err != nil {
		ts.Fatalf("the server ended badly: %v\n%s", p.err, text)
	}
}

// await COUNT REGEXP waits until the server has logged it as often.
func await(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	if neg || len(args) != 2 || w.server == nil {
		ts.Fatalf("usage: await COUNT REGEXP, after start")
	}
	count, err := strconv.Atoi(args[0])
	ts.Check(err)
	pattern, err := regexp.Compile(args[1])
	ts.Check(err)
	late := time.After(patience)
	for {
		text, news := w.server.logged()
		if len(pattern.FindAll(text, count)) == count {
			return
		}
		select {
		case <-news:
		case <-w.server.ended:
			ts.Fatalf("the server ended: %v\n%s", w.server.err, text)
		case <-late:
			ts.Fatalf("not logged: %s\n%s", args[1], text)
		}
	}
}

// exits CODE PROGRAM ARGS... runs a program, which must exit with the code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		code = e.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("%v exited with %d, want %s", args[1:], code, args[0])
	}
}

// follow REGEXP PROGRAM ARGS... runs a program that prints on and on until one
// of its lines matches; then it is interrupted and must end well. What it has
// printed is the next stdout.
func follow(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: follow REGEXP PROGRAM ARGS...")
	}
	pattern, err := regexp.Compile(args[0])
	ts.Check(err)
	path, err := exec.LookPath(args[1])
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args[2:]...)
	cmd.Dir, cmd.Env, cmd.Stderr = ts.MkAbs("."), worldOf(ts).env, ts.Stderr()
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	found := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		fmt.Fprintln(ts.Stdout(), lines.Text())
		if !found && pattern.Match(lines.Bytes()) {
			found = true
			ts.Check(cmd.Process.Signal(os.Interrupt))
		}
	}
	if err := cmd.Wait(); !found || err != nil {
		ts.Fatalf("%v: a line that matches %s: %v; it ended with %v", args[1:], args[0], found, err)
	}
}

// http STATUS METHOD URL [BODY] makes a request; the answer is the next
// stdout.
func request(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || len(args) > 4 {
		ts.Fatalf("usage: http STATUS METHOD URL [BODY]")
	}
	var body io.Reader
	if len(args) == 4 {
		body = strings.NewReader(args[3])
	}
	req, err := http.NewRequest(args[1], args[2], body)
	ts.Check(err)
	if token := ts.Getenv("TOKEN"); token != "" && strings.HasPrefix(req.URL.Path, "/v1/") {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	client := http.Client{Timeout: patience}
	resp, err := client.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	ts.Check(err)
	_, err = ts.Stdout().Write(text)
	ts.Check(err)
	if strconv.Itoa(resp.StatusCode) != args[0] {
		ts.Fatalf("%s %s: status %d, want %s\n%s", args[1], args[2], resp.StatusCode, args[0], text)
	}
}

// sink STATUS has a service at $SINK answer every call with the status, and an
// error in the wire's form from 400 on.
func sink(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: sink STATUS")
	}
	status, err := strconv.Atoi(args[0])
	ts.Check(err)
	w := worldOf(ts)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.status = status
	if w.sink != nil {
		return
	}
	w.sink = httptest.NewServer(http.HandlerFunc(w.take))
	ts.Setenv("SINK", w.sink.URL)
}

// take answers a call to the sink.
func (w *world) take(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller is gone
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, fmt.Sprintf("%s %s %s %s",
		r.Header.Get("x-bellhop-delivery-id"), r.Header.Get("x-bellhop-attempt"), body, r.Header.Get("Authorization")))
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(w.status)
	answer := "{}"
	if w.status >= 400 { // a verdict in the wire's form
		answer = fmt.Sprintf(`{"id":"err_1","code":%d,"type":"InvalidPayload","message":"the sink refuses"}`, w.status)
	}
	_, _ = io.WriteString(rw, answer) // a caller that is gone tries again
}

// calls writes what the sink was called with, one line each: delivery id,
// attempt, body and authorization.
func calls(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, call := range w.calls {
		fmt.Fprintln(ts.Stdout(), call)
	}
}

// let NAME REGEXP sets a variable to the first group's match in the last
// stdout.
func let(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: let NAME REGEXP")
	}
	found := regexp.MustCompile(`(?m)` + args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if len(found) < 2 {
		ts.Fatalf("no match for %s", args[1])
	}
	ts.Setenv(args[0], found[1])
}

// port returns the port of an address.
func port(address string) string { return address[strings.LastIndexByte(address, ':')+1:] }
