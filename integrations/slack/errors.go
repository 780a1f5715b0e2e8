package slack

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
)

// vendor is Slack's name in errors.
const vendor = "Slack"

// isCode reports whether Slack refused with one of the codes.
func isCode(err error, codes ...string) bool {
	code := ""
	if e, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		code = e.Err
	} else if e, ok := errors.AsType[*chatkit.Error](err); ok {
		code = e.Code
	}
	return slices.Contains(codes, code)
}

// refusal reads what slack-go returned of a call that went wrong.
func refusal(method string, err error) *chatkit.Error {
	if e, ok := errors.AsType[*chatkit.Error](err); ok {
		return e
	}
	if limited, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		return &chatkit.Error{
			Vendor: vendor, Status: http.StatusTooManyRequests, Code: "ratelimited", Message: method + " is used too often",
			RetryAfter: max(limited.RetryAfter, time.Second),
		}
	}
	if unread, ok := errors.AsType[*strconv.NumError](err); ok {
		// slack-go reads whole seconds only; a proxy may write a date.
		return &chatkit.Error{
			Vendor: vendor, Status: http.StatusTooManyRequests, Code: "ratelimited", Message: method + " is used too often",
			RetryAfter: chatkit.RetryAfterHeader(http.Header{"Retry-After": {unread.Num}}, time.Now()),
		}
	}
	if status, ok := errors.AsType[slack.StatusCodeError](err); ok {
		return &chatkit.Error{Vendor: vendor, Status: status.Code}
	}
	if said, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		return said200(method, &said)
	}
	_, syntax := errors.AsType[*json.SyntaxError](err)
	_, typed := errors.AsType[*json.UnmarshalTypeError](err)
	if syntax || typed {
		return &chatkit.Error{Vendor: vendor, Temporary: true, Message: "the answer to " + method + " cannot be read"}
	}
	e, _ := errors.AsType[*chatkit.Error](chatkit.NoAnswer(vendor, err))
	return e
}

// said200 reads an answer that is not ok: its status is 200 all the same.
func said200(method string, said *slack.SlackErrorResponse) *chatkit.Error {
	e := &chatkit.Error{Vendor: vendor, Status: http.StatusOK, Code: said.Err, Message: method}
	if said.Err == "missing_scope" && said.Needed != "" {
		e.Remedy = "add the scope " + strings.ReplaceAll(said.Needed, ",", " or ") + " to the app and install it again"
	}
	refusals.Apply(e)
	if details := said.ResponseMetadata.Messages; len(details) > 0 {
		e.Message += ": " + chatkit.ClipTag(strings.Join(details, "; "))
	}
	return e
}

// Pages of Slack's documentation.
const (
	pagePost   = "https://docs.slack.dev/reference/methods/chat.postMessage#errors"
	pageTokens = "https://docs.slack.dev/authentication/tokens"
	pageLimits = "https://docs.slack.dev/apis/web-api/rate-limits"
	pageFiles  = "https://docs.slack.dev/reference/methods/files.completeUploadExternal#errors"
	pageOAuth  = "https://docs.slack.dev/reference/methods/oauth.v2.access#errors"
)

// refusals are the errors of the Web API that are retried, or have a remedy.
// Slack answers an error with the status 200: any other code is final.
var refusals = chatkit.Refusals{
	{Code: "ratelimited", Verdict: chatkit.Retry, Wait: time.Second, Source: pageLimits},
	{Code: "rate_limited", Verdict: chatkit.Retry, Wait: time.Second, Source: pageLimits},
	{Code: "internal_error", Verdict: chatkit.Retry, Source: pagePost},
	{Code: "fatal_error", Verdict: chatkit.Retry, Source: pagePost},
	{Code: "service_unavailable", Verdict: chatkit.Retry, Source: pagePost},
	{Code: "request_timeout", Verdict: chatkit.Retry, Source: pagePost},
	{Code: "team_added_to_org", Verdict: chatkit.Retry, Source: pagePost},
	{Code: "external_channel_migrating", Verdict: chatkit.Retry, Source: pagePost},
	{Code: "invalid_auth", Source: pageTokens, Remedy: wrongToken},
	{Code: "not_authed", Source: pageTokens, Remedy: wrongToken},
	{Code: "token_revoked", Source: pageTokens, Remedy: wrongToken},
	{Code: "token_expired", Source: pageTokens, Remedy: wrongToken},
	{Code: "account_inactive", Source: pageTokens, Remedy: wrongToken},
	{Code: "not_in_channel", Source: pagePost, Remedy: inviteBot},
	{Code: "channel_not_found", Source: pagePost, Remedy: inviteBot},
	{Code: "is_archived", Source: pagePost, Remedy: "the channel is archived"},
	{Code: "missing_scope", Source: pageTokens, Remedy: "add the scope to the app and install it again"},
	{Code: "messages_tab_disabled", Source: pagePost, Remedy: "switch on the Messages tab at Slack, under App Home"},
	{Code: "restricted_action", Source: pagePost, Remedy: restricted},
	{Code: "restricted_action_read_only_channel", Source: pagePost, Remedy: restricted},
	{Code: "restricted_action_thread_only_channel", Source: pagePost, Remedy: restricted},
	{Code: "restricted_action_non_threadable_channel", Source: pagePost, Remedy: restricted},
	{Code: "restricted_action_thread_locked", Source: pagePost, Remedy: restricted},
	{Code: "invalid_blocks", Source: pagePost, Remedy: wrongBlocks},
	{Code: "invalid_blocks_format", Source: pagePost, Remedy: wrongBlocks},
	{Code: "msg_blocks_too_long", Source: pagePost, Remedy: wrongBlocks},
	{Code: "file_uploads_disabled", Source: pageFiles, Remedy: fileNotTaken},
	{Code: "file_uploads_except_images_disabled", Source: pageFiles, Remedy: fileNotTaken},
	{Code: "file_type_not_allowed", Source: pageFiles, Remedy: fileNotTaken},
	{Code: "file_upload_size_restricted", Source: pageFiles, Remedy: fileNotTaken},
	{Code: "storage_limit_reached", Source: pageFiles, Remedy: fileNotTaken},
	{Code: "cannot_dm_bot", Source: pagePost, Remedy: unreachable},
	{Code: "user_not_found", Source: pagePost, Remedy: unreachable},
	{Code: "user_disabled", Source: pagePost, Remedy: unreachable},
	{Code: "user_not_visible", Source: pagePost, Remedy: unreachable},
	{Code: "bad_client_secret", Source: pageOAuth, Remedy: wrongClient},
	{Code: "invalid_client_id", Source: pageOAuth, Remedy: wrongClient},
	{Code: "bad_redirect_uri", Source: pageOAuth, Remedy: "add this installation's redirect address at Slack, under OAuth & Permissions > Redirect URLs"},
	{Code: "pkce_not_allowed", Source: pageOAuth, Remedy: noPKCE},
	{Code: "invalid_code_verifier", Source: pageOAuth, Remedy: noPKCE},
	{Code: "invalid_refresh_token", Source: pageOAuth, Remedy: "the connection to Slack is lost: register the installation again and connect it by the link that it shows"},
	{Code: "cannot_reply_to_message", Source: pagePost, Remedy: "Slack allows no thread below this kind of message"},
}

// Remedies of several codes.
const (
	wrongToken   = "the token is wrong, revoked or of an app that was removed: install the app again at Slack and put the new token into the configuration"
	inviteBot    = "invite the bot into the channel (/invite @name), and check the channel's id"
	restricted   = "the workspace does not let the bot write there: ask an admin of it"
	wrongBlocks  = "the blocks do not fit Slack's Block Kit; for pictures, Slack must be able to open their addresses"
	fileNotTaken = "the workspace does not take this file: ask an admin of it"
	unreachable  = "the person cannot be written to: check the user's id"
	wrongClient  = "check the client ID and the client secret in the configuration"
	noPKCE       = "PKCE is not enabled for the app: switch it off in the configuration"
)
