package wire

import "net/http"

// Streamer is implemented by in-process handlers that answer some webhook
// requests over time, such as server-sent events. A handler that is wrapped or
// remote does without: those requests then reach Handle.
type Streamer interface {
	// Stream is asked before a webhook request's body is read. req says for
	// whom the request is, with operation OpWebhookReceived and no Body; the
	// path of r.URL starts after the webhook's own part, with a slash. When it
	// answers false it has neither written to w nor read the body, and the
	// request goes on to Handle. Otherwise it has answered in full when it
	// returns, which is soon after r's context ends.
	Stream(w http.ResponseWriter, r *http.Request, req *Request) (handled bool)
}
