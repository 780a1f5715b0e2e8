package api_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/platform"
)

// A panic is answered with an id, under which the log has what happened and
// where.
func TestPanicIsLoggedUnderItsID(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var log bytes.Buffer
	b.service.Logger = slog.New(slog.NewTextHandler(&log, nil))
	b.create = func(string, []byte) (string, error) { panic("hunter2") }
	_, err := b.bot.CreateUser(t.Context(), &platform.CreateUserInput{Tags: platform.Tags{"one:id": "u"}, IntegrationName: "one"})
	e, ok := errors.AsType[*platform.Error](err)
	if !ok || e.Type != platform.TypeInternal || strings.Contains(e.Message, "hunter2") {
		t.Fatalf("CreateUser = %v, want Internal without the cause", err)
	}
	for _, want := range []string{e.ID, "hunter2", "call_test.go", "operation=createUser"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q: %s", want, &log)
		}
	}
}
