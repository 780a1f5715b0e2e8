package tunnel

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
)

// The frames are JSON texts with these members in this order. Bodies are
// texts: the protocol has no form for bytes that are not UTF-8.
type requestFrame struct {
	Type    string         `json:"type"`
	ID      string         `json:"id"`
	Method  string         `json:"method"`
	Path    string         `json:"path"`
	Headers map[string]any `json:"headers,omitempty"` // a text, or texts
	Body    *string        `json:"body,omitempty"`
}

type responseFrame struct {
	Type      *string                    `json:"type"`
	RequestID *string                    `json:"requestId"`
	Status    float64                    `json:"status"`
	Headers   map[string]json.RawMessage `json:"headers"`
	Body      *string                    `json:"body"`
}

// answer is a response that was read.
type answer struct {
	status int
	header http.Header
	body   string
}

const helloFrame = `{"type":"hello"}`

// encode writes the frame of a request to the code at the tunnel's end.
func encode(id string, r *http.Request, body []byte) ([]byte, error) {
	f := requestFrame{Type: "request", ID: id, Method: r.Method, Path: "/", Headers: map[string]any{}}
	for name, values := range r.Header {
		switch name = strings.ToLower(name); len(values) {
		case 0:
		case 1:
			f.Headers[name] = values[0]
		default:
			f.Headers[name] = values
		}
	}
	if len(body) > 0 {
		text := string(body)
		f.Body = &text
	}
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(f); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

var errFrame = errors.New("the frame is neither hello nor a response")

// decode reads a frame of a client; requestID is "" for a hello. A response
// has no type when the client is an old one.
func decode(frame []byte) (requestID string, a *answer, err error) {
	var f responseFrame
	if err := json.Unmarshal(frame, &f); err != nil {
		return "", nil, fmt.Errorf("%w: %w", errFrame, err)
	}
	if f.Type != nil && *f.Type == "hello" {
		return "", nil, nil
	}
	if f.Type != nil && *f.Type != "response" || f.RequestID == nil || *f.RequestID == "" {
		return "", nil, errFrame
	}
	if f.Status != math.Trunc(f.Status) || f.Status < 200 || f.Status > 999 {
		return "", nil, fmt.Errorf("%w: %v is not a status", errFrame, f.Status)
	}
	a = &answer{status: int(f.Status), header: http.Header{}}
	for name, raw := range f.Headers {
		values, err := headerValues(raw)
		if err != nil {
			return "", nil, err
		}
		a.add(name, values)
	}
	if f.Body != nil {
		a.body = *f.Body
	}
	return *f.RequestID, a, nil
}

// headerValues reads a text, a number (which the CLI sends for one) or texts.
func headerValues(raw json.RawMessage) ([]string, error) {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return nil, err
	}
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	values := make([]string, 0, len(list))
	for _, v := range list {
		switch v := v.(type) {
		case string:
			values = append(values, v)
		case float64:
			values = append(values, strconv.FormatFloat(v, 'f', -1, 64))
		default:
			return nil, fmt.Errorf("%w: a header is %T", errFrame, v)
		}
	}
	return values, nil
}

// ofConnection are headers that were the connection's on the other side, or
// tell of a body that has been decoded since.
var ofConnection = map[string]bool{
	"Connection": true, "Keep-Alive": true, "Proxy-Authenticate": true, "Proxy-Connection": true, "Te": true,
	"Trailer": true, "Transfer-Encoding": true, "Upgrade": true, "Content-Length": true,
}

func (a *answer) add(name string, values []string) {
	name = http.CanonicalHeaderKey(name)
	if ofConnection[name] || name == "" || strings.ContainsFunc(name, notInName) {
		return
	}
	for _, v := range values {
		if !strings.ContainsFunc(v, notInValue) {
			a.header.Add(name, v)
		}
	}
}

func notInName(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune(`()<>@,;:\"/[]?={}`, r)
}

func notInValue(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }
