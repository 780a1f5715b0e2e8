package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
)

const (
	defaultAPI = "https://api.telegram.org"
	// vendor names the system in errors.
	vendor = "Telegram"
	// maxAnswer bounds what is read of an answer that is not a file.
	maxAnswer = 32 << 20
	// callTimeout bounds one call, uploadTimeout one with a file.
	callTimeout   = 20 * time.Second
	uploadTimeout = 50 * time.Second
)

// errAccepted says that a call was accepted, and its answer was lost.
var errAccepted = errors.New("the call was accepted, but its answer was lost")

// botAPI calls the Bot API as one bot. Its addresses hold the token: none of
// them is ever told.
type botAPI struct {
	http  *http.Client // follows no redirects
	base  *url.URL
	token string
	own   bool // base is the configuration's, not Telegram's
}

func (s *service) api(c *settings) *botAPI {
	return &botAPI{http: s.http, base: c.base, token: c.token, own: strings.TrimSpace(c.APIURL) != ""}
}

// call calls a method and reads the result into out, which may be nil.
func (a *botAPI) call(ctx context.Context, method string, in, out any) error {
	return a.callWithin(ctx, callTimeout, method, in, out)
}

func (a *botAPI) callWithin(ctx context.Context, limit time.Duration, method string, in, out any) error {
	body := []byte("{}")
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return fmt.Errorf("write the call of %s: %w", method, err)
		}
	}
	return a.post(ctx, limit, method, "application/json", bytes.NewReader(body), out)
}

func (a *botAPI) post(ctx context.Context, limit time.Duration, method, contentType string, body io.Reader, out any) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.base.JoinPath("bot"+a.token, method).String(), body)
	if err != nil {
		return &chatkit.Error{Vendor: vendor, Final: true, Message: "the method's address is not valid"}
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("User-Agent", "bellhop/1.0")
	resp, err := a.http.Do(req)
	if err != nil {
		return noAnswer(err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	var answer apiAnswer
	switch parsed := json.Unmarshal(raw, &answer) == nil; {
	case resp.StatusCode/100 == 2 && err != nil:
		return errors.Join(errAccepted, noAnswer(err))
	case resp.StatusCode/100 == 2 && !parsed:
		return errors.Join(errAccepted, &chatkit.Error{Vendor: vendor, Status: resp.StatusCode, Temporary: true, Message: "its answer cannot be read", Remedy: a.suspect()})
	case !parsed || !answer.OK:
		return answer.refusal(resp, a.suspect())
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer.Result, out); err != nil {
		return errors.Join(errAccepted, &chatkit.Error{Vendor: vendor, Status: resp.StatusCode, Temporary: true, Message: "its answer has another shape than expected"})
	}
	return nil
}

// suspect says what to look at when an answer is none of a Bot API.
func (a *botAPI) suspect() string {
	if a.own {
		return "what answers at apiUrl does not look like a Bot API server: check apiUrl in the configuration"
	}
	return "that is no answer of the Bot API: see what stands between this server and Telegram"
}

// noAnswer is chatkit.NoAnswer with a cause that does not hold the address.
func noAnswer(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	return chatkit.NoAnswer(vendor, err)
}

// file opens a file for reading, by the path that getFile gave.
func (a *botAPI) file(ctx context.Context, path string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.base.JoinPath("file", "bot"+a.token, path).String(), http.NoBody)
	if err != nil {
		return nil, &chatkit.Error{Vendor: vendor, Final: true, Message: "the file's address is not valid"}
	}
	req.Header.Set("User-Agent", "bellhop/1.0")
	resp, err := a.http.Do(req)
	if err != nil {
		return nil, noAnswer(err)
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close() //nolint:errcheck,gosec // it is not read
		return nil, &chatkit.Error{Vendor: vendor, Status: resp.StatusCode, Message: "the file cannot be read"}
	}
	return resp, nil
}
