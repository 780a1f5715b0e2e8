package telegram

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bellhop-dev/bellhop/integration/chatkit"
)

// vendor is Telegram's name in errors.
const vendor = "Telegram"

// Pages of Telegram's documentation.
const (
	pageMethods   = "https://core.telegram.org/bots/api#available-methods"
	pageToken     = "https://core.telegram.org/bots/features#botfather"
	pageUpdates   = "https://core.telegram.org/bots/api#getting-updates"
	pageWebhook   = "https://core.telegram.org/bots/api#setwebhook"
	pageFAQ       = "https://core.telegram.org/bots/faq"
	pageRights    = "https://core.telegram.org/bots/api#chatadministratorrights"
	pageReactions = "https://core.telegram.org/bots/api#setmessagereaction"
	pageEdit      = "https://core.telegram.org/bots/api#updating-messages"
	pageDelete    = "https://core.telegram.org/bots/api#deletemessage"
	pageFiles     = "https://core.telegram.org/bots/api#getfile"
	pageTopics    = "https://core.telegram.org/bots/api#createforumtopic"
)

// refusals are the errors of the Bot API that have a remedy. It has no codes
// besides those of HTTP: the row is chosen by the description. Whether a call is
// repeated follows from the status.
var refusals = chatkit.Refusals{
	{Text: "method not found", Remedy: "https://core.telegram.org/bots/api lists the methods", Source: pageMethods},
	{Text: "terminated by other getUpdates", Source: pageUpdates,
		Remedy: "another program asks for this bot's updates: stop it, or revoke the token at @BotFather if you do not know it"},
	{Text: "webhook is active", Source: pageUpdates,
		Remedy: "another program has set a webhook for this bot: remove it there, or set takeOver in the configuration"},
	{Text: "bot was blocked by the user", Source: pageFAQ,
		Remedy: "the person blocked the bot, and can be written to again only when they unblock it"},
	{Text: "user is deactivated", Remedy: "the person's account is deleted", Source: pageFAQ},
	{Text: "bot can't initiate conversation", Remedy: "a bot cannot write first: the person has to press Start", Source: pageFAQ},
	{Text: "bot was kicked", Remedy: "the bot was removed from the chat: add it again", Source: pageFAQ},
	{Text: "bot is not a member", Remedy: "add the bot to the chat, in a channel as an administrator", Source: pageFAQ},
	{Text: "not enough rights", Source: pageRights,
		Remedy: "make the bot an administrator of the chat with the right that this takes"},
	{Text: "need administrator rights", Remedy: "make the bot an administrator of the chat", Source: pageRights},
	{Text: "have no rights to send", Source: pageRights,
		Remedy: "the chat does not let the bot send this: change its permissions, or make the bot an administrator"},
	{Text: "chat not found", Source: pageFAQ,
		Remedy: "the id is wrong, or the bot never saw the chat: the person has to press Start, and a group or channel has to have the bot"},
	{Text: "TOPIC_CLOSED", Remedy: "the topic is closed", Source: pageTopics},
	{Text: "message thread not found", Remedy: "the topic was deleted", Source: pageTopics},
	{Text: "REACTION_INVALID", Remedy: "the chat does not allow this emoji as a reaction", Source: pageReactions},
	{Text: "message can't be edited", Remedy: "only the bot's own messages can be edited", Source: pageEdit},
	{Text: "message can't be deleted", Source: pageDelete,
		Remedy: "messages can be deleted for 48 hours, others' only by an administrator"},
	{Text: "file is too big", Source: pageFiles,
		Remedy: "Telegram hands files of up to 20 MB to bots, unless the Bot API server is your own"},
	{Text: "bad webhook", Source: pageWebhook,
		Remedy: "Telegram takes https addresses on the ports 443, 80, 88 and 8443 that the whole internet reaches; set updates to polling where there is none"},
	{Code: "401", Remedy: wrongToken, Source: pageToken},
	{Code: "404", Remedy: wrongToken, Source: pageToken},
}

const wrongToken = "the bot token is wrong or was revoked: send /token to @BotFather and put the new one into the configuration"

// Descriptions of refusals that the integration handles itself.
var (
	blockedTexts = []string{"bot was blocked by the user", "user is deactivated", "bot was kicked", "bot is not a member", "bot can't initiate conversation"}
	fetchTexts   = []string{"failed to get HTTP URL content", "wrong file identifier", "wrong type of the web page content", "wrong remote file", "WEBPAGE_", "IMAGE_PROCESS_FAILED", "URL host is empty", "unsupported URL protocol", "invalid file HTTP URL specified", "wrong HTTP URL"}
	photoTexts   = []string{"PHOTO_INVALID_DIMENSIONS", "PHOTO_SAVE_FILE_INVALID", "IMAGE_PROCESS_FAILED", "too big for a photo", "PHOTO_EXT_INVALID"}
)

// describedAs reports whether err is a refusal of Telegram whose description has
// one of the texts.
func describedAs(err error, texts ...string) bool {
	e, ok := errors.AsType[*chatkit.Error](err)
	if !ok || e.Status == 0 {
		return false
	}
	description := strings.ToLower(e.Message)
	return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(description, strings.ToLower(text)) })
}

// apiAnswer is the answer of every method.
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

// migratedError means that the chat became a supergroup with another id.
type migratedError struct {
	to  int64
	err error
}

func (e *migratedError) Error() string { return e.err.Error() }
func (e *migratedError) Unwrap() error { return e.err }

// refusal returns the error of an answer that is not a success. foreign is the
// remedy for an answer that does not have the form of the Bot API's.
func (a *apiAnswer) refusal(resp *http.Response, foreign string) error {
	status := resp.StatusCode
	if a.ErrorCode != 0 {
		status = a.ErrorCode
	}
	e := &chatkit.Error{Vendor: vendor, Status: status, Message: a.Description}
	if a.ErrorCode != 0 {
		e.Code = strconv.Itoa(a.ErrorCode)
	}
	if e.RetryAfter = time.Duration(a.Parameters.RetryAfter * float64(time.Second)); e.RetryAfter == 0 {
		e.RetryAfter = chatkit.RetryAfterHeader(resp.Header, time.Now())
	}
	if a.ErrorCode == 0 && a.Description == "" && status < 500 && status != http.StatusTooManyRequests && status != http.StatusRequestTimeout {
		e.Remedy = foreign
	}
	refusals.Apply(e)
	if a.Parameters.MigrateTo != 0 {
		return &migratedError{to: a.Parameters.MigrateTo, err: e}
	}
	return e
}
