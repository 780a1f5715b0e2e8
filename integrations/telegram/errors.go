package telegram

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
)

// apiAnswer is what every method answers.
type apiAnswer struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	ErrorCode   int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter float64 `json:"retry_after"`
		MigrateTo  int64   `json:"migrate_to_chat_id"`
	} `json:"parameters"`
}

// migratedError says that the chat became a supergroup under another id.
type migratedError struct {
	to  int64
	err error
}

func (e *migratedError) Error() string { return e.err.Error() }
func (e *migratedError) Unwrap() error { return e.err }

// refusal words an answer that is not a success. foreign is the remedy for one
// that does not have the form of the Bot API's.
func (a *apiAnswer) refusal(resp *http.Response, foreign string) error {
	status := resp.StatusCode
	if a.ErrorCode != 0 {
		status = a.ErrorCode
	}
	e := &chatkit.Error{Vendor: vendor, Status: status, Message: a.Description, Remedy: remedy(status, a.Description)}
	if a.ErrorCode == 0 && a.Description == "" && status < 500 && status != http.StatusTooManyRequests && status != http.StatusRequestTimeout {
		e.Remedy = foreign
	}
	if a.ErrorCode != 0 {
		e.Code = strconv.Itoa(a.ErrorCode)
	}
	if e.RetryAfter = time.Duration(a.Parameters.RetryAfter * float64(time.Second)); e.RetryAfter == 0 {
		e.RetryAfter = chatkit.RetryAfterHeader(resp.Header, time.Now())
	}
	if a.Parameters.MigrateTo != 0 {
		return &migratedError{to: a.Parameters.MigrateTo, err: e}
	}
	return e
}

// The Bot API has no codes besides HTTP's: what is wrong is told in words,
// which have not changed in years.
var (
	blockedWords = []string{"bot was blocked by the user", "user is deactivated", "bot was kicked", "bot is not a member", "bot can't initiate conversation"}
	fetchWords   = []string{"failed to get HTTP URL content", "wrong file identifier", "wrong type of the web page content", "wrong remote file", "WEBPAGE_", "IMAGE_PROCESS_FAILED", "URL host is empty", "unsupported URL protocol", "invalid file HTTP URL specified", "wrong HTTP URL"}
	photoWords   = []string{"PHOTO_INVALID_DIMENSIONS", "PHOTO_SAVE_FILE_INVALID", "IMAGE_PROCESS_FAILED", "too big for a photo", "PHOTO_EXT_INVALID"}
)

// said reports whether err is a refusal of Telegram's in one of the words.
func said(err error, words ...string) bool {
	e, ok := errors.AsType[*chatkit.Error](err)
	if !ok || e.Status == 0 {
		return false
	}
	for _, w := range words {
		if strings.Contains(strings.ToLower(e.Message), strings.ToLower(w)) {
			return true
		}
	}
	return false
}

// remedy says what to do about a refusal; empty when nothing is known.
func remedy(status int, description string) string {
	for _, r := range []struct{ word, text string }{
		{"method not found", "https://core.telegram.org/bots/api lists the methods"},
		{"terminated by other getUpdates", "another program asks for this bot's updates: stop it, or revoke the token at @BotFather if you do not know it"},
		{"webhook is active", "another program has set a webhook for this bot: remove it there, or set takeOver in the configuration"},
		{"bot was blocked by the user", "the person blocked the bot, and can be written to again only when they unblock it"},
		{"user is deactivated", "the person's account is deleted"},
		{"bot can't initiate conversation", "a bot cannot write first: the person has to press Start"},
		{"bot was kicked", "the bot was removed from the chat: add it again"},
		{"bot is not a member", "add the bot to the chat, in a channel as an administrator"},
		{"not enough rights", "make the bot an administrator of the chat with the right that this takes"},
		{"need administrator rights", "make the bot an administrator of the chat"},
		{"have no rights to send", "the chat does not let the bot send this: change its permissions, or make the bot an administrator"},
		{"chat not found", "the id is wrong, or the bot never saw the chat: the person has to press Start, and a group or channel has to have the bot"},
		{"TOPIC_CLOSED", "the topic is closed"},
		{"message thread not found", "the topic was deleted"},
		{"REACTION_INVALID", "the chat does not allow this emoji as a reaction"},
		{"message can't be edited", "only the bot's own messages can be edited"},
		{"message can't be deleted", "messages can be deleted for 48 hours, others' only by an administrator"},
		{"file is too big", "Telegram hands files of up to 20 MB to bots, unless the Bot API server is your own"},
		{"bad webhook", "Telegram takes https addresses on the ports 443, 80, 88 and 8443 that the whole internet reaches; set updates to polling where there is none"},
	} {
		if strings.Contains(strings.ToLower(description), strings.ToLower(r.word)) {
			return r.text
		}
	}
	switch status {
	case http.StatusUnauthorized, http.StatusNotFound:
		return "the bot token is wrong or was revoked: send /token to @BotFather and put the new one into the configuration"
	}
	return ""
}
