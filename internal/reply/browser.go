package reply

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bellhop-dev/bellhop/internal/notice"
	"github.com/bellhop-dev/bellhop/platform"
)

// ErrorTo is Error where a person's browser may be the caller, who is told
// the same, with the same status, on a page.
func ErrorTo(w http.ResponseWriter, r *http.Request, e *platform.Error) {
	w.Header().Add("Vary", "Accept")
	if !WantsPage(r) {
		Error(w, e)
		return
	}
	title := "This did not work"
	if e.Code == http.StatusNotFound {
		title = "Nothing here"
	}
	body := notice.Page{Title: title, Text: sentence(e.Message), Mark: notice.Bad, Note: e.ID}.HTML()
	notice.Header(w.Header())
	comeBack(w.Header(), e)
	defer Writing(w, int64(len(body)))()
	w.WriteHeader(e.Code)
	_, _ = w.Write(body) // the caller may have gone
}

// WantsPage reports whether a caller prefers a page to JSON: a
// browser that opens an address says so, programs do not.
func WantsPage(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	var page, program float64
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		kind, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		quality := 1.0
		if q, ok := params["q"]; ok {
			if quality, err = strconv.ParseFloat(q, 64); err != nil {
				continue
			}
		}
		switch kind {
		case "text/html":
			page = quality
		case "application/json":
			program = quality
		}
	}
	return page > program
}

// sentence words a message as one: messages begin small and end without a
// stop.
func sentence(message string) string {
	first, size := utf8.DecodeRuneInString(message)
	if size == 0 {
		return ""
	}
	message = string(unicode.ToUpper(first)) + message[size:]
	if !strings.ContainsRune(".!?", rune(message[len(message)-1])) {
		message += "."
	}
	return message
}
