package whatsapp

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
)

// Meta's codes that the integration does something about.
const (
	codeToken     = 190
	codeWindow    = 131047
	codeParameter = 100
	// subcodeNoObject says that an id is wrong or not the token's to use.
	subcodeNoObject = 33
)

// graphError is Meta's error.
type graphError struct {
	Message   string `json:"message"`
	Type      string `json:"type"`
	Code      int    `json:"code"`
	Subcode   int    `json:"error_subcode"`
	Transient bool   `json:"is_transient"`
	Data      struct {
		Details string `json:"details"`
	} `json:"error_data"`
}

// refusal reads an answer that is not a success.
func refusal(resp *http.Response, raw []byte) error {
	e := &chatkit.Error{Vendor: vendor, Status: resp.StatusCode, RetryAfter: chatkit.RetryAfterHeader(resp.Header, time.Now())}
	var body struct {
		Error graphError `json:"error"`
	}
	if json.Unmarshal(raw, &body) != nil || body.Error.Code == 0 && body.Error.Message == "" {
		return e
	}
	g := &body.Error
	e.Code, e.Message = strconv.Itoa(g.Code), g.Message
	if g.Data.Details != "" && !strings.Contains(g.Message, g.Data.Details) {
		e.Message = strings.TrimSuffix(g.Message, ".") + ": " + g.Data.Details
	}
	e.Remedy = remedy(g.Code)
	if g.Code == codeParameter && g.Subcode == subcodeNoObject {
		e.Remedy = "check the ids in the configuration, and that the token may use them"
	}
	switch {
	case throttled(g.Code), temporary(g.Code), g.Transient:
		e.Temporary = true
	case g.Code != 0 && resp.StatusCode < http.StatusInternalServerError && resp.StatusCode != http.StatusTooManyRequests:
		e.Final = true
	}
	return e
}

// throttled reports whether the code asks to go slower.
func throttled(code int) bool {
	switch code {
	case 4, 80007, 130429, 131056:
		return true
	}
	return false
}

// temporary reports whether the code is a fault of Meta's that passes.
func temporary(code int) bool {
	switch code {
	case 1, 2, 131000, 131016, 131057, 133004, 133006:
		return true
	}
	return false
}

// remedy says in words what to do about the code; empty when nothing is known.
func remedy(code int) string {
	switch code {
	case codeToken, 0:
		return "the access token is expired, revoked or mistyped: make a new one for the system user and put it into the configuration"
	case 3, 10, 200, 131005:
		return "give the system user full control of the app and the WhatsApp account, and the token whatsapp_business_messaging and whatsapp_business_management"
	case 33:
		return "the number was deleted from the WhatsApp account"
	case 368, 131031:
		return "Meta restricted the account: see Business Support Home"
	case 130472, 131026:
		return "the person cannot get it: the number has no WhatsApp, the app is too old or its terms are not accepted"
	case 131021:
		return "the bot cannot write to its own number"
	case 131030:
		return "a test number only writes to the numbers listed under WhatsApp > API setup: add this one, or use a real number"
	case 131042:
		return "add or mend the payment method of the WhatsApp account"
	case codeWindow:
		return "the person's last message is over 24 hours old, and then only a template may be sent: use the action sendTemplateMessage"
	case 131048:
		return "too many people blocked or reported the number: see its quality in WhatsApp Manager"
	case 131049, 131050:
		return "this person gets no more marketing templates for now"
	case 131051, 131052, 131053:
		return "WhatsApp could not fetch the media or does not take its kind or size"
	case 132000, 132012, 132018:
		return "the parameters do not fit the template: the action listTemplates shows it"
	case 132001:
		return "there is no approved template of this name and language: the action listTemplates shows them"
	case 132015, 132016:
		return "the template was paused or disabled for its quality: use another one"
	case 133010:
		return "register the number in WhatsApp Manager first"
	}
	return ""
}

// steer is chatkit.Classify with Meta's way of waiting: 4^attempt seconds, for
// it sends no Retry-After.
func steer(call *integration.Call, err error) error {
	if e, ok := errors.AsType[*chatkit.Error](err); ok && e.RetryAfter == 0 {
		if code, _ := strconv.Atoi(e.Code); throttled(code) || e.Status == http.StatusTooManyRequests {
			wait := *e
			wait.RetryAfter = time.Second << (2 * min(max(call.Attempt, 1), 6))
			return chatkit.Classify(&wait)
		}
	}
	return chatkit.Classify(err)
}
