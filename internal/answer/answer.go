// Package answer turns what a handler returns, errors and panics too, into the
// answer that goes over the wire. Integrations and bots share it.
package answer

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// OK is the answer of a handler that has nothing to say: 200 {}.
func OK() *wire.Response {
	return &wire.Response{Status: http.StatusOK, Header: jsonHeader(), Body: []byte("{}")}
}

// JSON is a 200 answer with v as its body.
func JSON(v any) (*wire.Response, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return &wire.Response{Status: http.StatusOK, Header: jsonHeader(), Body: body}, nil
}

func jsonHeader() http.Header { return http.Header{"Content-Type": {"application/json"}} }

// Recover wraps a handler so that its errors and panics become answers. Code
// refuses with a *platform.Error: of the types Runtime and InvalidPayload it is
// a final 400, with a RetryAfter or a match for platform.ErrUnavailable a 503
// that asks for a repeat, of other types a 500 that keeps type and message. Any other error, and a panic, is a 500 with
// a text that tells nothing; the log has the cause under the answer's id.
func Recover(logger *slog.Logger, subject string, next wire.Handler) wire.Handler {
	return wire.HandlerFunc(func(ctx context.Context, req *wire.Request) (resp *wire.Response, err error) {
		defer func() {
			if p := recover(); p != nil {
				e := unexpected(subject, nil)
				logger.ErrorContext(ctx, "handler panicked", append(facts(req, e),
					slog.Any("panic", p), slog.String("stack", string(debug.Stack())))...)
				resp, err = failed(e), nil
			}
		}()
		resp, err = next.Handle(ctx, req)
		if err == nil {
			return resp, nil
		}
		e, ok := errors.AsType[*platform.Error](err)
		if !ok {
			e = unexpected(subject, err)
			if errors.Is(err, platform.ErrUnavailable) {
				e = e.MarkRetryable()
			}
			logger.ErrorContext(ctx, "handler failed", append(facts(req, e), slog.Any("error", err))...)
			return failed(e), nil
		}
		if e.ID == "" || e.Code == 0 {
			c := *e
			c.ID, c.Code = platform.NewErrorID(time.Now()), e.Type.Status()
			e = &c
		}
		logger.WarnContext(ctx, "handler refused", append(facts(req, e), slog.Any("error", err))...)
		return failed(e), nil
	})
}

func unexpected(subject string, cause error) *platform.Error {
	e := platform.Errorf(platform.TypeRuntime, "an unexpected error occurred in the %s; its log has the reason under the id of this error", subject)
	e.Code, e.Err = http.StatusInternalServerError, cause
	return e
}

func facts(req *wire.Request, e *platform.Error) []any {
	return []any{
		slog.String("error_id", e.ID), slog.String("operation", req.Operation), slog.String("type", req.Type),
		slog.String("bot_id", req.BotID), slog.String("alias", req.IntegrationAlias),
		slog.String("delivery_id", req.DeliveryID), slog.Int("attempt", req.Attempt),
	}
}

func failed(e *platform.Error) *wire.Response {
	status := http.StatusInternalServerError
	header := jsonHeader()
	switch {
	case e.RetryAfter > 0, e.Retryable():
		status = http.StatusServiceUnavailable
	case e.Code != http.StatusInternalServerError && (e.Type == platform.TypeRuntime || e.Type == platform.TypeInvalidPayload):
		status = http.StatusBadRequest
	}
	if e.RetryAfter > 0 {
		header["Retry-After"] = []string{strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds())))}
	}
	body, err := json.Marshal(e)
	if err != nil { // metadata that JSON cannot hold
		c := *e
		c.Metadata = nil
		body, _ = json.Marshal(&c)
	}
	return &wire.Response{Status: status, Header: header, Body: body}
}
