package integration_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log"
	"net/http"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
)

// A webhook gets the method, path, query, headers (in lower case) and the raw
// body, and answers the caller. A signature is checked on the raw body, in
// constant time, before anything is read from it.
func ExampleMux_OnWebhook() {
	signature := func(key, body string) []byte {
		mac := hmac.New(sha256.New, []byte(key))
		mac.Write([]byte(body))
		return mac.Sum(nil)
	}
	tracker := integration.New(integration.Definition{
		Name: "tracker", Version: "1.0.0", Secrets: map[string]integration.Secret{"SIGNING_KEY": {}},
	}, func(m *integration.Mux) {
		m.OnWebhook(func(_ context.Context, call *integration.Call, req *platform.WebhookRequest) (*integration.WebhookResponse, error) {
			given, err := hex.DecodeString(req.Headers["x-signature"])
			if err != nil || !hmac.Equal(given, signature(call.Secrets["SIGNING_KEY"], req.Body)) {
				return integration.Text(http.StatusUnauthorized, "the signature is wrong"), nil
			}
			return integration.JSON(http.StatusAccepted, map[string]string{"path": req.Path, "query": req.Query})
		})
	})
	installed, err := integrationtest.Install(tracker, integration.Env{Secrets: map[string]string{"SIGNING_KEY": "k"}})
	if err != nil {
		log.Fatal(err)
	}
	for _, key := range []string{"k", "guessed"} {
		resp, err := installed.Webhook(context.Background(), platform.WebhookRequest{
			Method: "POST", Path: "/issues", Query: "id=7", Body: "{}",
			Headers: map[string]string{"x-signature": hex.EncodeToString(signature(key, "{}"))},
		})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(resp.Status, resp.Header.Get("Content-Type"), string(resp.Body))
	}
	// Output:
	// 202 application/json {"path":"/issues","query":"id=7"}
	// 401 text/plain; charset=utf-8 the signature is wrong
}
