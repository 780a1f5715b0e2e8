package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/bellhop-dev/bellhop/platform"
)

type integrationCommand struct {
	access

	List    integrationList    `cmd:"" default:"1" help:"List integrations that can be installed." example:"bellhop integration list"`
	Get     integrationGet     `cmd:"" help:"Show an integration's definition, as JSON." example:"bellhop integration get chat@latest"`
	Publish integrationPublish `cmd:"" help:"Store the definition of an integration, new or again, with code to upload or whose code is served elsewhere." example:"go run ./acme definition | bellhop integration publish - --code-url http://127.0.0.1:8072\nbellhop integration publish definition.json --code dist/index.cjs --secret-file API_KEY=key.txt"`
	Sign    integrationSign    `cmd:"" help:"Sign the calls to an integration's served code from now on, with a new secret; prints it, this once." example:"bellhop integration sign acme@0.1.0"`
	Logs    integrationLogs    `cmd:"" help:"Show what an integration's uploaded code printed." example:"bellhop integration logs acme@0.1.0 --follow"`
	Delete  integrationDelete  `cmd:"" help:"Delete an integration version that nobody has installed." example:"bellhop integration delete acme@0.1.0"`
}

type integrationList struct{}

// Run lists integrations.
func (integrationList) Run(ctx context.Context, s *session) error {
	client, _, err := s.client()
	if err != nil {
		return err
	}
	found := []platform.IntegrationSummary{}
	err = pages(func(token string) (string, error) {
		out, err := client.ListIntegrations(ctx, &platform.ListIntegrationsInput{NextToken: token})
		if err != nil {
			return "", err
		}
		found = append(found, out.Integrations...)
		return out.Meta.NextToken, nil
	})
	if err != nil {
		return err
	}
	return s.print(found, func(w io.Writer) {
		var rows [][]string
		for _, in := range found {
			rows = append(rows, []string{in.Name + "@" + in.Version, in.Title, place(in.URL, in.Builtin, in.Uploaded), in.ID})
		}
		table(w, []string{"INTEGRATION", "TITLE", "CODE", "ID"}, rows, "No integrations.")
	})
}

type integrationGet struct {
	Integration string `arg:"" help:"Id, or name@version; the version may be latest."`
}

// Run shows an integration.
func (c integrationGet) Run(ctx context.Context, s *session) error {
	_, in, err := s.integration(ctx, c.Integration)
	if err != nil {
		return err
	}
	s.cmd.JSON = true // a definition has no other form
	return s.print(in, nil)
}

// integration finds the integration that a command names.
func (s *session) integration(ctx context.Context, ref string) (*platform.Client, *platform.Integration, error) {
	client, _, err := s.client()
	if err != nil {
		return nil, nil, err
	}
	in, err := findIntegration(ctx, client, ref)
	return client, in, err
}

func findIntegration(ctx context.Context, client *platform.Client, ref string) (*platform.Integration, error) {
	if platform.IsID(ref, platform.PrefixIntegration) {
		out, err := client.GetIntegration(ctx, &platform.GetIntegrationInput{ID: ref})
		if err != nil {
			return nil, err
		}
		return &out.Integration, nil
	}
	name, version, ok := strings.Cut(ref, "@")
	if !ok {
		version = "latest"
	}
	out, err := client.GetIntegrationByName(ctx, &platform.GetIntegrationByNameInput{Name: name, Version: version})
	if err != nil {
		return nil, err
	}
	return &out.Integration, nil
}

type integrationPublish struct {
	File    string `arg:"" help:"File with the definition as JSON; - reads standard input." placeholder:"FILE"`
	CodeURL string `name:"code-url" help:"Address where the integration's code listens; the definition's own when not given." placeholder:"URL"`
	upload
}

// Run stores a definition, new or again.
func (c integrationPublish) Run(ctx context.Context, s *session) error {
	client, _, err := s.client()
	if err != nil {
		return err
	}
	if err := c.check(c.CodeURL, c.File); err != nil {
		return err
	}
	data, err := s.readFile(c.File)
	if err != nil {
		return err
	}
	var upload platform.IntegrationUpload
	if err := json.Unmarshal(data, &upload); err != nil {
		return usagef("%s is not a definition: %v", fileOrInput(c.File), err)
	}
	if upload.Name == "" || upload.Version == "" {
		return usagef("%s is not a definition: it needs a name and a version", fileOrInput(c.File))
	}
	if c.CodeURL != "" || c.Code != "" {
		upload.URL = c.CodeURL
	}
	code, secrets, err := c.read(s, upload.Secrets)
	if err != nil {
		return err
	}
	upload.Secrets = secrets
	if c.CodeURL != "" || code != "" {
		upload.Code = code
	}
	var stored platform.Integration
	old, err := findIntegration(ctx, client, upload.Name+"@"+upload.Version)
	switch {
	case err == nil:
		out, err := client.UpdateIntegration(ctx, &platform.UpdateIntegrationInput{ID: old.ID, IntegrationUpload: upload})
		if err != nil {
			return err
		}
		stored = out.Integration
	case platform.IsType(err, platform.TypeResourceNotFound):
		out, err := client.CreateIntegration(ctx, &platform.CreateIntegrationInput{IntegrationUpload: upload})
		if err != nil {
			return err
		}
		stored = out.Integration
	default:
		return err
	}
	return s.print(stored, func(w io.Writer) {
		fmt.Fprintf(w, "%s@%s  %s\n", stored.Name, stored.Version, stored.ID)
	})
}

// fileOrInput names a file for people.
func fileOrInput(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}

func (s *session) readFile(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(s.Stdin)
	}
	return os.ReadFile(name)
}

type integrationDelete struct {
	Integration string `arg:"" help:"Id, or name@version."`
}

// Run deletes an integration version.
func (c integrationDelete) Run(ctx context.Context, s *session) error {
	client, in, err := s.integration(ctx, c.Integration)
	if err != nil {
		return err
	}
	if _, err := client.DeleteIntegration(ctx, &platform.DeleteIntegrationInput{ID: in.ID}); err != nil {
		return err
	}
	return s.print(map[string]string{"deleted": in.ID}, func(w io.Writer) { fmt.Fprintln(w, "deleted", in.ID) })
}
