package telegramtest

import (
	"slices"
)

// change answers the methods that change what is in a chat.
func (f *Fake) change(method string, c *chat, in *input) (any, error) {
	chatID := idOf(c.about)
	if method == "sendChatAction" {
		actions := []string{"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
			"choose_sticker", "find_location", "record_video_note", "upload_video_note"}
		if action, _ := in.params["action"].(string); !slices.Contains(actions, action) {
			return nil, bad("wrong parameter action in request")
		}
		return true, nil
	}
	if ids, ok := in.params["message_ids"].([]any); method == "deleteMessages" {
		if !ok || len(ids) == 0 || len(ids) > 100 {
			return nil, bad("message identifiers are not specified")
		}
		for _, id := range ids {
			delete(f.messages, key(chatID, integer(id)))
		}
		return true, nil
	}
	at := key(chatID, integer(in.params["message_id"]))
	m := f.messages[at]
	switch method {
	case "deleteMessage":
		if m == nil {
			return nil, bad("message to delete not found")
		}
		delete(f.messages, at)
	case "pinChatMessage":
		if m == nil {
			return nil, bad("message to pin not found")
		}
	case "setMessageReaction":
		if m == nil {
			return nil, bad("message to react not found")
		}
		return true, checkReactions(in)
	case "editMessageText", "editMessageCaption":
		return f.edit(method, m, in)
	}
	return true, nil
}

func checkReactions(in *input) error {
	list, _ := in.params["reaction"].([]any)
	if len(list) > 1 {
		return bad("REACTIONS_TOO_MANY")
	}
	for _, r := range list {
		reaction, _ := r.(map[string]any)
		emoji, _ := reaction["emoji"].(string)
		known := slices.Contains([]string{"👍", "👎", "❤", "🔥", "🥰", "👏", "😁", "🤔", "😢", "🎉", "👀"}, emoji)
		if kind := reaction["type"]; !(kind == "emoji" && known) && !(kind == "custom_emoji" && reaction["custom_emoji_id"] != "") {
			return bad("REACTION_INVALID")
		}
	}
	return nil
}

func (f *Fake) edit(method string, m map[string]any, in *input) (any, error) {
	name, limit, tooLong := "text", maxText, "message is too long"
	if method == "editMessageCaption" {
		name, limit, tooLong = "caption", maxCaption, "message caption is too long"
	}
	switch from, _ := m["from"].(map[string]any); {
	case m == nil:
		return nil, bad("message to edit not found")
	case from["is_bot"] != true:
		return nil, bad("message can't be edited")
	case name == "text" && m["text"] == nil:
		return nil, bad("there is no text in the message to edit")
	case m[name] == in.params[name]:
		return nil, bad("message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	}
	if err := checkText(in, name, limit, tooLong); err != nil {
		return nil, err
	}
	m[name] = in.params[name]
	return m, nil
}

func (f *Fake) getFile(in *input) (any, error) {
	id, _ := in.params["file_id"].(string)
	file := f.files[id]
	switch {
	case file == nil:
		return nil, bad("wrong file_id or the file is temporarily unavailable")
	case len(file.Content) > 20<<20:
		return nil, bad("file is too big")
	}
	return map[string]any{"file_id": id, "file_unique_id": "u" + id, "file_size": len(file.Content), "file_path": file.Path}, nil
}
