// Command servetest serves the stand-in of WhatsApp's Cloud API for tests in
// other languages, until its input ends. Its argument is the file with Meta's
// contract; it prints one line of JSON that says where it is, and signed
// webhooks of its own.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/bellhop-dev/bellhop/integrations/whatsapp/whatsapptest"
)

// webhook is one as Meta posts it.
type webhook struct {
	Body      string `json:"body"`
	Signature string `json:"signature"`
}

// told is what is printed.
type told struct {
	URL       string             `json:"url"`
	Version   string             `json:"version"`
	Token     string             `json:"token"`
	AppSecret string             `json:"appSecret"`
	PhoneID   string             `json:"phoneId"`
	AccountID string             `json:"accountId"`
	Webhooks  map[string]webhook `json:"webhooks"`
}

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "servetest:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	if len(args) != 1 {
		return fmt.Errorf("give the file with Meta's contract")
	}
	fake, err := whatsapptest.Start(args[0])
	if err != nil {
		return err
	}
	defer fake.Close()
	fake.Keep(&whatsapptest.Media{ID: "900", Type: "image/jpeg", Content: []byte("pixels")})
	t := told{
		URL: fake.URL, Version: whatsapptest.Version, Token: whatsapptest.Token, AppSecret: whatsapptest.AppSecret,
		PhoneID: whatsapptest.PhoneID, AccountID: whatsapptest.AccountID, Webhooks: map[string]webhook{},
	}
	ada := whatsapptest.Contact("15551234567", "Ada")
	hidden := map[string]any{"user_id": "US.1", "profile": map[string]any{"name": "Ada", "username": "ada"}}
	for name, changes := range map[string][]map[string]any{
		"text": {whatsapptest.Messages(ada, `{"id":"wamid.1","type":"text","text":{"body":"Grüße 👋"}}`)},
		"batch": {whatsapptest.Messages(ada, `{"id":"wamid.1","type":"text","text":{"body":"one"}}`, `{"id":"wamid.2","type":"text","text":{"body":"two"}}`),
			whatsapptest.Statuses(`{"id":"wamid.9","status":"delivered","timestamp":"1764000000","recipient_id":"15551234567"}`)},
		"hidden": {whatsapptest.Messages(hidden, `{"id":"wamid.1","type":"text","text":{"body":"hi"}}`)},
		"choice": {whatsapptest.Messages(ada, `{"id":"wamid.1","type":"interactive","context":{"from":"15550783881","id":"wamid.0"},"interactive":{"type":"button_reply","button_reply":{"id":"yes","title":"Yes"}}}`)},
		"media":  {whatsapptest.Messages(ada, `{"id":"wamid.1","type":"image","image":{"id":"900","mime_type":"image/jpeg","sha256":"abc","caption":"Look"}}`)},
		"failed": {whatsapptest.Statuses(`{"id":"wamid.9","status":"failed","timestamp":"1764000000","recipient_id":"15551234567","errors":[{"code":131047,"title":"Re-engagement message"}]}`)},
	} {
		body := whatsapptest.Webhook(changes...)
		t.Webhooks[name] = webhook{Body: string(body), Signature: whatsapptest.Sign(body)}
	}
	if err := json.NewEncoder(out).Encode(t); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	return err
}
