package bench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bellhop-dev/bellhop/internal/probe"
	"github.com/bellhop-dev/bellhop/internal/server"
	"github.com/bellhop-dev/bellhop/platform"
)

// bundle is the probe's integration and bot as code of the official SDK.
type bundle struct {
	integration, bot string
}

// readBundle reads what conformance/bench.mjs has built.
func readBundle(dir string) (*bundle, error) {
	b := &bundle{}
	for name, text := range map[string]*string{"integration.cjs": &b.integration, "bot.cjs": &b.bot} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s has no %s: build it with \"npm ci && node bench.mjs %s\" in the folder conformance of the sources", dir, name, dir)
		} else if err != nil {
			return nil, err
		}
		*text = string(data)
	}
	return b, nil
}

func (*bundle) link(*server.Options) {}

// deploy uploads the code.
func (b *bundle) deploy(ctx context.Context, srv *server.Server, _ *errgroup.Group) (*deployed, error) {
	def, err := probe.Integration().Definition.Wire()
	if err != nil {
		return nil, err
	}
	made, err := srv.Client().CreateIntegration(ctx, &platform.CreateIntegrationInput{
		IntegrationUpload: platform.IntegrationUpload{IntegrationDefinition: def, Code: b.integration},
	})
	if err != nil {
		return nil, err
	}
	return &deployed{
		bot: &platform.CreateBotInput{Name: probe.Name, Code: b.bot},
		cold: func(ctx context.Context, webhook string) (time.Duration, error) {
			return b.coldStart(ctx, srv.Client(), &made.Integration, webhook)
		},
	}, nil
}

// coldStarts is how many starts the median is of.
const coldStarts = 5

// coldStart returns how long code that does not run takes to answer: the
// integration is uploaded once more, and the next webhook, which it refuses by
// itself, has a process started that loads it.
func (b *bundle) coldStart(ctx context.Context, client *platform.Client, in *platform.Integration, webhook string) (time.Duration, error) {
	var took []time.Duration
	for i := range coldStarts {
		upload := platform.IntegrationUpload{IntegrationDefinition: in.IntegrationDefinition, Code: fmt.Sprintf("%s\n// %d", b.integration, i)}
		if _, err := client.UpdateIntegration(ctx, &platform.UpdateIntegrationInput{ID: in.ID, IntegrationUpload: upload}); err != nil {
			return 0, err
		}
		start := time.Now()
		resp, err := http.Post(webhook, "text/plain", strings.NewReader("nothing"))
		if err != nil {
			return 0, err
		}
		if err := resp.Body.Close(); err != nil {
			return 0, err
		}
		if resp.StatusCode != http.StatusBadRequest {
			return 0, fmt.Errorf("the code answered %s to what is no message; it should refuse", resp.Status)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	return took[len(took)/2], nil
}
