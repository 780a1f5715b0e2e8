package serve_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/serve"
)

func TestProgram(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args            []string
		code            int
		stdout, stderr  string // parts; empty means nothing at all
		definitionError error
	}{
		{args: nil, code: 0, stderr: "serving"},
		{args: []string{"serve"}, code: 0, stderr: "serving"},
		{args: []string{"definition"}, code: 0, stdout: "{\n  \"name\": \"acme\"\n}\n"},
		{args: []string{"definition"}, code: 1, stderr: "acme: version: it is bad", definitionError: errors.New("version: it is bad")},
		{args: []string{"help"}, code: 0, stdout: "SECRET_<NAME>"},
		{args: []string{"--help"}, code: 0, stdout: "Usage: acme"},
		{args: []string{"frobnicate"}, code: 2, stderr: "\"frobnicate\" is not a command\n\nUsage: acme"},
		{args: []string{"serve", "it"}, code: 2, stderr: "one command"},
	} {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			code := serve.Program{
				Subject: "integration", Name: "acme",
				Definition: func() (any, error) { return map[string]string{"name": "acme"}, test.definitionError },
				Serve: func(_ context.Context, logger *slog.Logger) error {
					logger.Info("serving")
					return nil
				},
			}.Run(t.Context(), test.args, &stdout, &stderr)
			if code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			for name, s := range map[string][2]string{"stdout": {stdout.String(), test.stdout}, "stderr": {stderr.String(), test.stderr}} {
				if got, want := s[0], s[1]; want == "" && got != "" || !strings.Contains(got, want) {
					t.Errorf("%s %q, want %q", name, got, want)
				}
			}
		})
	}
}
