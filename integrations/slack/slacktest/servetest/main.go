// Command servetest serves the stand-in of Slack for tests in other languages,
// until its input ends. Its argument is the directory with Slack's contract; it
// prints one line of JSON that says where it is. Each line of its input is
// something that the stand-in shall do: tell of an event over HTTP or over
// Socket Mode. It answers each with a line.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/integrations/slack/slacktest"
)

// order is one line of the input.
type order struct {
	Do string `json:"do"` // post, envelope, disconnect, limit or consent
	// URL is where to post, or the page to agree on.
	URL string `json:"url"`
	// Kind is event, interaction or command, with Body its JSON or the command's
	// text; another kind posts Body as it is.
	Kind string `json:"kind"`
	Body string `json:"body"`
	ID   string `json:"id"`
	// Apart is how many seconds the signature's time is from now; Secret signs
	// in place of the app's.
	Apart  int    `json:"apart"`
	Secret string `json:"secret"`
	Method string `json:"method"`
}

// done is the answer to an order.
type done struct {
	Status int    `json:"status,omitempty"`
	Body   string `json:"body,omitempty"`
	Ack    string `json:"ack,omitempty"`
	URL    string `json:"url,omitempty"`
	Error  string `json:"error,omitempty"`
}

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "servetest:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	if len(args) != 1 {
		return fmt.Errorf("give the directory with Slack's contract")
	}
	fake, err := slacktest.Start(args[0])
	if err != nil {
		return err
	}
	defer fake.Close()
	fake.AddUser(&slacktest.User{ID: "U0ADA", Name: "ada", RealName: "Ada Lovelace", TZ: "Europe/London", Email: "ada@example.test"})
	fake.AddChannel(&slacktest.Channel{ID: "C0GENERAL", Name: "general", Members: 2})
	answers := json.NewEncoder(out)
	err = answers.Encode(map[string]string{
		"url": fake.URL, "botToken": slacktest.BotToken, "appToken": slacktest.AppToken, "signingSecret": slacktest.SigningSecret,
		"clientId": slacktest.ClientID, "clientSecret": slacktest.ClientSecret,
	})
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var o order
		if err := json.Unmarshal(lines.Bytes(), &o); err != nil {
			return err
		}
		if err := answers.Encode(o.do(fake)); err != nil {
			return err
		}
	}
	return lines.Err()
}

func (o *order) do(fake *slacktest.Fake) done {
	switch o.Do {
	case "post":
		return o.post()
	case "envelope":
		stop := make(chan struct{})
		timer := time.AfterFunc(10*time.Second, func() { close(stop) })
		defer timer.Stop()
		if !fake.Connected(1, stop) {
			return done{Error: "nobody connected"}
		}
		if err := fake.Envelope(o.ID, o.Kind, o.Body); err != nil {
			return done{Error: err.Error()}
		}
		select {
		case a := <-fake.Acks():
			return done{Ack: a.EnvelopeID}
		case <-stop:
			return done{Error: "not acknowledged"}
		}
	case "disconnect":
		fake.Disconnect("refresh_requested")
		stop := make(chan struct{})
		timer := time.AfterFunc(20*time.Second, func() { close(stop) })
		defer timer.Stop()
		if !fake.Connected(2, stop) {
			return done{Error: "nobody connected again"}
		}
		return done{}
	case "limit":
		fake.Faults(o.Method).Add(slacktest.Limited("1"))
		return done{}
	case "consent":
		callback, err := fake.Consent(o.URL)
		if err != nil {
			return done{Error: err.Error()}
		}
		return done{URL: callback}
	}
	return done{Error: "there is no order " + o.Do}
}

// post posts what Slack tells of, signed.
func (o *order) post() done {
	body, kind := o.Body, "application/json"
	switch o.Kind {
	case "event":
		body = slacktest.Event(o.ID, o.Body)
	case "interaction":
		body, kind = slacktest.Interaction(o.Body), "application/x-www-form-urlencoded"
	case "command":
		body, kind = slacktest.Command(o.ID, "/weather", o.Body, "U0ADA", "C0GENERAL"), "application/x-www-form-urlencoded"
	}
	secret := slacktest.SigningSecret
	if o.Secret != "" {
		secret = o.Secret
	}
	req, err := http.NewRequest(http.MethodPost, o.URL, strings.NewReader(body))
	if err != nil {
		return done{Error: err.Error()}
	}
	for name, value := range slacktest.SignWith(secret, body, time.Now().Add(time.Duration(o.Apart)*time.Second)) {
		req.Header.Set(name, value)
	}
	req.Header.Set("Content-Type", kind)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return done{Error: err.Error()}
	}
	defer resp.Body.Close() //nolint:errcheck // it is only read
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return done{Error: err.Error()}
	}
	return done{Status: resp.StatusCode, Body: string(answer)}
}
