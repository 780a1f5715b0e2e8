package whatsapp

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"

	"github.com/bellhop-dev/bellhop/integration/media"
)

// upload gives Meta the media of the part that stand in their address
// themselves, for it opens only addresses of the web.
func (s *service) upload(ctx context.Context, c *settings, phoneID string, p *part) error {
	for _, m := range p.media() {
		if m == nil || !strings.HasPrefix(m.Link, media.DataScheme) {
			continue
		}
		typ, content, err := media.ReadData(m.Link)
		if err != nil {
			return err
		}
		id, err := s.uploadFile(ctx, c, phoneID, typ, cmp.Or(m.Filename, "file"), content)
		if err != nil {
			return err
		}
		m.ID, m.Link = id, ""
	}
	return nil
}

// media are the media of the part; some are nil.
func (p *part) media() []*partMedia {
	all := []*partMedia{p.Image, p.Audio, p.Video, p.Document, p.Sticker}
	if i, ok := p.Interactive.(*interactive); ok {
		headers := []*header{i.Header}
		for _, card := range i.Action.Cards {
			headers = append(headers, card.Header)
		}
		for _, h := range headers {
			if h != nil {
				all = append(all, h.Image)
			}
		}
	}
	return all
}

// uploadFile gives Meta a file and returns its id.
func (s *service) uploadFile(ctx context.Context, c *settings, phoneID, typ, name string, content []byte) (string, error) {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	head := textproto.MIMEHeader{"Content-Type": {typ}}
	head.Set("Content-Disposition", mime.FormatMediaType("form-data", map[string]string{"name": "file", "filename": name}))
	file, err := w.CreatePart(head)
	if err == nil {
		_, err = file.Write(content)
	}
	for _, field := range [][2]string{{"messaging_product", "whatsapp"}, {"type", typ}} {
		if err == nil {
			err = w.WriteField(field[0], field[1])
		}
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return "", fmt.Errorf("write the media: %w", err)
	}
	var out struct {
		ID string `json:"id"`
	}
	err = s.client(c).do(ctx, request{
		method: http.MethodPost, path: url.PathEscape(phoneID) + "/media", contentType: w.FormDataContentType(), body: form.Bytes(),
	}, &out)
	return out.ID, err
}
