package whatsapptest

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
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
