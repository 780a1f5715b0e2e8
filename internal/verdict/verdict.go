// Package verdict classifies the outcome of a call into code: final, or worth
// another attempt. Rules is the one table of this; deliveries, actions,
// registrations and the SDKs follow it, and docs/delivery.md prints it.
//
// Principle: only a refusal by the code itself is a verdict. What somebody on
// the way answers (a proxy, a load balancer, a tunnel) says nothing about the
// call and is retried.
package verdict

import (
	"encoding/json"

	"github.com/bellhop-dev/bellhop/wire"
)

// Kind is a class of outcomes.
type Kind string

// The kinds of outcomes.
const (
	Accepted Kind = "accepted" // the code has taken the call
	Refused  Kind = "refused"  // a verdict of the code: final
	Failed   Kind = "failed"   // the code failed at the call itself: retried, with a limit of attempts
	Away     Kind = "away"     // no verdict: retried for as long as the schedule lasts
)

// Rule is a row of the table. The first one that matches decides.
type Rule struct {
	Answer string // what is answered, as the documentation prints it
	Kind   Kind
	Why    string

	from, to  int  // status; 0 to 0 means any
	own       bool // the code itself answers: see ownAnswer
	retryable bool // the error says that a repeat may succeed
}

// Rules returns the table, in the order in which its rows are tried.
func Rules() []Rule {
	return []Rule{
		{Answer: "2xx", Kind: Accepted, Why: "the code has taken it", from: 200, to: 299},
		{Answer: "error form with `metadata.retryable: true`", Kind: Away, own: true, retryable: true,
			Why: "a service that the code needs gave no answer; the official SDK passes this on as 400"},
		{Answer: "error form, 401", Kind: Away, Why: "the signature was not accepted, for example while a secret is rotated", from: 401, to: 401, own: true},
		{Answer: "error form, 408, 425 or 429", Kind: Away, Why: "the code asks for a later attempt; `Retry-After` is honoured", from: 408, to: 408, own: true},
		{Kind: Away, from: 425, to: 425, own: true},
		{Kind: Away, from: 429, to: 429, own: true},
		{Answer: "error form, other 4xx", Kind: Refused, Why: "the code refused the call", from: 400, to: 499, own: true},
		{Answer: "error form, 500", Kind: Failed, Why: "the code failed without a classified reason, for example by a panic", from: 500, to: 500, own: true},
		{Answer: "error form, other 5xx", Kind: Away, Why: "the code is not able to take the call now; `Retry-After` is honoured", from: 501, to: 599, own: true},
		{Answer: "3xx", Kind: Away, Why: "redirects are not followed; correct the address", from: 300, to: 399},
		{Answer: "any other answer, for example 404, 403, 410 or 502 of a proxy, or an HTML page", Kind: Away,
			Why: "something on the way answered, not the code"},
	}
}

// NoAnswer is the row of calls that end without an answer.
func NoAnswer() Rule {
	return Rule{Answer: "no answer: connection error, closed tunnel", Kind: Away, Why: "nothing is known about the call"}
}

// Of classifies an answer. nil is an acceptance: a handler without anything to
// say.
func Of(resp *wire.Response) Kind {
	if resp == nil || resp.OK() {
		return Accepted
	}
	status := resp.Status
	e := readError(resp.Body)
	for _, r := range Rules() {
		switch {
		case r.to != 0 && (status < r.from || status > r.to):
		case r.own && !e.ownAnswer(resp, status):
		case r.retryable && (!e.Metadata.Retryable):
		default:
			return r.Kind
		}
	}
	return Away
}

// errorBody is the wire's error form.
type errorBody struct {
	ID, Type, Message string
	Code              int
	Metadata          struct {
		Retryable bool `json:"retryable"`
	}
}

func readError(body []byte) (e errorBody) {
	if json.Unmarshal(body, &e) != nil {
		return errorBody{}
	}
	return e
}

// ownAnswer reports whether the code itself answered. Over a network that is
// known by the error form alone: all four members, the id that of an error in
// the code's log, and the code that of the answer, unless it is the 500 under
// which the SDKs answer an error of another type.
func (e *errorBody) ownAnswer(resp *wire.Response, status int) bool {
	if !resp.Remote {
		return true
	}
	return e.ID != "" && e.Type != "" && e.Message != "" && (e.Code == status || status >= 500 && e.Code >= 400)
}
