package server_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// TestServedCodeKnowsTheServer has a bot at an address: its calls are not
// signed until a secret is made for it, and then by that one, and by the one
// before for a while. No reply shows a secret again.
func TestServedCodeKnowsTheServer(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	type call struct {
		signature string
		body      []byte
	}
	calls := make(chan call, 10)
	code := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if r.Header.Get("X-Bp-Operation") == wire.OpEventReceived {
			calls <- call{r.Header.Get(wire.HeaderSignature), body}
		}
	}))
	t.Cleanup(code.Close)
	id, webhook := f.install(platform.CreateBotInput{URL: code.URL})
	said := 0
	hear := func() call {
		t.Helper()
		said++
		body := `{"conversation":"c","user":"u","id":"` + string(rune('0'+said)) + `","text":"x"}`
		if status, answer := f.call("POST", webhook, body, nil); status != 200 {
			t.Fatalf("%d %s", status, answer)
		}
		return <-calls
	}
	turn := func() string {
		t.Helper()
		status, body := f.call("POST", "/v1/admin/bots/"+id+"/signing-secrets/rotate", "{}", nil)
		var out platform.RotateSigningSecretsOutput
		if err := json.Unmarshal(body, &out); err != nil || status != http.StatusOK || out.NewSigningSecret == "" {
			t.Fatalf("rotate: %d %s", status, body)
		}
		return out.NewSigningSecret
	}
	if c := hear(); c.signature != "" {
		t.Errorf("without a secret a call is signed: %s", c.signature)
	}
	first := turn()
	if c := hear(); wire.Verify(first, c.signature, time.Now(), c.body) != nil {
		t.Errorf("the signature %q is not of the secret", c.signature)
	}
	second := turn()
	c := hear()
	for _, secret := range []string{first, second} {
		if err := wire.Verify(secret, c.signature, time.Now(), c.body); err != nil {
			t.Errorf("after a turn the signature %q is not of one of the two secrets", c.signature)
		}
	}
	if err := wire.Verify(second, c.signature, time.Now(), append(c.body, ' ')); !errors.Is(err, wire.ErrSignature) {
		t.Errorf("another body passes: %v", err)
	}
	for _, path := range []string{"/v1/admin/bots/" + id, "/v1/admin/bots"} {
		if _, body := f.call("GET", path, "", nil); bytes.Contains(body, []byte(first)) || bytes.Contains(body, []byte(second)) {
			t.Errorf("GET %s shows a secret", path)
		}
	}
	status, body := f.call("POST", "/v1/admin/bots/bot_nobody/signing-secrets/rotate", "{}", nil)
	f.refused(status, body, http.StatusNotFound, platform.TypeResourceNotFound, "bot_nobody")
}
