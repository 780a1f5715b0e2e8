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

// vendor names the system in errors.
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
	e := &chatkit.Error{Vendor: vendor, Status: http.StatusOK, Code: said.Err, Message: method, Remedy: remedy(said.Err)}
	switch said.Err {
	case "ratelimited", "rate_limited":
		e.RetryAfter = time.Second
	case "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org", "external_channel_migrating":
		e.Temporary = true
	case "missing_scope":
		if said.Needed != "" {
			e.Remedy = "add the scope " + strings.ReplaceAll(said.Needed, ",", " or ") + " to the app and install it again"
		}
	}
	if details := said.ResponseMetadata.Messages; len(details) > 0 {
		e.Message += ": " + chatkit.ClipTag(strings.Join(details, "; "))
	}
	return e
}

// remedy says in words what to do about a code; empty when nothing is known.
func remedy(code string) string {
	switch code {
	case "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive":
		return "the token is wrong, revoked or of an app that was removed: install the app again at Slack and put the new token into the configuration"
	case "not_in_channel", "channel_not_found":
		return "invite the bot into the channel (/invite @name), and check the channel's id"
	case "is_archived":
		return "the channel is archived"
	case "missing_scope":
		return "add the scope to the app and install it again"
	case "messages_tab_disabled":
		return "switch on the Messages tab at Slack, under App Home"
	case "restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel",
		"restricted_action_non_threadable_channel", "restricted_action_thread_locked":
		return "the workspace does not let the bot write there: ask an admin of it"
	case "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long":
		return "the blocks do not fit Slack's Block Kit; for pictures, Slack must be able to open their addresses"
	case "file_uploads_disabled", "file_uploads_except_images_disabled", "file_type_not_allowed", "file_upload_size_restricted", "storage_limit_reached":
		return "the workspace does not take this file: ask an admin of it"
	case "cannot_dm_bot", "user_not_found", "user_disabled", "user_not_visible":
		return "the person cannot be written to: check the user's id"
	case "bad_client_secret", "invalid_client_id":
		return "check the client ID and the client secret in the configuration"
	case "bad_redirect_uri":
		return "add this installation's redirect address at Slack, under OAuth & Permissions > Redirect URLs"
	case "pkce_not_allowed", "invalid_code_verifier":
		return "PKCE is not enabled for the app: switch it off in the configuration"
	case "invalid_refresh_token":
		return "the connection to Slack is lost: register the installation again and connect it by the link that it shows"
	case "cannot_reply_to_message":
		return "Slack allows no thread below this kind of message"
	}
	return ""
}
