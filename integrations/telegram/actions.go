package telegram

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/schema"
)

// Actions.
const (
	actionAddReaction  = "addReaction"
	actionEdit         = "editMessage"
	actionDelete       = "deleteMessage"
	actionPin          = "pinMessage"
	actionGetChat      = "getChat"
	actionGetMember    = "getChatMember"
	actionAnswer       = "answerCallback"
	actionCommands     = "setCommands"
	actionRaw          = "sendRaw"
	actionStartTyping  = "startTypingIndicator"
	actionStopTyping   = "stopTypingIndicator"
	actionConversation = "getOrCreateConversation"
	actionUser         = "getOrCreateUser"
)

type nothing struct{}

type reactionInput struct {
	MessageID string `json:"messageId" minLength:"1" description:"The message"`
	Reaction  string `json:"reaction" description:"One of Telegram's emoji for reactions, or the id of a custom one; empty takes the bot's reaction back"`
	Big       bool   `json:"big,omitempty" description:"With an animation"`
}

type editInput struct {
	MessageID string `json:"messageId" minLength:"1" description:"A message of the bot's"`
	Text      string `json:"text" minLength:"1" description:"The new text or caption, in Markdown"`
}

type messageInput struct {
	MessageID string `json:"messageId" minLength:"1" description:"The message"`
}

type pinInput struct {
	MessageID string `json:"messageId" minLength:"1" description:"The message"`
	Silent    bool   `json:"silent,omitempty" description:"Without a notification"`
}

type chatInput struct {
	ChatID string `json:"chatId" minLength:"1" description:"The chat's id, or @name of a public channel or group"`
}

type chatOutput struct {
	Chat json.RawMessage `json:"chat" description:"As the Bot API describes it: ChatFullInfo"`
}

type memberInput struct {
	ChatID string `json:"chatId" minLength:"1" description:"The chat's id, or @name of a public channel or group"`
	UserID string `json:"userId" minLength:"1" description:"Telegram's id of the person"`
}

type memberOutput struct {
	Status string          `json:"status" description:"creator, administrator, member, restricted, left or kicked"`
	Member json.RawMessage `json:"member" description:"As the Bot API describes it: ChatMember"`
}

type callbackInput struct {
	CallbackID string `json:"callbackId" minLength:"1" description:"The message's tag callbackId"`
	Text       string `json:"text,omitempty" description:"Up to 200 characters"`
	Alert      bool   `json:"alert,omitempty" description:"In a window that has to be closed"`
	URL        string `json:"url,omitempty"`
}

type commandsInput struct {
	Commands []botCommand `json:"commands" description:"At most 100; none removes the list"`
	Language string       `json:"language,omitempty" description:"Two letters, for people with this language only"`
}

type botCommand struct {
	Command     string `json:"command" pattern:"^[a-z0-9_]{1,32}$"`
	Description string `json:"description" minLength:"1"`
}

type rawInput struct {
	Method     string          `json:"method" minLength:"1" description:"A method of the Bot API, as sendDice"`
	Parameters json.RawMessage `json:"parameters,omitempty"`
}

type rawOutput struct {
	Result json.RawMessage `json:"result"`
}

type typingInput struct {
	ConversationID string  `json:"conversationId" minLength:"1"`
	MessageID      string  `json:"messageId,omitempty" description:"The message that is being answered"`
	Timeout        float64 `json:"timeout,omitempty" description:"Telegram shows it for five seconds, or until the bot's message comes"`
}

type conversationInput struct {
	Conversation chatReference `json:"conversation"`
}

type chatReference struct {
	ChatID   string `json:"chatId" minLength:"1" description:"The chat's id, or @name of a public channel or group"`
	ThreadID string `json:"threadId,omitempty" description:"A topic's message_thread_id"`
}

type conversationOutput struct {
	ConversationID string `json:"conversationId"`
}

type userInput struct {
	User struct {
		ID string `json:"id" minLength:"1" description:"Telegram's id of somebody who has written to the bot"`
	} `json:"user"`
}

type userOutput struct {
	UserID string `json:"userId"`
}

func define(title, description string, in, out integration.Schema) integration.ActionDefinition {
	return integration.ActionDefinition{Title: title, Description: description, Input: in, Output: out}
}

func actions() map[string]integration.ActionDefinition {
	none := schema.For[nothing]
	return map[string]integration.ActionDefinition{
		actionAddReaction: define("Add reaction", "Put an emoji on a message, or take it back", schema.For[reactionInput], none),
		actionEdit:        define("Edit message", "Change the text of a message of the bot's", schema.For[editInput], none),
		actionDelete:      define("Delete message", "Delete a message in the chat", schema.For[messageInput], none),
		actionPin:         define("Pin message", "Pin a message in its chat", schema.For[pinInput], none),
		actionGetChat:     define("Get chat", "Read what is known of a chat", schema.For[chatInput], schema.For[chatOutput]),
		actionGetMember:   define("Get chat member", "Read somebody's status in a chat", schema.For[memberInput], schema.For[memberOutput]),
		actionAnswer:      define("Answer callback", "Show a notice to who pressed a button, within seconds of it", schema.For[callbackInput], none),
		actionCommands:    define("Set commands", "Set the commands of the bot's menu", schema.For[commandsInput], none),
		actionRaw:         define("Send raw", "Call any other method of the Bot API", schema.For[rawInput], schema.For[rawOutput]),
		actionStartTyping: define("Start typing indicator", "Show that the bot is typing", schema.For[typingInput], none),
		actionStopTyping:  define("Stop typing indicator", "Take the emoji of the typing indicator back", schema.For[typingInput], none),
		actionConversation: define("Get or create a conversation", "Write first: to somebody who has pressed Start, to a group or a channel with the bot",
			schema.For[conversationInput], schema.For[conversationOutput]),
		actionUser: define("Get or create a user", "Find somebody by Telegram's id", schema.For[userInput], schema.For[userOutput]),
	}
}

func (s *service) handleActions(m *integration.Mux) {
	integration.Action(m, actionAddReaction, s.addReaction)
	integration.Action(m, actionEdit, s.editMessage)
	integration.Action(m, actionDelete, s.deleteMessage)
	integration.Action(m, actionPin, s.pinMessage)
	integration.Action(m, actionGetChat, s.getChat)
	integration.Action(m, actionGetMember, s.getMember)
	integration.Action(m, actionAnswer, s.answerAction)
	integration.Action(m, actionCommands, s.setCommands)
	integration.Action(m, actionRaw, s.sendRaw)
	integration.Action(m, actionStartTyping, s.startTyping)
	integration.Action(m, actionStopTyping, s.stopTyping)
	integration.Action(m, actionConversation, s.conversationAction)
	integration.Action(m, actionUser, s.userAction)
}

// do calls a method for an action.
func (s *service) do(ctx context.Context, call *integration.Call, method string, in, out any) error {
	c, err := s.settings(call)
	if err != nil {
		return err
	}
	return chatkit.Classify(s.client(c).call(ctx, method, in, out))
}

// sentMessage is a message in Telegram.
type sentMessage struct {
	chatID string
	id     int64
	parts  []int64 // the ids of all parts; the last one is id
	typ    string
}

// telegramMessage returns the message in Telegram for the platform's id.
func telegramMessage(ctx context.Context, call *integration.Call, id string) (*sentMessage, error) {
	known, err := chatkit.GetMessage(ctx, call, id)
	if err != nil {
		return nil, err
	}
	if known == nil {
		return nil, integration.RuntimeError("there is no message " + id)
	}
	m := &sentMessage{chatID: known.Tags[tagChatID], typ: known.Type}
	for _, part := range journal.IDs(known.Tags) {
		if n, err := strconv.ParseInt(part, 10, 64); err == nil {
			m.parts = append(m.parts, n)
		}
	}
	if len(m.parts) == 0 || m.chatID == "" {
		return nil, integration.RuntimeError("the message " + id + " is not in Telegram: it was not sent yet, or it is the press of a button")
	}
	m.id = m.parts[len(m.parts)-1]
	return m, nil
}

func (s *service) addReaction(ctx context.Context, call *integration.Call, in *reactionInput) (*nothing, error) {
	m, err := telegramMessage(ctx, call, in.MessageID)
	if err != nil {
		return nil, err
	}
	return nil, s.react(ctx, call, m, in.Reaction, in.Big)
}

func (s *service) react(ctx context.Context, call *integration.Call, m *sentMessage, emoji string, big bool) error {
	list := []reactionType{}
	switch _, err := strconv.ParseUint(emoji, 10, 64); {
	case emoji == "":
	case err == nil:
		list = append(list, reactionType{Type: "custom_emoji", CustomEmoji: emoji})
	default:
		list = append(list, reactionType{Type: "emoji", Emoji: emoji})
	}
	p := map[string]any{"chat_id": m.chatID, "message_id": m.id, "reaction": list}
	if big {
		p["is_big"] = true
	}
	return s.do(ctx, call, "setMessageReaction", p, nil)
}

// editMessage changes a text, or a caption where the message has a file.
func (s *service) editMessage(ctx context.Context, call *integration.Call, in *editInput) (*nothing, error) {
	m, err := telegramMessage(ctx, call, in.MessageID)
	if err != nil {
		return nil, err
	}
	method, member, limit := "editMessageText", "text", maxText
	switch m.typ {
	case "image", "audio", "video", "file", typeAnimation, typeVoice:
		method, member, limit = "editMessageCaption", "caption", maxCaption
	}
	written := rich(in.Text)
	if n := units(shown(written)); n > limit {
		return nil, integration.RuntimeError(fmt.Sprintf("the text has %d characters as Telegram counts them; at most %d fit one message", n, limit))
	}
	err = s.do(ctx, call, method, map[string]any{"chat_id": m.chatID, "message_id": m.id, member: written, "parse_mode": parseHTML}, nil)
	if err != nil && strings.Contains(err.Error(), "message is not modified") {
		err = nil // it is as it should be
	}
	return nil, err
}

func (s *service) deleteMessage(ctx context.Context, call *integration.Call, in *messageInput) (*nothing, error) {
	m, err := telegramMessage(ctx, call, in.MessageID)
	if err != nil {
		return nil, err
	}
	err = s.do(ctx, call, "deleteMessages", map[string]any{"chat_id": m.chatID, "message_ids": m.parts}, nil)
	return nil, err
}

func (s *service) pinMessage(ctx context.Context, call *integration.Call, in *pinInput) (*nothing, error) {
	m, err := telegramMessage(ctx, call, in.MessageID)
	if err != nil {
		return nil, err
	}
	return nil, s.do(ctx, call, "pinChatMessage", map[string]any{"chat_id": m.chatID, "message_id": m.parts[0], "disable_notification": in.Silent}, nil)
}

func (s *service) getChat(ctx context.Context, call *integration.Call, in *chatInput) (*chatOutput, error) {
	out := new(chatOutput)
	if err := s.do(ctx, call, "getChat", map[string]string{"chat_id": in.ChatID}, &out.Chat); err != nil {
		return nil, err
	}
	return out, nil
}

func (s *service) getMember(ctx context.Context, call *integration.Call, in *memberInput) (*memberOutput, error) {
	id, err := strconv.ParseInt(in.UserID, 10, 64)
	if err != nil {
		return nil, integration.RuntimeError("userId is not Telegram's id of a person, which is a number")
	}
	out := new(memberOutput)
	if err := s.do(ctx, call, "getChatMember", map[string]any{"chat_id": in.ChatID, "user_id": id}, &out.Member); err != nil {
		return nil, err
	}
	var m tgMember
	if err := json.Unmarshal(out.Member, &m); err != nil {
		return nil, fmt.Errorf("read the member: %w", err)
	}
	out.Status = m.Status
	return out, nil
}

func (s *service) answerAction(ctx context.Context, call *integration.Call, in *callbackInput) (*nothing, error) {
	p := map[string]any{"callback_query_id": in.CallbackID}
	if in.Text != "" {
		p["text"] = short(in.Text, 200)
	}
	if in.Alert {
		p["show_alert"] = true
	}
	if in.URL != "" {
		p["url"] = in.URL
	}
	return nil, s.do(ctx, call, "answerCallbackQuery", p, nil)
}

func (s *service) setCommands(ctx context.Context, call *integration.Call, in *commandsInput) (*nothing, error) {
	p := map[string]any{}
	if in.Language != "" {
		p["language_code"] = in.Language
	}
	if len(in.Commands) == 0 {
		return nil, s.do(ctx, call, "deleteMyCommands", p, nil)
	}
	if len(in.Commands) > 100 {
		return nil, integration.RuntimeError("a bot has at most 100 commands")
	}
	p["commands"] = in.Commands
	return nil, s.do(ctx, call, "setMyCommands", p, nil)
}

var methodName = regexp.MustCompile(`^[A-Za-z]{1,64}$`)

// sendRaw calls any method but those that the integration needs for itself.
func (s *service) sendRaw(ctx context.Context, call *integration.Call, in *rawInput) (*rawOutput, error) {
	if !methodName.MatchString(in.Method) {
		return nil, integration.RuntimeError("method is not the name of a method, which is letters only")
	}
	switch strings.ToLower(in.Method) {
	case "getupdates", "setwebhook", "deletewebhook", "logout", "close":
		return nil, integration.RuntimeError(in.Method + " would cut this installation off from Telegram; uninstall it instead")
	}
	out := new(rawOutput)
	var p any
	if len(in.Parameters) > 0 {
		p = in.Parameters
	}
	if err := s.do(ctx, call, in.Method, p, &out.Result); err != nil {
		return nil, err
	}
	return out, nil
}
