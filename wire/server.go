package wire

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
)

// DefaultMaxBody is the largest call body that HTTPHandler reads.
const DefaultMaxBody = 100 << 20

// ServerConfig configures HTTPHandler; the zero value is usable.
type ServerConfig struct {
	// Secret, when set, is the signing secret: unsigned calls are refused
	// with 401.
	Secret string
	// MaxBody is the largest body in bytes; 0 means DefaultMaxBody.
	MaxBody int64
	// Now is the clock for signatures; nil means time.Now.
	Now func() time.Time
}

// HTTPHandler serves h over HTTP in the contract's form: POST with the
// headers of this package, any path; /health answers 200 "ok" to any method.
// An error of h becomes a 500 whose text does not leave the process.
func HTTPHandler(h Handler, cfg ServerConfig) http.Handler {
	if cfg.MaxBody == 0 {
		cfg.MaxBody = DefaultMaxBody
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/health" {
			_, _ = io.WriteString(w, "ok")
			return
		}
		serve(w, r, h, &cfg)
	})
}

func serve(w http.ResponseWriter, r *http.Request, h Handler, cfg *ServerConfig) {
	if r.Method != http.MethodPost {
		refuse(w, http.StatusMethodNotAllowed, "MethodNotFound", "calls into code are POST requests")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, cfg.MaxBody))
	if err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			refuse(w, http.StatusRequestEntityTooLarge, "PayloadTooLarge", "the body is too large")
			return
		}
		refuse(w, http.StatusBadRequest, "InvalidPayload", "the body could not be read")
		return
	}
	if cfg.Secret != "" {
		if err := Verify(cfg.Secret, r.Header.Get(HeaderSignature), cfg.Now(), body); err != nil {
			refuse(w, http.StatusUnauthorized, "Unauthorized", err.Error())
			return
		}
	}
	req, err := Decode(r.Header)
	if err != nil {
		refuse(w, http.StatusBadRequest, "InvalidPayload", err.Error())
		return
	}
	req.Body = body
	resp, err := h.Handle(r.Context(), req)
	if err != nil {
		refuse(w, http.StatusInternalServerError, "Internal", "the handler could not answer")
		return
	}
	write(w, resp)
}

func write(w http.ResponseWriter, resp *Response) {
	if resp == nil {
		resp = &Response{}
	}
	for key, values := range resp.Header {
		w.Header()[http.CanonicalHeaderKey(key)] = values
	}
	if len(w.Header()["Content-Type"]) == 0 {
		w.Header()["Content-Type"] = nil // no sniffing: the handler decides
	}
	status := resp.Status
	if status == 0 {
		status = http.StatusOK
	}
	w.WriteHeader(status)
	_, _ = w.Write(resp.Body)
}

func refuse(w http.ResponseWriter, status int, typ, message string) {
	body, _ := json.Marshal(map[string]any{"id": "", "code": status, "type": typ, "message": message})
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
