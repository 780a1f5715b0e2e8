package apihttp

import (
	"bytes"
	"compress/gzip"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/admission"
	"github.com/bellhop-dev/bellhop/platform"
)

func TestPackedBodiesAreReadWithinTheLimit(t *testing.T) {
	t.Parallel()
	pack := func(text string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = w.Write([]byte(text))
		_ = w.Close()
		return b.String()
	}
	op := platform.OpCreateAlert.Operation
	h := &Handler{bodies: admission.NewBodies(1024, maxBodies, maxOneBodies)}
	for name, c := range map[string]struct {
		encoding, body string
		want           platform.ErrorType
	}{
		"plain":           {"", `{"url":"u"}`, ""},
		"identity":        {"identity", `{"url":"u"}`, ""},
		"gzip":            {"gzip", pack(`{"url":"u"}`), ""},
		"not gzip":        {"gzip", `{"url":"u"}`, platform.TypeInvalidPayload},
		"cut":             {"gzip", pack(`{"url":"u"}`)[:15], platform.TypeInvalidPayload},
		"another":         {"br", `{"url":"u"}`, platform.TypeUnsupportedMediaType},
		"large when read": {"gzip", pack(strings.Repeat(" ", maxRuntimeBody+1)), platform.TypePayloadTooLarge},
	} {
		r := httptest.NewRequest("POST", "/v1/bellhop/alerts", strings.NewReader(c.body))
		r.Header.Set("Content-Encoding", c.encoding)
		var in platform.CreateAlertInput
		body, err := h.readBody(httptest.NewRecorder(), r, op, nil)
		if err == nil {
			err = decode(body.Bytes, &in)
			body.Release()
		}
		if c.want == "" && (err != nil || in.URL != "u") || c.want != "" && !platform.IsType(err, c.want) {
			t.Errorf("%s: %v, url %q, want %s", name, err, in.URL, c.want)
		}
	}
	if err := h.bodies.Held.Take(maxBodies); err != nil {
		t.Errorf("room was not given back: %v", err)
	}
}
