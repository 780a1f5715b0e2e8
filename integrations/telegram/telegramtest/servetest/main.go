// Command servetest serves the stand-in of Telegram's Bot API for tests in
// other languages, and for trying the integration without an account, until
// its input ends. It prints one line of JSON that says where it is. Each line
// of its input is an order, answered by a line:
//
//	{"update": {"message": {…}}}                     let getUpdates give it out
//	{"post": {"message": {…}}}                       post it to the webhook that was set
//	{"hook": "http://…", "secret": "…"}              set a webhook that need not be https
//	{"tooMany": {"method": "sendMessage", "seconds": 1}}
//	{"calls": ["sendMessage"]}                       list the calls; of all methods without names
//	{"wait": 3, "calls": ["sendMessage"]}            the same, once there are three
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/bellhop-dev/bellhop/integrations/telegram/telegramtest"
)

// waitLimit bounds an order that waits.
const waitLimit = 20 * time.Second

type order struct {
	Update  map[string]json.RawMessage `json:"update"`
	Post    map[string]json.RawMessage `json:"post"`
	Hook    string                     `json:"hook"`
	Secret  string                     `json:"secret"`
	TooMany *struct {
		Method  string `json:"method"`
		Seconds int    `json:"seconds"`
	} `json:"tooMany"`
	Calls []string `json:"calls"`
	Wait  int      `json:"wait"`
}

func main() {
	address := flag.String("listen", "127.0.0.1:0", "address to serve on")
	flag.Parse()
	if err := run(*address, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "servetest:", err)
		os.Exit(1)
	}
}

func run(address string, in io.Reader, out io.Writer) error {
	fake, err := telegramtest.Start(address)
	if err != nil {
		return err
	}
	defer fake.Close()
	fake.Keep(&telegramtest.File{ID: "photo-1", Path: "photos/file_1.jpg", Content: []byte("pixels")})
	fake.Keep(&telegramtest.File{ID: "photo-of-77", Path: "photos/file_2.jpg", Content: []byte("face")})
	answers := json.NewEncoder(out)
	if err := answers.Encode(map[string]any{"url": fake.URL, "token": telegramtest.Token, "username": telegramtest.Username}); err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var o order
		answer := any(map[string]string{"error": "the order is not JSON"})
		if json.Unmarshal(lines.Bytes(), &o) == nil {
			answer = obey(fake, &o)
		}
		if err := answers.Encode(answer); err != nil {
			return err
		}
	}
	return lines.Err()
}

// obey does what the order says and returns the answer.
func obey(fake *telegramtest.Fake, o *order) any {
	for member, content := range o.Update {
		fake.Push(fake.Update(member, string(content)))
	}
	if o.Hook != "" {
		fake.SetWebhookSecret(o.Hook, o.Secret)
	}
	for member, content := range o.Post {
		status, err := fake.Post(context.Background(), http.DefaultClient, fake.Update(member, string(content)))
		if err != nil {
			return map[string]string{"error": err.Error()}
		}
		return map[string]int{"status": status}
	}
	if o.TooMany != nil {
		fake.Fail(o.TooMany.Method, telegramtest.TooMany(o.TooMany.Seconds))
	}
	ctx, cancel := context.WithTimeout(context.Background(), waitLimit)
	defer cancel()
	fake.Until(ctx, func() bool { return len(fake.Calls(o.Calls...)) >= o.Wait })
	return fake.Calls(o.Calls...)
}
