package apihttp_test

import (
	"net/http"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/api/apihttp"
	"github.com/bellhop-dev/bellhop/platform"
)

// A text that was cut inside an emoji, and bytes that are not UTF-8, are read
// as JavaScript reads them; numbers keep their text.
func TestWhatJavaScriptWritesIsRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ payload, want string }{
		"half a pair":       {`{"text":"cut \ud83d"}`, `{"text":"cut \ufffd"}`},
		"half a pair first": {`{"text":"\ude00 cut"}`, `{"text":"\ufffd cut"}`},
		"a whole pair":      {`{"text":"\ud83d\ude00"}`, `{"text":"\ud83d\ude00"}`},
		"a name":            {`{"\ud83d":1}`, `{"\ufffd":1}`},
		"Latin-1":           {"{\"text\":\"caf\xe9\"}", "{\"text\":\"caf\ufffd\"}"},
		"large numbers":     {`{"a":1e400,"b":-0,"c":9007199254740993,"d":0.10}`, `{"a":1e400,"b":-0,"c":9007199254740993,"d":0.10}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &service{}
			body := `{"conversationId":"c","userId":"u","type":"text","tags":{"cut":"\ud83d"},"payload":` + c.payload + `}`
			w := serve(newHandler(s, apihttp.Config{}), request("POST", "/v1/chat/messages", body))
			in, ok := s.got.(*platform.CreateMessageInput)
			if w.Code != http.StatusCreated || !ok {
				t.Fatalf("answered %d %s", w.Code, w.Body)
			}
			if string(in.Payload) != c.want || in.Tags["cut"] != "\ufffd" {
				t.Errorf("payload = %s, tags = %v, want %s", in.Payload, in.Tags, c.want)
			}
		})
	}
}
