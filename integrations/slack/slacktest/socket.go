package slacktest

import "net/http"

const socketPath = "/link/"

// Ack is the answer to an envelope.
type Ack struct {
	EnvelopeID string
	Payload    any
}

type socket struct{}

func (f *Fake) connect(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }

// Disconnect closes every connection of Socket Mode.
func (f *Fake) Disconnect(string) {}
