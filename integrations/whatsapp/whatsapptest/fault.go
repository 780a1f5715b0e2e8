package whatsapptest

import (
	"net/http"
	"strconv"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
)

// Fail makes the next calls go wrong, in order.
func (f *Fake) Fail(faults ...integrationtest.Fault) { f.faults.Add(faults...) }

// Refusal is a fault in which Meta refuses with its error, and with the
// seconds of Retry-After where they are not 0.
func Refusal(status, code int, message string, retryAfter int) integrationtest.Fault {
	return integrationtest.Fault{Answer: func(w http.ResponseWriter) {
		if retryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
		}
		refuse(w, status, code, message)
	}}
}
