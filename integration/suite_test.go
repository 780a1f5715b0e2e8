package integration_test

import (
	"testing"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/integrationtest"
	"github.com/bellhop-dev/bellhop/internal/handlertest"
)

func TestMuxKeepsTheContractEverywhere(t *testing.T) {
	t.Parallel()
	h, err := handlertest.Integration().New(integration.Env{Transport: integrationtest.NewPlatform()})
	if err != nil {
		t.Fatal(err)
	}
	d := handlertest.Definition()
	w, err := d.Wire()
	if err != nil {
		t.Fatal(err)
	}
	integrationtest.Run(t, integrationtest.Config{Handler: h, Definition: w, Cases: handlertest.Cases()})
}
