package telegramtest

import (
	"bytes"
	"fmt"
	"net"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode/utf16"
)

// do answers a call whose parameters are in order. The fake is locked.
func (f *Fake) do(method string, in *input) (any, error) {
	switch method {
	case "getMe":
		return f.me(), nil
	case "setWebhook", "deleteWebhook", "getWebhookInfo":
		return f.webhooks(method, in)
	case "getFile":
		return f.getFile(in)
	case "answerCallbackQuery":
		id, _ := in.params["callback_query_id"].(string)
		if !f.callbacks[id] {
			return nil, bad("query is too old and response timeout expired or query ID is invalid")
		}
		delete(f.callbacks, id) // it can be answered once
		if _, ok := in.params["text"]; !ok {
			return true, nil
		}
		return true, checkText(in, "text", 200, "MESSAGE_TOO_LONG")
	case "setMyCommands", "deleteMyCommands":
		return true, checkCommands(in)
	case "getUserProfilePhotos":
		return map[string]any{"total_count": 1, "photos": []any{[]any{
			map[string]any{"file_id": "photo-of-" + fmt.Sprint(integer(in.params["user_id"])), "file_unique_id": "u", "width": 160, "height": 160},
		}}}, nil
	}
	c, err := f.chat(in)
	if err != nil {
		return nil, err
	}
	switch method {
	case "getChat":
		return c.about, nil
	case "getChatMember":
		return map[string]any{"status": "member", "user": map[string]any{"id": integer(in.params["user_id"]), "is_bot": false, "first_name": "Ada"}}, nil
	}
	if err := c.open(in); err != nil {
		return nil, err
	}
	if strings.HasPrefix(method, "send") && method != "sendChatAction" {
		return f.send(method, c, in)
	}
	return f.change(method, c, in)
}

func (f *Fake) me() map[string]any {
	return map[string]any{
		"id": BotID, "is_bot": true, "first_name": "Bellhop", "username": Username, "can_join_groups": true,
		"can_read_all_group_messages": false, "supports_inline_queries": false, "can_connect_to_business": false, "has_main_web_app": false,
	}
}

// chat finds the chat by its id or @name.
func (f *Fake) chat(in *input) (*chat, error) {
	if name, ok := in.params["chat_id"].(string); ok && strings.HasPrefix(name, "@") {
		for _, c := range f.chats {
			if c.about["username"] == name[1:] && c.about["type"] != "private" {
				return c, nil
			}
		}
		return nil, bad("chat not found")
	}
	c := f.chats[integer(in.params["chat_id"])]
	if c == nil {
		return nil, bad("chat not found")
	}
	return c, nil
}

// open reports why the bot may not write.
func (c *chat) open(in *input) error {
	if c.migratedTo != 0 {
		return &refusal{400, "Bad Request: group chat was upgraded to a supergroup chat", map[string]any{"migrate_to_chat_id": c.migratedTo}}
	}
	if thread, ok := in.params["message_thread_id"]; ok && !slices.Contains(c.topics, integer(thread)) {
		return bad("message thread not found")
	}
	return nil
}

func key(chatID, id int64) string { return fmt.Sprintf("%d/%d", chatID, id) }

// send keeps a message of the bot's and answers it.
func (f *Fake) send(method string, c *chat, in *input) (any, error) {
	if err := f.checkMessage(method, in); err != nil {
		return nil, err
	}
	if reply, ok := in.params["reply_parameters"].(map[string]any); ok {
		if f.messages[key(idOf(c.about), integer(reply["message_id"]))] == nil && reply["allow_sending_without_reply"] != true {
			return nil, bad("message to be replied not found")
		}
	}
	f.next++
	m := map[string]any{"message_id": f.next, "date": 1764000000, "chat": c.about, "from": f.me()}
	for _, name := range []string{"text", "caption", "reply_markup", "message_thread_id"} {
		if v, ok := in.params[name]; ok {
			m[name] = v
		}
	}
	f.messages[key(idOf(c.about), f.next)] = m
	return m, nil
}

func (f *Fake) checkMessage(method string, in *input) error {
	if err := checkMarkup(in); err != nil {
		return err
	}
	switch method {
	case "sendMessage":
		return checkText(in, "text", maxText, "message is too long")
	case "sendLocation", "sendVenue":
		lat, _ := in.params["latitude"].(float64)
		if long, _ := in.params["longitude"].(float64); lat < -90 || lat > 90 || long < -180 || long > 180 {
			return bad("wrong location specified")
		}
		return nil
	case "sendPoll":
		return checkPoll(in)
	}
	for _, kind := range []string{"photo", "video", "animation", "audio", "voice", "document", "sticker", "video_note"} {
		if strings.EqualFold(method, "send"+strings.ReplaceAll(kind, "_", "")) {
			if err := f.checkFile(kind, in); err != nil {
				return err
			}
		}
	}
	return checkText(in, "caption", maxCaption, "message caption is too long")
}

// checkFile takes a file that is sent along, one that Telegram has, or an
// address that Telegram can read: of this machine's it cannot.
func (f *Fake) checkFile(kind string, in *input) error {
	if content, ok := in.files[kind]; ok {
		switch {
		case len(content) == 0:
			return bad("file must be non-empty")
		case kind == "photo" && bytes.Contains(content, []byte("<svg")):
			return bad("IMAGE_PROCESS_FAILED")
		case kind == "photo" && len(content) > 10<<20:
			return bad("file of size %d bytes is too big for a photo; the maximum size is 10485760 bytes", len(content))
		}
		return nil
	}
	value, _ := in.params[kind].(string)
	if f.files[value] != nil {
		return nil
	}
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || kind == "video_note":
		return bad("wrong file identifier/HTTP URL specified")
	case net.ParseIP(u.Hostname()) != nil || !strings.Contains(u.Hostname(), "."):
		return bad("failed to get HTTP URL content")
	case kind == "document" && !slices.Contains([]string{".pdf", ".zip", ".gif"}, path.Ext(u.Path)):
		return bad("wrong type of the web page content")
	}
	return nil
}

func checkPoll(in *input) error {
	options, _ := in.params["options"].([]any)
	question, _ := in.params["question"].(string)
	if len(utf16.Encode([]rune(question))) > 300 {
		return bad("poll question length must not exceed 300")
	}
	if len(options) < 1 || len(options) > 12 {
		return bad("poll can't have more than 12 options")
	}
	for _, o := range options {
		option, _ := o.(map[string]any)
		text, ok := option["text"].(string)
		if !ok || text == "" || len(option) != 1 {
			return bad("option must be an object with a text")
		}
		if len(utf16.Encode([]rune(text))) > 100 {
			return bad("poll options length must not exceed 100")
		}
	}
	return nil
}

func checkCommands(in *input) error {
	commands, _ := in.params["commands"].([]any)
	if len(commands) > 100 {
		return bad("too many commands specified")
	}
	for _, c := range commands {
		command, _ := c.(map[string]any)
		name, _ := command["command"].(string)
		if about, _ := command["description"].(string); name == "" || len(name) > 32 || name != strings.ToLower(name) || about == "" || len(command) != 2 {
			return bad("BOT_COMMAND_INVALID")
		}
	}
	return nil
}
