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

// vendor is WhatsApp's name in errors.
const vendor = "WhatsApp"

// Meta's codes that the integration handles itself.
const (
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
	if g.Code == codeParameter && g.Subcode == subcodeNoObject {
		e.Remedy = "check the ids in the configuration, and that the token may use them"
	}
	refusals.Apply(e)
	switch {
	case e.Temporary:
	case g.Transient:
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

// pageErrors describes the codes.
const pageErrors = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes"

// refusals are the errors of Meta that are retried, or have a remedy. Any other
// code is final.
var refusals = chatkit.Refusals{
	{Code: "4", Verdict: chatkit.Retry, Source: pageErrors},
	{Code: "80007", Verdict: chatkit.Retry, Source: pageErrors},
	{Code: "130429", Verdict: chatkit.Retry, Source: pageErrors},
	{Code: "131056", Verdict: chatkit.Retry, Source: pageErrors},
	{Code: "1", Verdict: chatkit.Retry, Source: pageErrors},
	{Code: "2", Verdict: chatkit.Retry, Source: pageErrors},
	{Code: "131000", Verdict: chatkit.Retry, Source: pageErrors},
	{Code: "131016", Verdict: chatkit.Retry, Source: pageErrors},
	{Code: "131057", Verdict: chatkit.Retry, Source: pageErrors},
	{Code: "133004", Verdict: chatkit.Retry, Source: pageErrors},
	{Code: "133006", Verdict: chatkit.Retry, Source: pageErrors},
	{Code: "190", Source: pageErrors, Remedy: wrongToken},
	{Code: "0", Source: pageErrors, Remedy: wrongToken},
	{Code: "3", Source: pageErrors, Remedy: missingRights},
	{Code: "10", Source: pageErrors, Remedy: missingRights},
	{Code: "200", Source: pageErrors, Remedy: missingRights},
	{Code: "131005", Source: pageErrors, Remedy: missingRights},
	{Code: "33", Source: pageErrors, Remedy: "the number was deleted from the WhatsApp account"},
	{Code: "368", Source: pageErrors, Remedy: restricted},
	{Code: "131031", Source: pageErrors, Remedy: restricted},
	{Code: "130472", Source: pageErrors, Remedy: unreachable},
	{Code: "131026", Source: pageErrors, Remedy: unreachable},
	{Code: "131021", Source: pageErrors, Remedy: "the bot cannot write to its own number"},
	{Code: "131030", Source: pageErrors, Remedy: "a test number only writes to the numbers listed under WhatsApp > API setup: add this one, or use a real number"},
	{Code: "131042", Source: pageErrors, Remedy: "add or fix the payment method of the WhatsApp account"},
	{Code: "131047", Source: pageErrors, Remedy: "the person's last message is over 24 hours old, and then only a template may be sent: use the action sendTemplateMessage"},
	{Code: "131048", Source: pageErrors, Remedy: "too many people blocked or reported the number: see its quality in WhatsApp Manager"},
	{Code: "131049", Source: pageErrors, Remedy: noMarketing},
	{Code: "131050", Source: pageErrors, Remedy: noMarketing},
	{Code: "131051", Source: pageErrors, Remedy: mediaNotTaken},
	{Code: "131052", Source: pageErrors, Remedy: mediaNotTaken},
	{Code: "131053", Source: pageErrors, Remedy: mediaNotTaken},
	{Code: "132000", Source: pageErrors, Remedy: wrongParameters},
	{Code: "132012", Source: pageErrors, Remedy: wrongParameters},
	{Code: "132018", Source: pageErrors, Remedy: wrongParameters},
	{Code: "132001", Source: pageErrors, Remedy: "there is no approved template of this name and language: the action listTemplates shows them"},
	{Code: "132015", Source: pageErrors, Remedy: templateOff},
	{Code: "132016", Source: pageErrors, Remedy: templateOff},
	{Code: "133010", Source: pageErrors, Remedy: "register the number in WhatsApp Manager first"},
}

// Remedies of several codes.
const (
	wrongToken      = "the access token is expired, revoked or mistyped: make a new one for the system user and put it into the configuration"
	missingRights   = "give the system user full control of the app and the WhatsApp account, and the token whatsapp_business_messaging and whatsapp_business_management"
	restricted      = "Meta restricted the account: see Business Support Home"
	unreachable     = "the person cannot get it: the number has no WhatsApp, the app is too old or its terms are not accepted"
	noMarketing     = "this person gets no more marketing templates for now"
	mediaNotTaken   = "WhatsApp could not fetch the media or does not take its kind or size"
	wrongParameters = "the parameters do not fit the template: the action listTemplates shows it"
	templateOff     = "the template was paused or disabled for its quality: use another one"
)

// remedy is the remedy for the code; empty if there is none.
func remedy(code int) string {
	e := &chatkit.Error{Code: strconv.Itoa(code)}
	refusals.Apply(e)
	return e.Remedy
}

// backOff returns err with the wait that Meta asks for without a Retry-After:
// 4^attempt seconds where it asks to slow down. A call without an answer waits
// for the status of the part, which proves that WhatsApp has it.
func backOff(call *integration.Call, err error) error {
	e, ok := errors.AsType[*chatkit.Error](err)
	if !ok || e.RetryAfter > 0 {
		return err
	}
	later := *e
	code, _ := strconv.Atoi(e.Code)
	switch {
	case throttled(code) || e.Status == http.StatusTooManyRequests:
		later.RetryAfter = time.Second << (2 * min(max(call.Attempt, 1), 6))
	case e.Status == 0 && e.Code == "":
		later.RetryAfter = statusWait
	}
	return &later
}

// statusWait is how long the status of a part takes to arrive, generously.
const statusWait = 15 * time.Second
