package whatsapptest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
)

const mediaPath = "/media/"

// Media is a file that a person sent.
type Media struct {
	ID, Type string
	Content  []byte
	// Elsewhere redirects the download there.
	Elsewhere string
	// URL is what the description gives in place of the fake's own address.
	URL string
}

// Keep makes the file known under its id.
func (f *Fake) Keep(m *Media) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.media[m.ID] = m
}

func (f *Fake) describe(w http.ResponseWriter, m *Media) {
	sum := sha256.Sum256(m.Content)
	address := m.URL
	if address == "" {
		address = f.URL + mediaPath + m.ID
	}
	answer(w, map[string]string{
		"messaging_product": "whatsapp", "id": m.ID, "url": address, "mime_type": m.Type,
		"sha256": hex.EncodeToString(sum[:]), "file_size": strconv.Itoa(len(m.Content)),
	})
}

func (f *Fake) download(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	m := f.media[r.URL.Path[len(mediaPath):]]
	f.calls = append(f.calls, Call{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery})
	f.mu.Unlock()
	switch {
	case r.Header.Get("Authorization") != "Bearer "+Token:
		http.Error(w, "no token", http.StatusUnauthorized)
	case m == nil:
		http.NotFound(w, r)
	case m.Elsewhere != "":
		http.Redirect(w, r, m.Elsewhere, http.StatusFound)
	default:
		w.Header().Set("Content-Type", m.Type)
		_, _ = w.Write(m.Content)
	}
}

// kinds are the types of files that WhatsApp takes, with their limits in
// bytes (Meta's page on supported media types).
func kinds() map[string]int {
	const mb = 1 << 20
	all := map[string]int{"image/jpeg": 5 * mb, "image/png": 5 * mb, "image/webp": mb / 2}
	for _, typ := range []string{"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "video/3gpp", "video/mp4"} {
		all[typ] = 16 * mb
	}
	for _, typ := range []string{"text/plain", "application/pdf", "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"} {
		all[typ] = 100 * mb
	}
	return all
}

// upload takes POST /{phone}/media: a form with exactly the three members.
func (f *Fake) upload(w http.ResponseWriter, contentType string, raw []byte) {
	_, params, err := mime.ParseMediaType(contentType)
	form := map[string]string{}
	var typ string
	var content []byte
	for r := multipart.NewReader(bytes.NewReader(raw), params["boundary"]); err == nil; {
		var p *multipart.Part
		if p, err = r.NextPart(); err != nil {
			break
		}
		value, _ := io.ReadAll(p)
		form[p.FormName()] = string(value)
		if p.FormName() == "file" {
			typ, content = p.Header.Get("Content-Type"), value
		}
	}
	if form["messaging_product"] != "whatsapp" || len(form) != 3 || content == nil || form["type"] != typ {
		refuse(w, 400, 100, "(#100) The parameters messaging_product, type and file are required, and no others")
		return
	}
	limit, ok := kinds()[typ]
	if !ok {
		refuse(w, 400, 100, "(#100) Param file must be a file with one of the following types: audio/aac, ... Received file of type '"+typ+"'.")
		return
	}
	if len(content) > limit {
		refuse(w, 400, 100, fmt.Sprintf("(#100) Param file must be at most %d bytes", limit))
		return
	}
	f.next++
	m := &Media{ID: fmt.Sprintf("up%d", f.next), Type: typ, Content: content}
	f.media[m.ID], f.uploaded = m, append(f.uploaded, m)
	answer(w, map[string]string{"id": m.ID})
}

// Uploaded returns the files that were uploaded, in order.
func (f *Fake) Uploaded() []*Media {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]*Media(nil), f.uploaded...)
}

// checkMedia refuses media that are neither uploaded nor on the web.
func (f *Fake) checkMedia(body json.RawMessage) error {
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return err
	}
	return f.checkMediaIn(v)
}

func (f *Fake) checkMediaIn(v any) error {
	switch v := v.(type) {
	case []any:
		for _, inner := range v {
			if err := f.checkMediaIn(inner); err != nil {
				return err
			}
		}
	case map[string]any:
		for name, inner := range v {
			m, ok := inner.(map[string]any)
			if !ok || !strings.Contains(" image audio video document sticker ", " "+name+" ") {
				if err := f.checkMediaIn(inner); err != nil {
					return err
				}
				continue
			}
			id, byID := m["id"].(string)
			link, byLink := m["link"].(string)
			switch {
			case byID == byLink:
				return fmt.Errorf("%s needs an id or a link, and not both", name)
			case byID && f.media[id] == nil:
				return fmt.Errorf("%s: media ID %s not found", name, id)
			case byLink && !strings.HasPrefix(link, "https://") && !strings.HasPrefix(link, "http://"):
				return fmt.Errorf("%s: link is not a valid URI", name)
			}
		}
	}
	return nil
}
