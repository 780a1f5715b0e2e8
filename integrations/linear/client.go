package linear

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
)

const (
	defaultAPI = "https://api.linear.app"
	defaultApp = "https://linear.app"
	// maxAnswer bounds what is read of an answer.
	maxAnswer = 8 << 20
	// apiTimeout bounds one call of the API.
	apiTimeout = 20 * time.Second
)

// client calls Linear's GraphQL API with one set of credentials.
type client struct {
	http *http.Client // follows no redirects
	url  *url.URL
	// authorize returns the value of the Authorization header. With a value
	// that Linear refused it returns another one, or refusal.
	authorize func(ctx context.Context, refused string, refusal error) (string, error)
}

// vars are the variables of a document.
type vars map[string]any

// do runs a document and reads its data into out.
func (a *client) do(ctx context.Context, document string, v vars, out any) error {
	data, err := a.raw(ctx, document, v)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, out); err != nil {
		return &chatkit.Error{Vendor: vendor, Status: http.StatusOK, Temporary: true, Message: "its answer cannot be read"}
	}
	return nil
}

// raw runs a document and returns its data. Credentials that expired are
// renewed once.
func (a *client) raw(ctx context.Context, document string, v vars) (json.RawMessage, error) {
	body, err := json.Marshal(map[string]any{"query": document, "variables": v})
	if err != nil {
		return nil, fmt.Errorf("write the call of %s: %w", vendor, err)
	}
	header, err := a.authorize(ctx, "", nil)
	if err != nil {
		return nil, err
	}
	data, err := a.post(ctx, header, body)
	if !isCode(err, codeAuthentication) {
		return data, err
	}
	if header, err = a.authorize(ctx, header, err); err != nil {
		return nil, err
	}
	return a.post(ctx, header, body)
}

func (a *client) post(ctx context.Context, header string, body []byte) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url.JoinPath("graphql").String(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("address the call of %s: %w", vendor, err)
	}
	req.Header.Set("Authorization", header)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "bellhop/1.0")
	status, h, raw, err := send(a.http, req)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Data   json.RawMessage `json:"data"`
		Errors []graphError    `json:"errors"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		answer.Errors = nil
		if status == http.StatusOK {
			return nil, &chatkit.Error{Vendor: vendor, Status: status, Temporary: true, Message: "its answer cannot be read"}
		}
	}
	if status != http.StatusOK || len(answer.Errors) > 0 {
		return nil, refusal(status, h, answer.Errors, time.Now())
	}
	return answer.Data, nil
}

// send makes a call and reads the whole answer.
func send(client *http.Client, req *http.Request) (status int, h http.Header, body []byte, err error) {
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil, nil, chatkit.NoAnswer(vendor, err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err == nil && len(body) > maxAnswer {
		err = errors.New("the answer is too long")
	}
	if err != nil {
		return 0, nil, nil, chatkit.NoAnswer(vendor, err)
	}
	return resp.StatusCode, resp.Header, body, nil
}
