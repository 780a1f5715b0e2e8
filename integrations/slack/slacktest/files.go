package slacktest

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

const (
	uploadPath   = "/upload/v1/"
	downloadPath = "/files-pri/"
)

// File is a file of the workspace.
type File struct {
	ID, Name, Title, Type string
	Content               []byte
	// Elsewhere is what Slack names as its address in place of its own.
	Elsewhere string
	// Page is what a download gets in place of the file, as a page to sign in.
	Page string

	length   int // that was announced
	uploaded bool
	shares   map[string]string // the message that shows it, by channel
}

// Keep makes a file that a person sent known.
func (f *Fake) Keep(file *File) {
	f.mu.Lock()
	defer f.mu.Unlock()
	file.uploaded = true
	f.files[file.ID] = file
}

// Describe is the file as Slack tells of it.
func (f *Fake) Describe(id string) map[string]any {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.describeFile(f.files[id])
}

func (f *Fake) describeFile(file *File) map[string]any {
	address := f.URL + downloadPath + TeamID + "-" + file.ID + "/" + file.Name
	if file.Elsewhere != "" {
		address = file.Elsewhere
	}
	shares := map[string]any{}
	for channel, ts := range file.shares {
		shares[channel] = []any{map[string]any{"ts": ts, "reply_users": []any{}, "reply_users_count": 0, "reply_count": 0}}
	}
	return map[string]any{
		"id": file.ID, "created": 1764000000, "timestamp": 1764000000, "name": file.Name, "title": file.Title, "mimetype": file.Type, "filetype": "x",
		"mode": "hosted", "size": len(file.Content), "url_private": address, "url_private_download": address, "is_external": false,
		"shares": map[string]any{"public": shares},
	}
}

func (f *Fake) filesMethod(name string, args map[string]any) (map[string]any, refusal) {
	switch name {
	case "files.info":
		id, _ := args["file"].(string)
		file := f.files[id]
		if file == nil {
			return no("file_not_found")
		}
		return yes(map[string]any{"file": f.describeFile(file)})
	case "files.getUploadURLExternal":
		f.count++
		file := &File{ID: fmt.Sprintf("F0UP%d", f.count), shares: map[string]string{}}
		file.Name, _ = args["filename"].(string)
		length, _ := args["length"].(float64)
		file.length = int(length)
		f.files[file.ID] = file
		return yes(map[string]any{"upload_url": f.URL + uploadPath + file.ID, "file_id": file.ID})
	}
	return f.complete(args)
}

func (f *Fake) complete(args map[string]any) (map[string]any, refusal) {
	c, code := f.channel(args, "channel_id")
	if code != "" {
		return no(code)
	}
	list, _ := args["files"].([]any)
	if len(list) == 0 {
		return no("invalid_arguments", "[ERROR] files is empty")
	}
	thread, _ := args["thread_ts"].(string)
	if thread != "" && c.message(thread) == nil {
		return no("thread_not_found")
	}
	m := &Message{TS: f.now(), ThreadTS: thread, User: BotUserID}
	out := []any{}
	for _, item := range list {
		o, _ := item.(map[string]any)
		id, _ := o["id"].(string)
		file := f.files[id]
		if file == nil || !file.uploaded {
			return no("file_not_found")
		}
		if file.shares[c.ID] != "" {
			return no("file_update_failed")
		}
		file.Title, _ = o["title"].(string)
		file.shares[c.ID] = m.TS
		m.Files = append(m.Files, id)
		out = append(out, map[string]any{"id": id, "title": file.Title})
	}
	c.Messages = append(c.Messages, m)
	return yes(map[string]any{"files": out})
}

func (f *Fake) upload(w http.ResponseWriter, r *http.Request) {
	content, err := io.ReadAll(r.Body)
	f.mu.Lock()
	defer f.mu.Unlock()
	file := f.files[strings.TrimPrefix(r.URL.Path, uploadPath)]
	switch {
	case err != nil:
		http.Error(w, "cut", http.StatusBadRequest)
		return
	case file == nil || r.Method != http.MethodPost:
		http.NotFound(w, r)
		return
	case strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/"):
		content, err = part(r.Header, content)
		if err != nil {
			http.Error(w, "form", http.StatusBadRequest)
			return
		}
	}
	f.calls = append(f.calls, Call{Method: "upload", Args: map[string]any{"name": file.Name, "bytes": len(content)}})
	f.tokensOf = append(f.tokensOf, r.Header.Get("Authorization"))
	if len(content) != file.length {
		http.Error(w, "the length is not the announced one", http.StatusBadRequest)
		return
	}
	file.Content, file.uploaded = content, true
	_, _ = fmt.Fprintf(w, "OK - %d", len(content))
}

// part is the first part of a form's body.
func part(h http.Header, body []byte) ([]byte, error) {
	r := &http.Request{Method: http.MethodPost, Header: h, Body: io.NopCloser(strings.NewReader(string(body)))}
	form, err := r.MultipartReader()
	if err != nil {
		return nil, err
	}
	p, err := form.NextPart()
	if err != nil {
		return nil, err
	}
	return io.ReadAll(p)
}

func (f *Fake) download(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	rest := strings.TrimPrefix(r.URL.Path, downloadPath+TeamID+"-")
	id, _, _ := strings.Cut(rest, "/")
	file := f.files[id]
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	_, known := f.tokens[token]
	switch {
	case file == nil:
		http.NotFound(w, r)
	case !known || f.revoked[token] || !slices.Contains(f.scopes, "files:read"):
		http.Redirect(w, r, "https://bellhop.slack.com/?redir=x", http.StatusFound)
	case file.Page != "":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, file.Page)
	default:
		w.Header().Set("Content-Type", file.Type)
		_, _ = w.Write(file.Content)
	}
}

// UploadTokens are the Authorization headers that came with bytes: an upload
// has its permission in the address, and needs none.
func (f *Fake) UploadTokens() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.tokensOf)
}
