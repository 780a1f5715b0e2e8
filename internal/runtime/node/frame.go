package node

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/textproto"

	"github.com/bellhop-dev/bellhop/wire"
)

// The kinds of frames, as in host.cjs.
const (
	kindLoad   = 1
	kindCall   = 2
	kindPing   = 3
	kindReady  = 4
	kindAnswer = 5
	kindPong   = 6

	kindPreload = 7 // before kindLoad, and not answered
)

const frameHead = 9 // length, kind, number

// frame returns a frame whose payload is still to be appended, size bytes long.
func frame(kind byte, id uint32, size int) []byte {
	b := make([]byte, frameHead, frameHead+size)
	binary.BigEndian.PutUint32(b, uint32(size))
	b[4] = kind
	binary.BigEndian.PutUint32(b[5:], id)
	return b
}

// callFrame is a call: the length of the headers' JSON, the JSON, the body.
func callFrame(id uint32, req *wire.Request) ([]byte, error) {
	h := http.Header{}
	req.Encode(h)
	headers := make(map[string]string, len(h)+1)
	for key, values := range h {
		headers[lower(key)] = values[0]
	}
	headers["content-type"] = "application/json"
	head, err := json.Marshal(headers)
	if err != nil {
		return nil, err
	}
	body := req.Body
	if len(body) == 0 {
		body = []byte("{}")
	}
	b := frame(kindCall, id, 4+len(head)+len(body))
	b = binary.BigEndian.AppendUint32(b, uint32(len(head)))
	return append(append(b, head...), body...), nil
}

// lower is strings.ToLower for the names of headers, which are ASCII.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

type tooLargeError struct{ size, limit int64 }

func (e *tooLargeError) Error() string {
	return fmt.Sprintf("it answered %d bytes; at most %d are taken", e.size, e.limit)
}

// readFrame reads a frame whose payload is at most limit bytes.
func readFrame(r *bufio.Reader, limit int64) (kind byte, id uint32, payload []byte, err error) {
	var head [frameHead]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, 0, nil, err
	}
	size := binary.BigEndian.Uint32(head[:])
	if int64(size) > limit {
		return 0, 0, nil, &tooLargeError{int64(size), limit}
	}
	payload = make([]byte, size)
	if _, err := io.ReadFull(r, payload); err != nil {
		return 0, 0, nil, err
	}
	return head[4], binary.BigEndian.Uint32(head[5:]), payload, nil
}

// readAnswer reads the payload of an answer.
func readAnswer(payload []byte) (*wire.Response, error) {
	if len(payload) < 4 {
		return nil, errGarbled
	}
	n := int64(binary.BigEndian.Uint32(payload))
	if n > int64(len(payload)-4) {
		return nil, errGarbled
	}
	var head struct {
		Status  int
		Headers map[string][]string
	}
	if err := json.Unmarshal(payload[4:4+n], &head); err != nil {
		return nil, fmt.Errorf("the code answered something that is no answer: %w", err)
	}
	if head.Status < 100 || head.Status > 599 {
		return nil, fmt.Errorf("the code answered with the status %d", head.Status)
	}
	resp := &wire.Response{Status: head.Status, Header: http.Header{}, Body: payload[4+n:]}
	for key, values := range head.Headers {
		key = textproto.CanonicalMIMEHeaderKey(key)
		resp.Header[key] = append(resp.Header[key], values...)
	}
	return resp, nil
}
