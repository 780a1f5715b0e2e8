package apihttp

import (
	"net/http"

	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/platformhttp"
)

var trueValue = []string{"true"}

// readKey fills the idempotency key of an input from the header. Operations that take none ignore the header: clients may
// send it with every call.
func readKey(h http.Header, in any) error {
	values := h[platformhttp.HeaderKey]
	key := platform.IdempotencyKey(in)
	if len(values) == 0 || key == nil {
		return nil
	}
	if err := platform.CheckIdempotencyKey("header "+platformhttp.HeaderKey, values[0]); err != nil {
		return err
	}
	if len(values) > 1 || *key != "" && *key != values[0] {
		return platform.Errorf(platform.TypeInvalidPayload, "header %s: the call has two idempotency keys; give one, in the header or in the body", platformhttp.HeaderKey)
	}
	*key = values[0]
	return nil
}
