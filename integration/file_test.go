package integration_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
	"github.com/bellhop-dev/bellhop/wire"
)

func TestUpload(t *testing.T) {
	t.Parallel()
	status, got := http.StatusOK, ""
	uploads := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got = r.Method + " " + r.Header.Get("Content-Type") + " " + string(content)
		w.WriteHeader(status)
	}))
	defer uploads.Close()
	p := integrationtest.NewPlatform()
	integrationtest.On(p, platform.OpUpsertFile, func(in *platform.UpsertFileInput) (*platform.UpsertFileOutput, error) {
		if in.Size != 5 || in.Key != "notes/1.md" {
			t.Errorf("UpsertFile(%+v), want the key and 5 bytes", in)
		}
		return &platform.UpsertFileOutput{File: platform.UpsertedFile{File: platform.File{ID: "file_1", Key: in.Key}, UploadURL: uploads.URL + "/signed"}}, nil
	})
	type none struct{}
	def := integration.Definition{
		Name: "files", Version: "1.0.0",
		Actions: map[string]integration.ActionDefinition{"keep": {Input: schema.For[none], Output: schema.For[none]}},
	}
	h, err := integration.New(def, func(m *integration.Mux) {
		integration.Action(m, "keep", func(ctx context.Context, call *integration.Call, _ *none) (*none, error) {
			f, err := call.Upload(ctx, platform.UpsertFileInput{Key: "notes/1.md", ContentType: "text/markdown"}, []byte("# One"))
			if err == nil && f.ID != "file_1" {
				t.Errorf("Upload = %+v", f)
			}
			return &none{}, err
		})
	}).New(integration.Env{Transport: p})
	if err != nil {
		t.Fatal(err)
	}
	keep := func() *wire.Response {
		body, err := json.Marshal(platform.ActionBody{Type: "keep", Input: json.RawMessage("{}")})
		if err != nil {
			t.Fatal(err)
		}
		resp, err := h.Handle(t.Context(), &wire.Request{Operation: wire.OpActionTriggered, Type: "keep", BotID: "bot_1", IntegrationID: "int_1", IntegrationAlias: "files", WebhookID: "w", Body: body})
		if err != nil {
			t.Fatal(err)
		}
		return resp
	}
	if resp := keep(); !resp.OK() || got != "PUT text/markdown # One" {
		t.Errorf("%d %s, uploaded %q", resp.Status, resp.Body, got)
	}
	status = http.StatusInsufficientStorage
	if resp := keep(); resp.OK() || !strings.Contains(string(resp.Body), "507") || strings.Contains(string(resp.Body), "signed") {
		t.Errorf("an upload that is refused: %d %s", resp.Status, resp.Body)
	}
}
