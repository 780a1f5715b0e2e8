package platform_test

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/platform"
)

var fixed = time.Date(2026, 1, 2, 3, 4, 5, 670_000_000, time.UTC)

func TestTimeHasAlwaysThreeDecimals(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal(platform.At(fixed))
	if want := `"2026-01-02T03:04:05.670Z"`; err != nil || string(got) != want {
		t.Errorf("Marshal = %s, %v, want %s", got, err, want)
	}
	var back platform.Time
	if err := json.Unmarshal(got, &back); err != nil || !back.Equal(fixed) {
		t.Errorf("Unmarshal = %v, %v, want %v", back, err, fixed)
	}
	if err := json.Unmarshal([]byte(`"soon"`), &back); err == nil {
		t.Error("Unmarshal accepted \"soon\"")
	}
}

func TestFieldTellsAbsentFromNull(t *testing.T) {
	t.Parallel()
	type input struct {
		Name platform.Field[string] `json:"name,omitzero"`
	}
	for text, want := range map[string]platform.Field[string]{
		`{}`:             {},
		`{"name":null}`:  platform.Null[string](),
		`{"name":"Ada"}`: platform.Set("Ada"),
	} {
		var in input
		if err := json.Unmarshal([]byte(text), &in); err != nil || in.Name != want {
			t.Errorf("Unmarshal(%s) = %+v, %v, want %+v", text, in.Name, err, want)
		}
		if got, err := json.Marshal(in); err != nil || string(got) != text {
			t.Errorf("Marshal(%+v) = %s, %v, want %s", in, got, err, text)
		}
	}
}

func TestErrorKeepsItsCauseAndHidesIt(t *testing.T) {
	t.Parallel()
	err := platform.AsError(io.ErrUnexpectedEOF)
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error("the cause is lost")
	}
	text, _ := json.Marshal(err)
	var body map[string]any
	if json.Unmarshal(text, &body) != nil || body["type"] != "Internal" || body["code"] != 500.0 {
		t.Errorf("the body is %s", text)
	}
	if strings.Contains(string(text), io.ErrUnexpectedEOF.Error()) {
		t.Errorf("the body %s tells the cause", text)
	}
}
