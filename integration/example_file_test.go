package integration_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
)

// Upload keeps what an external system has as a file of the bot.
func ExampleCall_Upload() {
	type input struct {
		Page string `json:"page"`
	}
	type output struct {
		FileID string `json:"fileId"`
	}
	i := integration.New(integration.Definition{
		Name: "wiki", Version: "1.0.0",
		Actions: map[string]integration.ActionDefinition{"keepPage": {Input: schema.For[input], Output: schema.For[output]}},
	}, func(m *integration.Mux) {
		integration.Action(m, "keepPage", func(ctx context.Context, call *integration.Call, in *input) (*output, error) {
			file, err := call.Upload(ctx, platform.UpsertFileInput{Key: "wiki/" + in.Page + ".md", ContentType: "text/markdown"}, []byte("# "+in.Page))
			if err != nil {
				return nil, err
			}
			return &output{FileID: file.ID}, nil
		})
	})

	// The platform's side: it answers with an address, which takes the content.
	contents := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		content, err := io.ReadAll(r.Body)
		fmt.Println(r.Method, string(content), err)
	}))
	defer contents.Close()
	memory := integrationtest.NewPlatform()
	integrationtest.On(memory, platform.OpUpsertFile, func(in *platform.UpsertFileInput) (*platform.UpsertFileOutput, error) {
		file := platform.File{ID: "file_1", Key: in.Key}
		return &platform.UpsertFileOutput{File: platform.UpsertedFile{File: file, UploadURL: contents.URL}}, nil
	})

	installed, err := integrationtest.Install(i, integration.Env{Transport: memory})
	if err != nil {
		log.Fatal(err)
	}
	out, err := installed.Action(context.Background(), "keepPage", input{Page: "Tea"})
	fmt.Println(string(out), err)
	// Output:
	// PUT # Tea <nil>
	// {"fileId":"file_1"} <nil>
}
