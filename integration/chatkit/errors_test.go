package chatkit_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

func TestClassify(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err   *chatkit.Error
		typ   platform.ErrorType
		after time.Duration
	}{
		"refused":      {&chatkit.Error{Status: 400}, platform.TypeRuntime, 0},
		"too many":     {&chatkit.Error{Status: 429, RetryAfter: time.Minute}, platform.TypeInternal, time.Minute},
		"down":         {&chatkit.Error{Status: 503}, platform.TypeInternal, 0},
		"no answer":    {&chatkit.Error{}, platform.TypeInternal, 0},
		"final 200":    {&chatkit.Error{Status: 200}, platform.TypeRuntime, 0},
		"told final":   {&chatkit.Error{Status: 500, Final: true}, platform.TypeRuntime, 0},
		"told to wait": {&chatkit.Error{Status: 400, Temporary: true}, platform.TypeInternal, 0},
	} {
		e, ok := errors.AsType[*platform.Error](chatkit.Classify(c.err))
		if !ok || e.Type != c.typ || e.RetryAfter != c.after {
			t.Errorf("%s: %+v", name, e)
		}
	}
	plain := errors.New("x")
	if got := chatkit.Classify(plain); got != plain {
		t.Errorf("Classify(%v) = %v", plain, got)
	}
}

func TestErrorText(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]*chatkit.Error{
		"Acme answered 502":                                {Vendor: "Acme", Status: 502},
		"Acme refused: gone: It is gone.":                  {Vendor: "Acme", Status: 400, Code: "gone", Message: "It is gone."},
		"Acme refused: gone: It is gone; make another one": {Vendor: "Acme", Status: 400, Code: "gone", Message: "It is gone.", Remedy: "make another one"},
	} {
		if got := e.Error(); got != want {
			t.Errorf("Error() = %q, want %q", got, want)
		}
	}
}

func TestNoAnswer(t *testing.T) {
	t.Parallel()
	for want, cause := range map[string]error{
		"Vendor: no answer: the connection failed":                                                  errors.New("refused"),
		"Vendor: no answer: it took too long":                                                       context.DeadlineExceeded,
		"Vendor: no answer: the connection failed: connection refused":                              &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)},
		"Vendor: no answer: the connection failed: it was closed before the answer was whole":       io.ErrUnexpectedEOF,
		`Vendor: no answer: the connection failed: no address of the host "vendor.test" was found`:  &net.DNSError{Err: "no such host", Name: "vendor.test"},
		"Vendor: no answer: the connection failed: tls: failed to verify certificate: of the clown": &tls.CertificateVerificationError{Err: errors.New("of the clown")},
	} {
		err := chatkit.NoAnswer("Vendor", &url.Error{Op: "Post", URL: "https://vendor.test/bot-SECRET/x", Err: cause})
		if err.Error() != want { // the address may hold a secret
			t.Errorf("NoAnswer(%v) = %q, want %q", cause, err, want)
		}
		if !errors.Is(err, cause) {
			t.Errorf("NoAnswer(%v) does not wrap it", cause)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "1.5": 1500 * time.Millisecond, "-1": 0, "soon": 0, "999999": 24 * time.Hour,
		now.Add(time.Minute).Format(http.TimeFormat): time.Minute, now.Add(-time.Minute).Format(http.TimeFormat): 0,
	} {
		if got := chatkit.RetryAfterHeader(http.Header{"Retry-After": {value}}, now); got != want {
			t.Errorf("RetryAfter(%q) = %v, want %v", value, got, want)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	table := chatkit.Refusals{
		{Code: "gone", Verdict: chatkit.Final, Remedy: "invite the bot", Source: "https://acme.test/gone"},
		{Code: "busy", Verdict: chatkit.Retry, Wait: time.Minute},
		{Text: "not enough rights", Remedy: "make the bot an administrator"},
		{Code: "gone", Remedy: "never reached"},
	}
	for name, c := range map[string]struct {
		err    chatkit.Error
		known  bool
		retry  bool
		after  time.Duration
		remedy string
	}{
		"a final code over a status":    {err: chatkit.Error{Status: 503, Code: "gone"}, known: true, remedy: "invite the bot"},
		"a temporary code":              {err: chatkit.Error{Status: 400, Code: "busy"}, known: true, retry: true, after: time.Minute},
		"the vendor's own wait":         {err: chatkit.Error{Code: "busy", RetryAfter: time.Second}, known: true, retry: true, after: time.Second},
		"a text in another case":        {err: chatkit.Error{Status: 400, Message: "Bad Request: NOT enough rights to send"}, known: true, remedy: "make the bot an administrator"},
		"a remedy that is there":        {err: chatkit.Error{Status: 400, Code: "gone", Remedy: "own"}, known: true, remedy: "own"},
		"an error that no row is about": {err: chatkit.Error{Status: 500, Code: "odd"}, retry: true},
	} {
		e := c.err
		if known := table.Apply(&e); known != c.known || e.Retryable() != c.retry || e.RetryAfter != c.after || e.Remedy != c.remedy {
			t.Errorf("%s: Apply = %v, %+v", name, known, e)
		}
	}
}

// The source of an error is logged, and the text stays short.
func TestErrorLogsItsSource(t *testing.T) {
	t.Parallel()
	log := new(bytes.Buffer)
	e := &chatkit.Error{Vendor: "Acme", Status: 403, Message: "blocked", Source: "https://acme.test/blocked"}
	slog.New(slog.NewTextHandler(log, nil)).Warn("message refused", "error", e)
	if !strings.Contains(log.String(), e.Source) || strings.Contains(e.Error(), e.Source) {
		t.Errorf("the log has %q, the text is %q", log, e)
	}
}
