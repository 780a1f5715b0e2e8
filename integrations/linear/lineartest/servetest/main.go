// Command servetest runs the stand-in for Linear for tests in other languages:
// it prints where it is, obeys one JSON command a line, and ends with its
// input.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/bellhop-dev/bellhop/integrations/linear/lineartest"
)

// command is what to do: post a webhook to Target, or make the next call of the
// API meet a limit.
type command struct {
	Type, Action string
	Data         map[string]any
	UpdatedFrom  map[string]any
	Target       string
	Secret       string
	Delivery     string
	Ago          int // seconds that it was sent ago
	RateLimited  bool
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	schema := flag.String("schema", "", "the vendor's schema.graphql")
	flag.Parse()
	f, err := lineartest.Start(*schema)
	if err != nil {
		return err
	}
	defer f.Close()
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(map[string]string{
		"url": f.URL, "adminKey": lineartest.AdminKey, "memberKey": lineartest.MemberKey, "issueId": lineartest.IssueID,
		"commentId": lineartest.CommentID, "teamId": lineartest.TeamID, "adaId": lineartest.AdaID,
	}); err != nil {
		return err
	}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		var c command
		if err := json.Unmarshal(in.Bytes(), &c); err != nil {
			return err
		}
		answer, err := obey(f, &c)
		if err != nil {
			answer = map[string]any{"error": err.Error()}
		}
		if err := out.Encode(answer); err != nil {
			return err
		}
	}
	return nil
}

func obey(f *lineartest.Fake, c *command) (map[string]any, error) {
	if c.RateLimited {
		f.Faults.Add(lineartest.RateLimited(time.Now().Add(time.Minute)))
		return map[string]any{}, nil
	}
	h := lineartest.Hook{
		Type: c.Type, Action: c.Action, Data: c.Data, UpdatedFrom: c.UpdatedFrom, Sent: time.Now().Add(-time.Duration(c.Ago) * time.Second),
	}
	body, err := f.Body(h)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequest(http.MethodPost, c.Target, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, value := range lineartest.Headers(c.Secret, body, c.Delivery, h) {
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	return map[string]any{"status": resp.StatusCode}, resp.Body.Close()
}
