package chat

import (
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/wire"
)

func TestUserKey(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	key := signKey("secret", "ada", now)
	if id, err := verifyKey("secret", key, now); err != nil || id != "ada" {
		t.Fatalf("verifyKey = %q, %v", id, err)
	}
	parts := strings.Split(key, ".")
	body := encode([]byte(`{"id":"eve"}`))
	expired := parts[0] + "." + encode([]byte(`{"id":"ada","exp":1}`))
	none := encode([]byte(`{"alg":"none"}`)) + "." + parts[1]
	for name, bad := range map[string]string{
		"empty": "", "other body": parts[0] + "." + body + "." + parts[2], "no signature": parts[0] + "." + parts[1] + ".",
		"alg none": none + "." + encode(mac("secret", none)), "expired": expired + "." + encode(mac("secret", expired)),
		"other secret": signKey("other", "ada", now), "long": key + strings.Repeat("x", maxUserKey),
	} {
		if id, err := verifyKey("secret", bad, now); err == nil {
			t.Errorf("%s: taken as %q", name, id)
		}
	}
	if _, err := verifyKey("", signKey("", "ada", now), now); err == nil {
		t.Error("an empty secret is taken")
	}
}

func FuzzVerifyKey(f *testing.F) {
	f.Add(signKey("x", "ada", time.Unix(1, 0)))
	f.Fuzz(func(t *testing.T, key string) {
		if id, err := verifyKey("secret", key, time.Unix(1, 0)); err == nil {
			t.Errorf("%q was taken as %q", key, id)
		}
	})
}

func FuzzFromChat(f *testing.F) {
	f.Add([]byte(`{"type":"bloc","items":[{"type":"text","text":"a"}]}`), []byte(`{"a":1}`))
	f.Fuzz(func(t *testing.T, payload, metadata []byte) {
		typ, out, err := fromChat(payload, metadata)
		if err != nil {
			return
		}
		if back, _ := toChat(typ, out); !isObject(back) {
			t.Errorf("%s became %s", payload, back)
		}
	})
}

func TestNewStreams(t *testing.T) {
	t.Parallel()
	h, err := New().New(integration.Env{})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := h.(wire.Streamer); !ok {
		t.Error("the handler cannot stream")
	}
}

func TestHubOrder(t *testing.T) {
	t.Parallel()
	h := newHub()
	l, err := h.subscribe("conv", "user")
	if err != nil {
		t.Fatal(err)
	}
	release := h.hold("conv")
	h.publish("conv", signal{messageID: "answer"})
	release(signal{messageID: "question"})
	for _, want := range []string{"question", "answer"} {
		if got := <-l.signals; got.messageID != want {
			t.Errorf("got %s, want %s", got.messageID, want)
		}
	}
	for range listenerBuffer + 1 {
		h.publish("conv", signal{})
	}
	<-l.gone // a slow reader is cut, and its stream drops it
	h.drop("conv", l)
	if h.count != 0 || len(h.topics) != 0 {
		t.Errorf("left: %d listeners, %d topics", h.count, len(h.topics))
	}
}
