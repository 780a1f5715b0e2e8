package tunnel

import (
	"errors"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRequestFrame(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		header http.Header
		body   string
		want   string
	}{
		"bare": {want: `{"type":"request","id":"r1","method":"POST","path":"/"}`},
		"full": {
			http.Header{"X-Bot-Id": {"bot_1"}, "Content-Type": {"application/json"}}, `{"text":"<\u0001é> \"q\""}`,
			`{"type":"request","id":"r1","method":"POST","path":"/","headers":{"content-type":"application/json","x-bot-id":"bot_1"},` +
				`"body":"{\"text\":\"<\\u0001é> \\\"q\\\"\"}"}`,
		},
		"many values": {http.Header{"Accept": {"a", "b"}, "Empty": nil}, "", `{"type":"request","id":"r1","method":"POST","path":"/","headers":{"accept":["a","b"]}}`},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://h.test/some-id", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Header = c.header
		got, err := encode("r1", r, []byte(c.body))
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s, %v; want %s", name, got, err, c.want)
		}
	}
}

func TestResponseFrame(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		frame, id string
		status    int
		header    http.Header
		body      string
	}{
		"hello":       {frame: helloFrame},
		"full":        {`{"type":"response","requestId":"r1","status":200,"headers":{"x-a":"1"},"body":"hé\u0000"}`, "r1", 200, http.Header{"X-A": {"1"}}, "hé\x00"},
		"old client":  {`{"requestId":"r7","status":503,"body":"Worker not ready yet"}`, "r7", 503, http.Header{}, "Worker not ready yet"},
		"many values": {`{"requestId":"r1","status":201,"headers":{"set-cookie":["a=1","b=2"],"age":5}}`, "r1", 201, http.Header{"Set-Cookie": {"a=1", "b=2"}, "Age": {"5"}}, ""},
		"of its own connection": {
			`{"requestId":"r1","status":200,"headers":{"content-length":"999","Connection":"close","transfer-encoding":"chunked","x-b":"1"}}`,
			"r1", 200, http.Header{"X-B": {"1"}}, "",
		},
		"unfit headers": {`{"requestId":"r1","status":200,"headers":{"a b":"1","":"2","x-c":"1\r\nx-d: 2","x-e":["\u0000","ok"]}}`, "r1", 200, http.Header{"X-E": {"ok"}}, ""},
		"half a pair":   {`{"requestId":"r1","status":200,"body":"\ud800"}`, "r1", 200, http.Header{}, "\uFFFD"},
		"more members":  {`{"type":"response","requestId":"r1","status":200,"extra":{"a":[1]}}`, "r1", 200, http.Header{}, ""},
	} {
		id, a, err := decode([]byte(c.frame))
		if err != nil || id != c.id || (a == nil) != (c.id == "") {
			t.Errorf("%s: id %q, %+v, %v; want id %q", name, id, a, err, c.id)
			continue
		}
		if a != nil && (a.status != c.status || a.body != c.body || !cmp.Equal(a.header, c.header)) {
			t.Errorf("%s: %+v, want %d %v %q", name, a, c.status, c.header, c.body)
		}
	}
}

var garbage = map[string]string{
	"nothing":          ``,
	"no JSON":          `hello`,
	"another value":    `[]`,
	"another type":     `{"type":"request","id":"r1","method":"GET","path":"/"}`,
	"no id":            `{"type":"response","status":200}`,
	"no status":        `{"requestId":"r1"}`,
	"half a status":    `{"requestId":"r1","status":200.5}`,
	"huge status":      `{"requestId":"r1","status":1e300}`,
	"informational":    `{"requestId":"r1","status":101}`,
	"status as text":   `{"requestId":"r1","status":"200"}`,
	"body as object":   `{"requestId":"r1","status":200,"body":{}}`,
	"header as object": `{"requestId":"r1","status":200,"headers":{"a":{}}}`,
	"null header":      `{"requestId":"r1","status":200,"headers":{"a":null}}`,
}

func TestGarbageFrames(t *testing.T) {
	t.Parallel()
	for name, frame := range garbage {
		if _, a, err := decode([]byte(frame)); !errors.Is(err, errFrame) {
			t.Errorf("%s: %+v, %v; want it refused", name, a, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, frame := range garbage {
		f.Add([]byte(frame))
	}
	f.Add([]byte(`{"type":"response","requestId":"r1","status":200,"headers":{"x-a":["1"]},"body":"b"}`))
	f.Fuzz(func(t *testing.T, frame []byte) {
		id, a, err := decode(frame)
		if err == nil && a != nil && (id == "" || a.status < 200) {
			t.Errorf("decode(%q) = %q, %+v", frame, id, a)
		}
	})
}
