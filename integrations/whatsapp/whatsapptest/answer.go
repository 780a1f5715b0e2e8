package whatsapptest

import (
	"encoding/json"
	"io"
	"net/http"
)

// readBody reads what was sent, and once more as JSON where it is some.
func readBody(r *http.Request) (raw []byte, body json.RawMessage) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, 32<<20))
	if err != nil || !json.Valid(raw) {
		return raw, nil
	}
	return raw, raw
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func refuse(w http.ResponseWriter, status, code int, message string) {
	refuseDetails(w, status, code, message, "")
}

func refuseSub(w http.ResponseWriter, status, code, subcode int, message string) {
	write(w, status, map[string]any{"message": message, "type": "OAuthException", "code": code, "error_subcode": subcode, "fbtrace_id": "Az8or2yhqkZ"})
}

func refuseDetails(w http.ResponseWriter, status, code int, message, details string) {
	e := map[string]any{"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "Az8or2yhqkZ"}
	if details != "" {
		e["error_data"] = map[string]string{"messaging_product": "whatsapp", "details": details}
	}
	write(w, status, e)
}

func write(w http.ResponseWriter, status int, e map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": e})
}
