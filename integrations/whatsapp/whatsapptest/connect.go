package whatsapptest

import (
	"encoding/json"
	"net/http"
)

// What the fake knows of an account that is connected in a browser.
const (
	Code = "fake-code-of-the-dialog"
	// CallbackURL is where the dialog leads back to.
	CallbackURL = "https://bellhop.test/webhooks/hook/oauth/callback"
)

// Share makes debug_token tell of these accounts for each permission.
func (f *Fake) Share(accounts map[string][]string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.shared = accounts
}

// accept answers what fits the contract with success.
func (f *Fake) accept(w http.ResponseWriter, schema string, body json.RawMessage) {
	if body == nil {
		body = json.RawMessage("{}")
	}
	if err := check(f.schema.others[schema], body); err != nil {
		refuseDetails(w, 400, 100, "(#100) Invalid parameter", err.Error())
		return
	}
	answer(w, map[string]bool{"success": true})
}

// exchange takes the dialog's code for a token, once.
func (f *Fake) exchange(w http.ResponseWriter, body json.RawMessage) {
	var in map[string]string
	if json.Unmarshal(body, &in) != nil || in["grant_type"] != "authorization_code" || in["client_id"] != AppID || in["client_secret"] != AppSecret {
		refuse(w, 400, 101, "Error validating application. Cannot get application info due to a system error.")
		return
	}
	if in["redirect_uri"] != CallbackURL {
		refuseSub(w, 400, 100, 36008, "Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request")
		return
	}
	if in["code"] != Code || f.used {
		refuseSub(w, 400, 100, 36009, "This authorization code has been used.")
		return
	}
	f.used = true
	answer(w, map[string]any{"access_token": Token, "token_type": "bearer"})
}

func (f *Fake) debugToken(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("input_token") != Token {
		refuse(w, 400, 100, "(#100) The parameter input_token is not valid")
		return
	}
	shared := f.shared
	if shared == nil {
		shared = map[string][]string{"whatsapp_business_management": {AccountID}, "whatsapp_business_messaging": {AccountID}}
	}
	scopes := []any{}
	for name, ids := range shared {
		scopes = append(scopes, map[string]any{"scope": name, "target_ids": ids})
	}
	answer(w, map[string]any{"data": map[string]any{"app_id": AppID, "is_valid": true, "type": "SYSTEM_USER", "granular_scopes": scopes}})
}
