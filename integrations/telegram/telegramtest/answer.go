package telegramtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// refusal is an error in the vendor's form.
type refusal struct {
	code       int
	text       string
	parameters map[string]any
}

func (e *refusal) Error() string { return e.text }

func bad(format string, args ...any) error {
	return &refusal{code: 400, text: "Bad Request: " + fmt.Sprintf(format, args...)}
}

func refuseError(w http.ResponseWriter, err error) {
	e, ok := errors.AsType[*refusal](err)
	if !ok {
		e = &refusal{code: 500, text: "Internal Server Error: " + err.Error()}
	}
	refuse(w, e.code, e.text, e.parameters)
}

func refuse(w http.ResponseWriter, code int, text string, parameters map[string]any) {
	body := map[string]any{"ok": false, "error_code": code, "description": text}
	if parameters != nil {
		body["parameters"] = parameters
	}
	write(w, code, body)
}

func write(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body) // the caller may have gone
}

// input is what came with a call.
type input struct {
	params map[string]any
	files  map[string][]byte
	typed  bool // the parameters came as JSON, not as texts of a form
}

func (in *input) sizes() map[string]int {
	if len(in.files) == 0 {
		return nil
	}
	sizes := map[string]int{}
	for name, content := range in.files {
		sizes[name] = len(content)
	}
	return sizes
}

// attach gives files that a parameter names, as attach://name, the parameter's
// name.
func (in *input) attach() {
	for name, value := range in.params {
		text, _ := value.(string)
		file, ok := strings.CutPrefix(text, "attach://")
		if content, sent := in.files[file]; ok && sent {
			delete(in.files, file)
			delete(in.params, name)
			in.files[name] = content
		}
	}
}

// read reads parameters in each of the forms that Telegram takes.
func read(r *http.Request) (*input, error) {
	in := &input{params: map[string]any{}, files: map[string][]byte{}}
	form := func(values map[string][]string) {
		for name, list := range values {
			in.params[name] = list[0]
		}
	}
	form(r.URL.Query())
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case kind == "application/json":
		in.typed = true
		raw, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		if err != nil || len(raw) > 0 && json.Unmarshal(raw, &in.params) != nil {
			return nil, bad("can't parse JSON object")
		}
	case kind == "multipart/form-data":
		if err := r.ParseMultipartForm(64 << 20); err != nil {
			return nil, bad("can't parse the form")
		}
		form(r.MultipartForm.Value)
		for name, list := range r.MultipartForm.File {
			file, err := list[0].Open()
			if err != nil {
				return nil, bad("can't read the file")
			}
			content, err := io.ReadAll(file)
			if err != nil {
				return nil, bad("can't read the file")
			}
			in.files[name] = content
		}
	case kind == "application/x-www-form-urlencoded":
		if err := r.ParseForm(); err != nil {
			return nil, bad("can't parse the form")
		}
		form(r.PostForm)
	}
	return in, nil
}

// idOf is the number in a member id, however it was written in Go.
func idOf(about map[string]any) int64 { return integer(about["id"]) }

func integer(v any) int64 {
	switch n := v.(type) {
	case int:
		return int64(n)
	case int64:
		return n
	case float64:
		return int64(n)
	case string:
		i, _ := strconv.ParseInt(n, 10, 64)
		return i
	}
	return 0
}
