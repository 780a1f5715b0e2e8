package telegramtest

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// toChat are the parameters of every method that sends a message.
const toChat = " business_connection_id direct_messages_topic_id:int chat_id:chat! message_thread_id:int disable_notification:bool" +
	" protect_content:bool allow_paid_broadcast:bool message_effect_id suggested_post_parameters:object reply_parameters:object reply_markup:object"

const withCaption = " caption parse_mode caption_entities:list"

// methods are the parameters of the methods that the fake knows, after the
// documentation of Bot API 10.1. A name without a type is a text, and ! says
// that it has to be there.
func methods() map[string]string {
	return map[string]string{
		"getMe":                "",
		"setWebhook":           "url! certificate:file ip_address max_connections:int allowed_updates:list drop_pending_updates:bool secret_token",
		"deleteWebhook":        "drop_pending_updates:bool",
		"getWebhookInfo":       "",
		"getUpdates":           "offset:int limit:int timeout:int allowed_updates:list",
		"sendMessage":          "text! parse_mode entities:list link_preview_options:object" + toChat,
		"sendPhoto":            "photo:file! show_caption_above_media:bool has_spoiler:bool" + withCaption + toChat,
		"sendVideo":            "video:file! duration:int width:int height:int thumbnail:file cover:file start_timestamp:int show_caption_above_media:bool has_spoiler:bool supports_streaming:bool" + withCaption + toChat,
		"sendAnimation":        "animation:file! duration:int width:int height:int thumbnail:file show_caption_above_media:bool has_spoiler:bool" + withCaption + toChat,
		"sendAudio":            "audio:file! duration:int performer title thumbnail:file" + withCaption + toChat,
		"sendVoice":            "voice:file! duration:int" + withCaption + toChat,
		"sendDocument":         "document:file! thumbnail:file disable_content_type_detection:bool" + withCaption + toChat,
		"sendSticker":          "sticker:file! emoji" + toChat,
		"sendVideoNote":        "video_note:file! duration:int length:int thumbnail:file" + toChat,
		"sendLocation":         "latitude:float! longitude:float! horizontal_accuracy:float live_period:int heading:int proximity_alert_radius:int" + toChat,
		"sendVenue":            "latitude:float! longitude:float! title! address! foursquare_id foursquare_type google_place_id google_place_type" + toChat,
		"sendContact":          "phone_number! first_name! last_name vcard" + toChat,
		"sendPoll":             "question! options:list! question_parse_mode is_anonymous:bool type allows_multiple_answers:bool allows_revoting:bool correct_option_ids:list explanation open_period:int close_date:int is_closed:bool" + toChat,
		"sendDice":             "emoji" + toChat,
		"sendChatAction":       "business_connection_id chat_id:chat! message_thread_id:int action!",
		"setMessageReaction":   "chat_id:chat! message_id:int! reaction:list is_big:bool",
		"editMessageText":      "business_connection_id chat_id:chat message_id:int inline_message_id text parse_mode entities:list link_preview_options:object reply_markup:object",
		"editMessageCaption":   "business_connection_id chat_id:chat message_id:int inline_message_id show_caption_above_media:bool reply_markup:object" + withCaption,
		"deleteMessage":        "chat_id:chat! message_id:int!",
		"deleteMessages":       "chat_id:chat! message_ids:list!",
		"pinChatMessage":       "business_connection_id chat_id:chat! message_id:int! disable_notification:bool",
		"getChat":              "chat_id:chat!",
		"getChatMember":        "chat_id:chat! user_id:int!",
		"answerCallbackQuery":  "callback_query_id! text show_alert:bool url cache_time:int",
		"setMyCommands":        "commands:list! scope:object language_code",
		"deleteMyCommands":     "scope:object language_code",
		"getFile":              "file_id!",
		"getUserProfilePhotos": "user_id:int! offset:int limit:int",
	}
}

// missing is how Telegram words that a parameter is not there.
func missing(name, kind string) error {
	switch {
	case name == "text":
		return bad("message text is empty")
	case kind == "chat":
		return bad("chat_id is empty")
	case kind == "file":
		return bad("there is no %s in the request", strings.ReplaceAll(name, "_", " "))
	case name == "message_id":
		return bad("message identifier is not specified")
	}
	return bad("parameter %q is required", name)
}

// check holds a call against the method's parameters, and turns the texts of a
// form into what they stand for.
func (f *Fake) check(method string, in *input) error {
	spec, ok := methods()[method]
	if !ok {
		return &refusal{code: 404, text: "Not Found: method not found"}
	}
	known := map[string]string{}
	in.attach()
	for _, word := range strings.Fields(spec) {
		word, required := strings.CutSuffix(word, "!")
		name, kind, _ := strings.Cut(word, ":")
		known[name] = kind
		value, there := in.params[name]
		if _, sent := in.files[name]; required && !sent && (!there || value == "" || value == nil) {
			return missing(name, kind)
		}
	}
	for name := range in.files {
		if known[name] != "file" {
			return bad("unknown parameter %q", name)
		}
	}
	for name, value := range in.params {
		kind, ok := known[name]
		if !ok {
			return bad("unknown parameter %q", name)
		}
		if text, isText := value.(string); isText && !in.typed {
			value = untext(text, kind)
			in.params[name] = value
		}
		if !fits(value, kind) {
			return bad("parameter %q has a wrong type", name)
		}
	}
	return nil
}

// untext reads a form's text as JSON where the kind is not a text.
func untext(text, kind string) any {
	if kind == "" || kind == "file" || kind == "chat" {
		return text
	}
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return text
	}
	return v
}

func fits(value any, kind string) bool {
	switch v := value.(type) {
	case string:
		if kind == "int" || kind == "float" { // Telegram reads numbers in texts
			_, err := strconv.ParseFloat(v, 64)
			return err == nil
		}
		return kind == "" || kind == "file" || kind == "chat"
	case float64:
		return kind == "float" || (kind == "int" || kind == "chat") && v == math.Trunc(v)
	case bool:
		return kind == "bool"
	case []any:
		return kind == "list"
	case map[string]any:
		return kind == "object"
	}
	return false
}
