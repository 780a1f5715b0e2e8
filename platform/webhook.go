package platform

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// WebhookRequest is an HTTP request from outside. Header names are lower case,
// Query has no question mark, Path starts with a slash and leaves out the
// webhook's own part. Body is the raw body, byte for byte.
//
// The contract's JSON has a text for the body. One that is not UTF-8 goes as
// its bytes read as Latin-1, so that no byte is lost, and beside it as
// bodyBase64, a member of ours, from which Body is read.
type WebhookRequest struct {
	Method  string
	Path    string
	Query   string
	Headers map[string]string
	Body    string
}

// webhookJSON is a WebhookRequest on the wire.
type webhookJSON struct {
	Method     string            `json:"method"`
	Path       string            `json:"path"`
	Query      string            `json:"query"`
	Headers    map[string]string `json:"headers"`
	Body       string            `json:"body,omitempty"`
	BodyBase64 []byte            `json:"bodyBase64,omitempty"`
}

// MarshalJSON writes the wire's form.
func (r WebhookRequest) MarshalJSON() ([]byte, error) {
	w := webhookJSON{Method: r.Method, Path: r.Path, Query: r.Query, Headers: r.Headers, Body: r.Body}
	if !utf8.ValidString(r.Body) {
		w.Body, w.BodyBase64 = Latin1(r.Body), []byte(r.Body)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // it is no page, and a body of < would be six times as long
	if err := enc.Encode(w); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// UnmarshalJSON reads the wire's form.
func (r *WebhookRequest) UnmarshalJSON(data []byte) error {
	var w webhookJSON
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	*r = WebhookRequest{Method: w.Method, Path: w.Path, Query: w.Query, Headers: w.Headers, Body: w.Body}
	if w.BodyBase64 != nil {
		r.Body = string(w.BodyBase64)
	}
	return nil
}

// Latin1 reads bytes as Latin-1, in which every byte is a character.
func Latin1(raw string) string {
	runes := make([]rune, len(raw))
	for i := range len(raw) {
		runes[i] = rune(raw[i])
	}
	return string(runes)
}
