package runtime

import (
	"errors"
	"fmt"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/runtime/node"
	"github.com/bellhop-dev/bellhop/internal/verdict"
)

// Code that brings its process down at a call failed at the call: it is not away.
func TestCodeThatDiesAtACallFailedAtIt(t *testing.T) {
	t.Parallel()
	died := fmt.Errorf("call: %w", &node.DiedError{Err: errors.New("it ended")})
	if kind := unanswered(died).Kind; kind != verdict.Failed {
		t.Errorf("a call at which the process died is %v", kind)
	}
	if kind := unanswered(errors.New("connection refused")).Kind; kind != verdict.Away {
		t.Errorf("a call that reached nobody is %v", kind)
	}
}
