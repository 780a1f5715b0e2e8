package webhook

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/internal/reply"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// hopByHop are the headers of one connection, which an integration's answer
// does not decide.
var hopByHop = map[string]bool{
	"Connection": true, "Keep-Alive": true, "Proxy-Authenticate": true, "Proxy-Authorization": true,
	"Te": true, "Trailer": true, "Transfer-Encoding": true, "Upgrade": true, "Content-Length": true, "Date": true,
}

func writeResponse(w http.ResponseWriter, resp *wire.Response) (int, error) {
	status := resp.Status
	switch {
	case status == 0:
		status = http.StatusOK
	case status < 200 || status > 999:
		e := platform.Errorf(platform.TypeInternal, "the integration answered with a status that HTTP does not know")
		e.Code, e.RetryAfter = http.StatusBadGateway, retryAfter
		return 0, e
	}
	header := w.Header()
	header["X-Content-Type-Options"] = []string{"nosniff"} // unless the integration says otherwise
	for key, values := range resp.Header {
		// What is said to the platform is nobody else's to know.
		if key = http.CanonicalHeaderKey(key); !hopByHop[key] && key != headerIdentifier && key != headerPassThrough {
			header[key] = values
		}
	}
	if len(header["Content-Type"]) == 0 {
		header["Content-Type"] = nil // none is made up
	}
	defer reply.Writing(w, int64(len(resp.Body)))()
	w.WriteHeader(status)
	_, _ = w.Write(resp.Body) // the caller may have gone
	return status, nil
}

// concealed is the error to tell in place of an answer in which the
// integration's SDK words a fault of the integration itself, such as a call of
// the platform that was refused: its text is for the operator, not for
// whoever called. It is nil for other answers.
func concealed(resp *wire.Response) *platform.Error {
	if resp.Status < 500 || resp.Status > 599 {
		return nil
	}
	var body struct{ ID, Type, Message, Error string }
	if json.Unmarshal(resp.Body, &body) != nil || (body.Type == "" || body.Message == "") && body.Error == "" {
		return nil
	}
	e := platform.Errorf(platform.TypeInternal, "the integration could not handle this call; the server's log has the reason under the id of this error")
	if strings.HasPrefix(body.ID, "err_") && len(body.ID) <= 64 {
		e.ID = body.ID
	}
	e.Code, e.Err = resp.Status, fmt.Errorf("it answered %s %.500s", body.Type, body.Message+body.Error)
	e.RetryAfter = platform.RetryAfter(resp.Status, resp.Header, time.Now())
	return e
}
