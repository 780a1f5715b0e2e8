package linear

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
)

// vendor is Linear's name in errors.
const vendor = "Linear"

// Linear's codes.
const (
	codeAuthentication = "AUTHENTICATION_ERROR"
	codeForbidden      = "FORBIDDEN"
	codeRateLimited    = "RATELIMITED"
	codeInput          = "INPUT_ERROR"
	codeLockTimeout    = "LOCK_TIMEOUT"
	codeInternal       = "INTERNAL_SERVER_ERROR"
	codeUsage          = "USAGE_LIMIT_EXCEEDED"
)

// defaultWait is how long to wait where a limit was met and nothing says for
// how long: the buckets refill all the time.
const defaultWait = time.Minute

// graphError is one of the errors of an answer.
type graphError struct {
	Message    string `json:"message"`
	Extensions struct {
		Code    string `json:"code"`
		Type    string `json:"type"`
		Message string `json:"userPresentableMessage"`
	} `json:"extensions"`
}

// code is the error's code; older errors only have a type, in words.
func (e *graphError) code() string {
	switch strings.ToLower(e.Extensions.Type) {
	case "authentication error":
		return codeAuthentication
	case "forbidden":
		return codeForbidden
	case "ratelimited":
		return codeRateLimited
	case "lock timeout":
		return codeLockTimeout
	case "internal error", "network error":
		return codeInternal
	case "usage limit exceeded":
		return codeUsage
	case "invalid input":
		return codeInput
	}
	return strings.ToUpper(e.Extensions.Code)
}

// refusal says what Linear refused. The code decides more than the status: a
// limit that was met is answered 400.
func refusal(status int, h http.Header, errs []graphError, now time.Time) error {
	e := &chatkit.Error{Vendor: vendor, Status: status, RetryAfter: chatkit.RetryAfterHeader(h, now)}
	if len(errs) > 0 {
		first := &errs[0]
		e.Code, e.Message = first.code(), cmp.Or(first.Extensions.Message, first.Message)
	}
	switch {
	case e.Code == "" && status == http.StatusUnauthorized:
		e.Code = codeAuthentication
	case e.Code == "" && status == http.StatusForbidden:
		e.Code = codeForbidden
	}
	if e.Code == codeInput && strings.Contains(e.Message, "ot find") { // "Could not find referenced Issue."
		e.Remedy = "it was deleted at Linear, the id is wrong, or the account may not see its team"
	}
	if e.Code == codeRateLimited {
		e.RetryAfter = cmp.Or(resetAfter(h, now), e.RetryAfter)
	}
	refusals.Apply(e)
	if !e.Temporary {
		e.Final = status < http.StatusInternalServerError && status != http.StatusTooManyRequests
	}
	return e
}

// resetAfter is when the limits that were met are open again; 0 when the
// headers do not say.
func resetAfter(h http.Header, now time.Time) time.Duration {
	var wait time.Duration
	for _, limit := range []string{"X-RateLimit-Requests-", "X-RateLimit-Complexity-", "X-RateLimit-Endpoint-Requests-"} {
		left, errLeft := strconv.ParseFloat(h.Get(limit+"Remaining"), 64)
		at, errAt := strconv.ParseFloat(h.Get(limit+"Reset"), 64)
		if errLeft != nil || errAt != nil || left > 0 {
			continue
		}
		if at < 1e11 { // seconds, should it ever be; it is milliseconds
			at *= 1000
		}
		wait = max(wait, time.UnixMilli(int64(at)).Sub(now))
	}
	return min(wait, 6*time.Hour)
}

// Pages of Linear's documentation.
const (
	pageErrors = "https://linear.app/developers/graphql#errors"
	pageLimits = "https://linear.app/developers/rate-limiting"
	pageOAuth  = "https://linear.app/developers/oauth-2-0-authentication"
)

// refusals are the errors of Linear that are retried, or have a remedy. Any
// other refusal is final.
var refusals = chatkit.Refusals{
	{Code: codeAuthentication, Source: pageOAuth, Remedy: reconnect},
	{Code: codeForbidden, Source: pageErrors, Remedy: "the account may not do this: in Linear, give it access to the team, or admin rights where those are needed"},
	{Code: codeRateLimited, Verdict: chatkit.Retry, Wait: defaultWait, Source: pageLimits, Remedy: "too many calls or too large queries for now"},
	{Code: codeUsage, Source: pageErrors, Remedy: "the workspace's plan does not allow more: see Settings > Billing in Linear"},
	{Code: codeLockTimeout, Verdict: chatkit.Retry, Source: pageErrors},
	{Code: codeInternal, Verdict: chatkit.Retry, Source: pageErrors},
}

// reconnect is the remedy for credentials that ended.
const reconnect = "the API key or the connection was revoked, expired or mistyped: make a new key in Linear under Settings > Security & access, or connect the app again"

func isCode(err error, code string) bool {
	e, ok := errors.AsType[*chatkit.Error](err)
	return ok && e.Code == code
}

// refused reports whether Linear answered, and does not want what it was
// asked.
func refused(err error) bool {
	e, ok := errors.AsType[*chatkit.Error](err)
	return ok && e.Final
}
