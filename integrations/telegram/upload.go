package telegram

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/integration/media"
)

// Limits of uploads in bytes; of a photo, more is sent as a document.
const (
	maxUpload = 50 << 20
	maxPhoto  = 10 << 20
)

const maxHops = 5

// reuse sends a file that came from Telegram by its id: nothing is downloaded,
// and this server may be out of Telegram's reach.
func (o *outbound) reuse(ctx context.Context, p *part) {
	if p.kind == "" || o.Call.WebhookURL == "" || !strings.HasPrefix(p.address, o.Call.WebhookURL+media.Path) {
		return
	}
	id, ok := o.files.ID(ctx, o.Call, p.address)
	parts := strings.SplitN(id, " ", 3)
	if !ok || len(parts) != 3 || p.Caption != "" && (parts[0] == kindSticker || parts[0] == kindVideoNote) {
		return // those have no caption
	}
	p.turn(parts[0]) // Telegram does not change a file's kind
	*p.file() = parts[2]
}

// upload reads the file and sends it along.
func (o *outbound) upload(ctx context.Context, p *part, out any) error {
	content, err := o.read(ctx, p.address)
	if err != nil {
		return err
	}
	if p.kind == kindPhoto && len(content) > maxPhoto {
		p.turn(kindDocument)
	}
	body, contentType, err := form(p, content)
	if err != nil {
		return err
	}
	err = o.client.post(ctx, uploadTimeout, p.method, contentType, bytes.NewReader(body), out)
	if p.kind == kindPhoto && describedAs(err, photoTexts...) {
		p.turn(kindDocument)
		if body, contentType, err = form(p, content); err != nil {
			return err
		}
		err = o.client.post(ctx, uploadTimeout, p.method, contentType, bytes.NewReader(body), out)
	}
	return err
}

// read reads the file that is in an address, or at it.
func (s *service) read(ctx context.Context, address string) ([]byte, error) {
	if strings.HasPrefix(address, media.DataScheme) {
		_, content, err := media.ReadData(address)
		return content, err
	}
	return s.fetch(ctx, address)
}

// fetch reads the file at an address that the bot gave. The addresses that it
// redirects to are checked like the first.
func (s *service) fetch(ctx context.Context, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	for range maxHops {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return nil, cannotFetch("its address is not http or https", true)
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
		if err != nil {
			return nil, cannotFetch("its address is not valid", true)
		}
		req.Header.Set("User-Agent", "bellhop/1.0")
		resp, err := s.fetcher.Do(req)
		if err != nil {
			return nil, cannotFetch("it cannot be reached from this server: "+reason(err), chatkit.IsPrivateAddress(err))
		}
		content, next, err := readFile(resp, u)
		if err != nil || next == "" {
			return content, err
		}
		address = next
	}
	return nil, cannotFetch("it redirects too often", true)
}

// reason is why there was no answer, without the address that url.Error adds.
func reason(err error) string {
	if u, ok := err.(*url.Error); ok { //nolint:errorlint // the outermost is the one with the address
		return u.Err.Error()
	}
	return err.Error()
}

// readFile reads an answer to its end, or returns the address that it redirects to.
func readFile(resp *http.Response, from *url.URL) (content []byte, next string, err error) {
	defer resp.Body.Close() //nolint:errcheck // it was read
	if to := resp.Header.Get("Location"); resp.StatusCode/100 == 3 && to != "" {
		u, err := from.Parse(to)
		if err != nil {
			return nil, "", cannotFetch("it redirects to no address", true)
		}
		return nil, u.String(), nil
	}
	if resp.StatusCode != http.StatusOK {
		return nil, "", cannotFetch(fmt.Sprintf("it answers %d", resp.StatusCode), resp.StatusCode < 500)
	}
	content, err = io.ReadAll(io.LimitReader(resp.Body, maxUpload+1))
	switch {
	case err != nil:
		return nil, "", cannotFetch("it broke off", false)
	case len(content) > maxUpload:
		return nil, "", cannotFetch("it has more than 50 MB, which is all that a bot can send", true)
	case len(content) == 0:
		return nil, "", cannotFetch("it is empty", true)
	}
	return content, "", nil
}

func cannotFetch(why string, final bool) error {
	return &chatkit.Error{
		Vendor: vendor, Message: "it could not read the file at its address, and neither could this server, to send it along: " + why,
		Final: final, Temporary: !final, Remedy: "give an address that is open to the internet",
	}
}

// form writes a part as a form with the file.
func form(p *part, content []byte) (body []byte, contentType string, err error) {
	plain := *p
	*plain.file() = "" // left out, for the file stands under its name
	raw, err := json.Marshal(&plain)
	if err != nil {
		return nil, "", fmt.Errorf("write the call of %s: %w", p.method, err)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, "", fmt.Errorf("write the call of %s: %w", p.method, err)
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, value := range members {
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value) // numbers and objects go as JSON
		}
		if err := w.WriteField(name, text); err != nil {
			return nil, "", err
		}
	}
	f, err := w.CreateFormFile(p.kind, cmp.Or(p.name, "file"))
	if err != nil {
		return nil, "", err
	}
	if _, err := f.Write(content); err != nil {
		return nil, "", err
	}
	if err := w.Close(); err != nil { // it writes the end
		return nil, "", err
	}
	return b.Bytes(), w.FormDataContentType(), nil
}
