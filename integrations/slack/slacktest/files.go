package slacktest

import "net/http"

const (
	uploadPath   = "/upload/v1/"
	downloadPath = "/files-pri/"
)

// File is a file of the workspace.
type File struct {
	ID, Name, Title, Type string
	Content               []byte
}

func (f *Fake) upload(w http.ResponseWriter, r *http.Request)   { http.NotFound(w, r) }
func (f *Fake) download(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }
