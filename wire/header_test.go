package wire_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bellhop-dev/bellhop/wire"
)

func fullRequest() *wire.Request {
	return &wire.Request{
		Operation: wire.OpMessageCreated, Type: "text", BotID: "bot_1", BotUserID: "bot_1", IntegrationID: "intver_1",
		IntegrationAlias: "slack", WebhookID: "wh_1", ConfigurationType: "manual", Configuration: []byte(`{"a":"é"}`),
		DeliveryID: "dlv_1", Attempt: 2, TraceParent: "00-1-2-01", TraceState: "a=b", Body: []byte(`{}`),
	}
}

// The header names and values are the contract; a change here is a change of
// the wire.
func TestEncodeWritesTheContractsHeaders(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		req  *wire.Request
		want http.Header
	}{
		{"full", fullRequest(), http.Header{
			"X-Bot-Id": {"bot_1"}, "X-Bot-User-Id": {"bot_1"}, "X-Integration-Id": {"intver_1"},
			"X-Integration-Alias": {"slack"}, "X-Webhook-Id": {"wh_1"}, "X-Bp-Configuration-Type": {"manual"},
			"X-Bp-Configuration": {"eyJhIjoiw6kifQ=="}, "X-Bp-Operation": {"message_created"}, "X-Bp-Type": {"text"},
			"X-Bellhop-Delivery-Id": {"dlv_1"}, "X-Bellhop-Attempt": {"2"}, "Traceparent": {"00-1-2-01"}, "Tracestate": {"a=b"},
		}},
		{"least", &wire.Request{Operation: wire.OpPing, BotID: "bot_1"}, http.Header{
			"X-Bot-Id": {"bot_1"}, "X-Bp-Configuration": {"e30="}, "X-Bp-Operation": {"ping"}, "X-Bp-Type": {"ping"},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := http.Header{}
			c.req.Encode(got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("Encode (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDecodeReadsWhatEncodeWrote(t *testing.T) {
	t.Parallel()
	want := fullRequest()
	h := http.Header{}
	want.Encode(h)
	got, err := wire.Decode(h)
	if err != nil {
		t.Fatal(err)
	}
	want.Body = nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Decode (-want +got):\n%s", diff)
	}
}

func TestDecodeNamesTheHeaderAtFault(t *testing.T) {
	t.Parallel()
	for _, header := range []string{wire.HeaderBotID, wire.HeaderOperation, wire.HeaderConfiguration} {
		h := http.Header{}
		fullRequest().Encode(h)
		h.Set(header, "")
		if header == wire.HeaderConfiguration {
			h.Set(header, "%%%")
		}
		if _, err := wire.Decode(h); err == nil || !strings.Contains(err.Error(), header) {
			t.Errorf("Decode with a bad %s: %v, want an error that names it", header, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("bot_1", "ping", "e30=", "1")
	f.Add("", "", "%", "x")
	f.Fuzz(func(t *testing.T, bot, op, config, attempt string) {
		h := http.Header{}
		h.Set(wire.HeaderBotID, bot)
		h.Set(wire.HeaderOperation, op)
		h.Set(wire.HeaderConfiguration, config)
		h.Set(wire.HeaderAttempt, attempt)
		if r, err := wire.Decode(h); (r == nil) == (err == nil) {
			t.Errorf("Decode = %v, %v", r, err)
		}
	})
}
