package node_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/bellhop-dev/bellhop/internal/requiretest"
	"github.com/bellhop-dev/bellhop/internal/runtime/node"
	"github.com/bellhop-dev/bellhop/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bench is a supervisor over real Node whose code is in memory.
type bench struct {
	*node.Supervisor
	mu     sync.Mutex
	code   map[string]node.Code // by owner
	lines  map[string][]node.Line
	said   chan struct{} // a line was printed
	tokens atomic.Int64  // that are not revoked
	made   atomic.Int64
}

func setup(t *testing.T, change func(*node.Config)) *bench {
	t.Helper()
	b := &bench{code: map[string]node.Code{}, lines: map[string][]node.Line{}, said: make(chan struct{}, 1)}
	cfg := node.Config{
		Node: requiretest.Tool(t, "node"),
		Hang: 5 * time.Second, Start: 2 * time.Minute, Memory: 64, Overhead: 128,
		APIURL: func() string { return "http://127.0.0.1:1" }, PublicURL: func() string { return "https://bots.example" },
		Load: func(_ context.Context, ref node.Ref) (*node.Code, error) {
			b.mu.Lock()
			defer b.mu.Unlock()
			c, ok := b.code[ref.Owner]
			if !ok {
				return nil, errors.New("not found")
			}
			return &c, nil
		},
		Token: func(ref node.Ref) (string, func()) {
			b.tokens.Add(1)
			return fmt.Sprintf("token %d of %s", b.made.Add(1), ref.Owner), func() { b.tokens.Add(-1) }
		},
		Log: func(owner string, l node.Line) {
			b.mu.Lock()
			b.lines[owner] = append(b.lines[owner], l)
			b.mu.Unlock()
			select {
			case b.said <- struct{}{}:
			default:
			}
		},
	}
	if change != nil {
		change(&cfg)
	}
	b.Supervisor = node.New(cfg)
	t.Cleanup(func() {
		if err := b.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if n := b.tokens.Load(); n != 0 {
			t.Errorf("%d tokens are not revoked", n)
		}
	})
	return b
}

// deploy makes code of a function's body, which gets the request as req.
func (b *bench) deploy(owner, deployment, body string) wire.Handler {
	return b.deployText(owner, deployment, `module.exports.default = { async handler(req) { `+body+` } }`)
}

func (b *bench) deployText(owner, deployment, source string) wire.Handler {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.code[owner] = node.Code{Source: source, Secrets: map[string]string{"KEY": "opensesame", "PEM": "first line of\nsecond line of", "SPARE": ""}}
	return b.Handler(node.Ref{Owner: owner, Deployment: deployment, Integration: true})
}

func request(body string) *wire.Request {
	return &wire.Request{Operation: "ping", Type: "ping", BotID: "bot_1", Configuration: []byte(`{"a":"ü"}`), Body: []byte(body)}
}

func call(t *testing.T, h wire.Handler, body string) (*wire.Response, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	return h.Handle(ctx, request(body))
}

// answers wants a call to be answered with a text.
func answers(t *testing.T, h wire.Handler, body, want string) {
	t.Helper()
	resp, err := call(t, h, body)
	if err != nil || string(resp.Body) != want {
		t.Errorf("call(%q) = %+v, %v; want %q", body, resp, err, want)
	}
}

// fails wants a call to fail with an error that says something.
func fails(t *testing.T, h wire.Handler, body, want string) {
	t.Helper()
	resp, err := call(t, h, body)
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("call(%q) = %+v, %v; want an error with %q", body, resp, err, want)
	}
}

// logged waits for a line that holds a text.
func (b *bench) logged(t *testing.T, owner, text string) node.Line {
	t.Helper()
	limit := time.After(time.Minute)
	for {
		b.mu.Lock()
		for _, l := range b.lines[owner] {
			if strings.Contains(l.Message, text) {
				b.mu.Unlock()
				return l
			}
		}
		seen := fmt.Sprint(b.lines[owner])
		b.mu.Unlock()
		select {
		case <-b.said:
		case <-limit:
			t.Fatalf("no line of %s has %q: %.2000s", owner, text, seen)
		}
	}
}

func TestCall(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	h := b.deploy("a", "1", `
		if (req.body === 'nothing') return
		if (req.body === 'throw') throw new Error('no luck')
		if (req.body === 'status') return { status: 999 }
		return { status: 201, headers: { 'x-one': 'ü', 'set-cookie': ['a', 'b'], none: undefined }, body: JSON.stringify({ ...req, env: process.env, cwd: process.cwd() }) }`)
	resp, err := call(t, h, "grüß\x00 \U0001F600")
	if err != nil || resp.Status != 201 || resp.Header.Get("X-One") != "ü" || len(resp.Header["Set-Cookie"]) != 2 || len(resp.Header) != 2 {
		t.Fatalf("answer = %+v, %v", resp, err)
	}
	var got struct {
		Method, Path, Query, Body, Cwd string
		Headers, Env                   map[string]string
	}
	if err := json.Unmarshal(resp.Body, &got); err != nil {
		t.Fatal(err)
	}
	if got.Method != "POST" || got.Body != "grüß\x00 \U0001F600" || got.Headers["x-bp-operation"] != "ping" || got.Headers["x-bp-configuration"] != "eyJhIjoiw7wifQ==" {
		t.Errorf("the code got %+v", got)
	}
	want := map[string]string{
		"BP_API_URL": "http://127.0.0.1:1", "BP_TOKEN": "token 1 of a", "BP_WEBHOOK_URL": "https://bots.example", "BP_LOG_FORMAT": "json",
		"NODE_ENV": "production", "SECRET_KEY": "opensesame", "SECRET_PEM": "first line of\nsecond line of", "SECRET_SPARE": "",
	}
	for name, value := range got.Env {
		if w, ok := want[name]; !ok || w != value {
			t.Errorf("the environment has %s=%s", name, value)
		}
	}
	if len(got.Env) != len(want) {
		t.Errorf("the environment is %v, want %v", got.Env, want)
	}
	answers(t, h, "nothing", "{}")
	fails(t, h, "status", "status 999")
	if resp, err := call(t, h, "throw"); err != nil || resp.Status != 500 || string(resp.Body) != `{"error":"no luck"}` {
		t.Errorf("a handler that throws: %+v, %v", resp, err)
	}
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			resp, err := call(t, h, fmt.Sprintf("%0*d", i*1000, i))
			if err != nil || !strings.Contains(string(resp.Body), fmt.Sprintf("%0*d", i*1000, i)) {
				t.Errorf("call %d of many: %v", i, err)
			}
		})
	}
	wg.Wait()
}

// TestMisbehaviour has one bundle do what it should not while another one goes
// on.
func TestMisbehaviour(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *node.Config) { c.Hang = time.Minute }) // a slow machine is no fault
	good := b.deploy("good", "1", `return { body: 'fine' }`)
	answers(t, good, "", "fine")
	for name, test := range map[string]struct{ code, err, log string }{
		"kill":         {`process.kill(process.pid, 'SIGKILL')`, "signal: killed", "signal: killed"},
		"exit":         {`process.exit(3)`, "exit status 3", "exit status 3"},
		"async throw":  {`setTimeout(() => { throw new Error('out of the blue') }); await new Promise(() => {})`, "out of the blue", "out of the blue"},
		"rejection":    {`Promise.reject(new Error('nobody listens')); await new Promise(() => {})`, "nobody listens", "nobody listens"},
		"leak":         {`const all = []; for (;;) all.push(new Array(1000).fill(1.5))`, "heap out of memory", "heap out of memory"},
		"leak buffers": {`const all = []; for (;;) { all.push(Buffer.alloc(1 << 20, 1)); await new Promise((f) => setImmediate(f)) }`, "memory", "memory"},
		"garbage":      {`require('fs').writeSync(3, 'nonsense that is no frame'); await new Promise(() => {})`, "answer", "answer"},
		"large answer": {`return { body: 'x'.repeat(20 << 20) }`, "it answered", "it answered"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := b.deploy(name, "1", `if (req.body === 'on') return { body: 'on' }; `+test.code)
			answers(t, h, "on", "on")
			fails(t, h, "", test.err)
			if l := b.logged(t, name, test.log); l.Level != "error" {
				t.Errorf("the line %+v is no error", l)
			}
			answers(t, good, "", "fine")
			answers(t, h, "on", "on") // a first crash is forgiven
		})
	}
}

func TestHang(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	good, h := b.deploy("good", "1", `return { body: 'fine' }`), b.deploy("a", "1", `if (req.body === 'on') return { body: 'on' }; for (;;);`)
	answers(t, h, "on", "on")
	fails(t, h, "", "block its event loop")
	if l := b.logged(t, "a", "block its event loop"); l.Level != "error" {
		t.Errorf("the line %+v is no error", l)
	}
	answers(t, good, "", "fine")
	answers(t, h, "on", "on")
}

func TestPrinting(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	h := b.deploy("a", "1", `
		console.log('plain'); console.error('bad'); console.log(JSON.stringify({ msg: 'told', level: 'warn', botId: 'bot_9' }))
		process.stdout.write('x'.repeat(100_000) + '\n\x00\xff\x1b[31mred\n'); process.stdout.write(Buffer.from([0xff, 0x0a]))
		for (let i = 0; i < 5000; i++) console.log('line ' + i)
		return { body: 'printed' }`)
	answers(t, h, "", "printed")
	for text, level := range map[string]string{"plain": "info", "bad": "error", "told": "warn", "red": "info", "xxx": "info"} {
		l := b.logged(t, "a", text)
		if l.Level != level || len(l.Message) > 9000 || strings.ContainsAny(l.Message, "\x00\x1b\n") {
			t.Errorf("%s: %.100q is %s, want %s", text, l.Message, l.Level, level)
		}
	}
	if l := b.logged(t, "a", "told"); l.BotID != "bot_9" {
		t.Errorf("the line %+v does not tell its bot", l)
	}
	b.Changed("a") // it ends, and what was left out is told
	b.logged(t, "a", "lines were left out")
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := len(b.lines["a"]); n > 2000 {
		t.Errorf("%d lines are kept", n)
	}
}

// TestErrorsAreMasked has code answer errors that hold what it was given, as
// those of HTTP libraries do.
func TestErrorsAreMasked(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.deploy("a", "1", `
		const { BP_TOKEN, SECRET_KEY, SECRET_PEM, SECRET_ODD } = process.env
		const text = ['GET https://vendor.example/?key=' + encodeURIComponent(SECRET_ODD), SECRET_ODD, SECRET_KEY, SECRET_PEM, 'Bearer ' + BP_TOKEN].join('; ')
		switch (req.body) {
		case 'throws': throw new Error(text)
		case 'answers': return { status: 400, body: JSON.stringify({ id: 'err_1', code: 400, type: 'Runtime', message: text }) }
		}
		return { body: SECRET_KEY }`)
	c := b.code["a"]
	c.Secrets["ODD"] = `with "quotes" & <tags>`
	h := b.Handler(node.Ref{Owner: "a", Deployment: "1", Integration: true})
	for body, status := range map[string]int{"throws": 500, "answers": 400} {
		resp, err := call(t, h, body)
		if err != nil || resp.Status != status || !json.Valid(resp.Body) || !strings.Contains(string(resp.Body), "?key=********; ********; ********; ") {
			t.Fatalf("a call that %s: %+v, %v", body, resp, err)
		}
		for _, secret := range []string{"opensesame", "token 1", "line of", "quotes"} {
			if strings.Contains(string(resp.Body), secret) {
				t.Errorf("a call that %s tells %q: %s", body, secret, resp.Body)
			}
		}
	}
	answers(t, h, "", "opensesame") // an answer is what the code makes it
}

// TestSecretsAreMasked has code print what it was given, plain and as the last
// words before it ends.
func TestSecretsAreMasked(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	h := b.deploy("a", "1", `
		const { BP_TOKEN, SECRET_KEY, SECRET_PEM } = process.env
		console.log('with ' + SECRET_KEY + ' and ' + BP_TOKEN)
		console.log(JSON.stringify({ msg: 'told ' + SECRET_KEY, level: 'warn' }))
		console.log(SECRET_PEM)
		throw await new Promise(() => setTimeout(() => { throw new Error('the end of ' + SECRET_KEY) }))`)
	_, err := call(t, h, "")
	if err == nil || !strings.Contains(err.Error(), "the end of ********") {
		t.Errorf("the call's error is %v, want one with the last words masked", err)
	}
	for _, text := range []string{"with ******** and ********", "told ********", "the end of ********"} {
		b.logged(t, "a", text)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	all := fmt.Sprint(b.lines["a"], err)
	for _, secret := range []string{"opensesame", "token 1", "second line of", "first line of"} {
		if strings.Contains(all, secret) {
			t.Errorf("the log tells %q: %s", secret, all)
		}
	}
}

func TestStartFails(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for name, test := range map[string]struct{ source, says string }{
		"throws":  {`throw new Error('POSTHOG_KEY is not set')`, "POSTHOG_KEY is not set"},
		"syntax":  {`module.exports = {`, "SyntaxError"},
		"exits":   {`process.exit(7)`, "exit status 7"},
		"nothing": {`module.exports = {}`, "exports no handler"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := b.deployText(name, "1", test.source)
			fails(t, h, "", test.says)
			fails(t, h, "", "is started again in") // and not at once
			fails(t, h, "", test.says)
			b.logged(t, name, test.says)
		})
	}
}

func TestStartHangs(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *node.Config) { c.Start = 3 * time.Second })
	if err := b.Check(); err != nil { // which counts as a part of the first start
		t.Fatal(err)
	}
	fails(t, b.deployText("a", "1", `for (;;);`), "", "did not load within 3s")
}

func TestConfined(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("opensesame"), 0o644); err != nil {
		t.Fatal(err)
	}
	resp, err := call(t, b.deploy("other", "1", `return { body: String(process.pid) }`), "")
	if err != nil {
		t.Fatal(err)
	}
	other := string(resp.Body)
	// Anybody may connect to it.
	local, err := net.Listen("unix", filepath.Join(t.TempDir(), "socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer local.Close()
	path := local.Addr().String()
	for _, open := range []string{path, filepath.Dir(path), filepath.Dir(filepath.Dir(path))} {
		if err := os.Chmod(open, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	h := b.deploy("a", "1", strings.ReplaceAll(`
		const fs = require('fs'), tried = {}
		const attempt = async (name, fn) => { try { tried[name] = String(await fn()) } catch (err) { tried[name] = err.code ?? err.name } }
		await attempt('data', () => fs.readFileSync(`+"`"+secret+"`"+`))
		await attempt('self', () => fs.readFileSync('/proc/self/environ'))
		await attempt('parent', () => fs.readFileSync('/proc/' + process.ppid + '/environ'))
		await attempt('other', () => fs.readFileSync('/proc/OTHER/environ'))
		await attempt('memory', () => fs.readFileSync('/proc/OTHER/mem'))
		await attempt('processes', () => fs.readdirSync('/proc'))
		await attempt('folder', () => fs.readdirSync(process.cwd()))
		await attempt('write', () => fs.writeFileSync('/tmp/bellhop-escaped', 'x'))
		await attempt('spawn', () => require('child_process').execFileSync('/bin/true'))
		await attempt('fork', () => require('child_process').fork('/bundle.cjs'))
		await attempt('binding', () => process.binding('spawn_sync').spawn({ file: '/bin/true', args: ['true'], envPairs: [], stdio: [] }))
		await attempt('worker', () => new (require('worker_threads').Worker)('1', { eval: true }))
		await attempt('addon', () => process.dlopen({ exports: {} }, '/lib/x.node'))
		await attempt('parent killed', () => process.kill(process.ppid, 0))
		await attempt('local socket', () => new Promise((ok, no) => require('net').connect(`+"`"+path+"`"+`, ok).on('error', no)))
		await attempt('listen', () => new Promise((ok, no) => require('net').createServer().on('error', no).listen(0, '127.0.0.1', ok)))
		return { body: JSON.stringify({ tried, uid: process.getuid() }) }`, "OTHER", other))
	resp, err = call(t, h, "")
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Tried map[string]string
		UID   int
	}
	if err := json.Unmarshal(resp.Body, &got); err != nil {
		t.Fatal(err)
	}
	t.Logf("the code was told %v", got)
	for name, code := range got.Tried {
		switch code {
		case "ERR_ACCESS_DENIED", "ERR_DLOPEN_DISABLED", "EACCES", "EPERM":
		default:
			if name == "listen" || name == "parent killed" {
				continue // of the kernel's version, see below
			}
			t.Errorf("%s: %s, want it denied", name, code)
		}
	}
	if os.Geteuid() == 0 && got.UID != 65534 {
		t.Errorf("the code runs as user %d", got.UID)
	}
	answers(t, h, "", string(resp.Body))
}

// TestHeldBack has code that never rests, without blocking its event loop, take
// no more of the processor than it may.
func TestHeldBack(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *node.Config) { c.CPU, c.CPUBurst = 5, 50*time.Millisecond })
	h := b.deploy("a", "1", `
		const start = Date.now(), before = process.cpuUsage()
		let took = 0
		while (took < 500) {
			await new Promise((f) => setImmediate(f))
			const { user, system } = process.cpuUsage(before)
			took = (user + system) / 1000
		}
		return { body: String(took / (Date.now() - start)) }`)
	resp, err := call(t, h, "")
	if err != nil {
		t.Fatal(err)
	}
	share, err := strconv.ParseFloat(string(resp.Body), 64)
	if err != nil || share > 0.25 {
		t.Errorf("it took %s of a processor, want a twentieth and what it took before it was seen: %v", resp.Body, err)
	}
	if l := b.logged(t, "a", "it is held back"); l.Level != "warn" || !strings.Contains(l.Message, "5 % of a processor") {
		t.Errorf("the line is %+v", l)
	}
}

func TestManySockets(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var accepted atomic.Int64
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			accepted.Add(1)
			defer c.Close()
		}
	}()
	defer l.Close()
	b := setup(t, func(c *node.Config) { c.Files, c.Hang = 200, time.Minute })
	h := b.deploy("a", "1", fmt.Sprintf(`
		const failed = new Set()
		await Promise.all(Array.from({ length: 10_000 }, () => new Promise((f) => {
			const s = require('net').connect(%d, '127.0.0.1', f).on('error', (err) => f(failed.add(err.code)))
		})))
		return { body: [...failed].join() }`, l.Addr().(*net.TCPAddr).Port))
	answers(t, h, "", "EMFILE")
	if n := accepted.Load(); n > 200 {
		t.Errorf("%d sockets were opened", n)
	}
}

func TestReplace(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	const code = `
		console.log('got ' + req.body)
		if (req.body === 'slow') await new Promise((f) => setTimeout(f, 500))
		return { body: '%s ' + process.env.BP_TOKEN }`
	old := b.deploy("a", "1", fmt.Sprintf(code, "old"))
	answers(t, old, "", "old token 1 of a")
	slow := make(chan error, 1)
	go func() {
		resp, err := old.Handle(context.Background(), request("slow"))
		if err == nil && string(resp.Body) != "old token 1 of a" {
			err = fmt.Errorf("it answered %s", resp.Body)
		}
		slow <- err
	}()
	b.logged(t, "a", "got slow")
	next := b.deploy("a", "2", fmt.Sprintf(code, "new"))
	answers(t, next, "", "new token 2 of a")
	answers(t, old, "", "new token 2 of a") // who has not heard of it yet
	if err := <-slow; err != nil {
		t.Errorf("a call that ran when the code was replaced: %v", err)
	}
}

// TestReplaceUnderLoad wants no call to be lost while code is replaced again
// and again.
func TestReplaceUnderLoad(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	var current atomic.Pointer[wire.Handler]
	deploy := func(n int) {
		h := b.deploy("a", fmt.Sprint(n), `return { body: 'ok' }`)
		current.Store(&h)
	}
	deploy(0)
	done := make(chan struct{})
	var wg sync.WaitGroup
	var calls atomic.Int64
	for range 8 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				answers(t, *current.Load(), "", "ok")
				calls.Add(1)
			}
		})
	}
	for n := range 5 {
		deploy(n + 1)
		if n == 2 {
			b.Changed("a")
		}
		answers(t, *current.Load(), "", "ok")
	}
	close(done)
	wg.Wait()
	if calls.Load() < 10 {
		t.Errorf("%d calls were made", calls.Load())
	}
}

func TestIdle(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *node.Config) { c.Idle = 50 * time.Millisecond })
	h := b.deploy("a", "1", `process.once('exit', () => console.log('bye')); return { body: process.env.BP_TOKEN }`)
	answers(t, h, "", "token 1 of a")
	b.logged(t, "a", "bye")
	answers(t, h, "", "token 2 of a")
}

func TestPreload(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *node.Config) {
		c.Preload = `
			const net = require('node:net')
			const connect = net.connect
			net.connect = (...args) => { globalThis.dialled = args[0].host; return connect({ port: 1, host: '127.0.0.1' }) }
			process.env.SECRET_KEY += ' and ' + typeof module`
	})
	h := b.deploy("a", "1", `
		const socket = require('net').connect({ host: 'vendor.example', port: 443 })
		await new Promise((done) => socket.on('error', done))
		return { body: globalThis.dialled + ': ' + process.env.SECRET_KEY }`)
	answers(t, h, "", "vendor.example: opensesame and object")

	bad := setup(t, func(c *node.Config) { c.Preload = `throw new Error('no proxy is set')` })
	fails(t, bad.deploy("a", "1", `return {}`), "", "no proxy is set")
}

// TestTokensAreRotated has code that is never idle get another process, with
// another token, while the call that it has goes on with the old one.
func TestTokensAreRotated(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *node.Config) { c.Age = 100 * time.Millisecond })
	release := make(chan struct{})
	gate := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer gate.Close()
	h := b.deploy("a", "1", `
		if (req.body?.startsWith('http')) { console.log('waits'); await fetch(req.body) }
		return { body: process.env.BP_TOKEN }`)
	slow := make(chan string, 1)
	go func() {
		resp, err := h.Handle(context.Background(), request(gate.URL))
		if err != nil {
			resp = &wire.Response{Body: []byte(err.Error())}
		}
		slow <- string(resp.Body)
	}()
	b.logged(t, "a", "waits")
	limit := time.Now().Add(30 * time.Second)
	for token := "token 1 of a"; token == "token 1 of a" && time.Now().Before(limit); {
		resp, err := call(t, h, "")
		if err != nil {
			t.Fatal(err)
		}
		token = string(resp.Body)
	}
	close(release)
	if token := <-slow; token != "token 1 of a" {
		t.Errorf("the call that was under way ended with %q", token)
	}
	if b.made.Load() < 2 {
		t.Error("the token was not rotated")
	}
}

func TestPool(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *node.Config) { c.Processes, c.Calls, c.Queue = 2, 2, 1 })
	h := b.deploy("a", "1", `if (req.body === 'on') return { body: String(process.pid) }; console.log('waits'); await new Promise(() => {})`)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if _, err := h.Handle(ctx, request("")); !errors.Is(err, context.Canceled) {
				t.Errorf("a call that was given up: %v", err)
			}
		})
	}
	b.logged(t, "a", "waits")
	limit := time.After(20 * time.Second)
	for full := false; !full; {
		short, end := context.WithTimeout(ctx, 50*time.Millisecond)
		_, err := h.Handle(short, request("on"))
		end()
		full = err != nil && strings.Contains(err.Error(), "wait for the code")
		select {
		case <-limit:
			t.Fatalf("the queue is never full: %v", err)
		default:
		}
	}
	cancel()
	wg.Wait()
	if resp, err := call(t, h, "on"); err != nil || len(resp.Body) == 0 {
		t.Errorf("after the calls were given up: %v", err)
	}
}

func TestWithoutNode(t *testing.T) {
	t.Parallel()
	s := node.New(node.Config{Node: filepath.Join(t.TempDir(), "node")})
	defer s.Close(context.Background())
	if err := s.Check(); err == nil || !strings.Contains(err.Error(), "--node") {
		t.Errorf("Check without Node: %v, want it to say what is missing", err)
	}
}
