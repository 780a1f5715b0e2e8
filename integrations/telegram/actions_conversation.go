package telegram

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// typingEmoji is put on the message that is being answered.
const typingEmoji = "👀"

// startTyping shows that the bot is typing, and as configured an emoji on the
// message that is being answered.
func (s *service) startTyping(ctx context.Context, call *integration.Call, in *typingInput) (*nothing, error) {
	c, err := s.settings(call)
	if err != nil {
		return nil, err
	}
	out, err := call.Client.GetConversation(ctx, &platform.GetConversationInput{ID: in.ConversationID})
	if err != nil {
		return nil, fmt.Errorf("read the conversation: %w", err)
	}
	p := map[string]any{"chat_id": cmp.Or(out.Conversation.Tags[tagChatID], out.Conversation.Tags[tagID]), "action": "typing"}
	if thread, err := strconv.ParseInt(out.Conversation.Tags[tagThreadID], 10, 64); err == nil {
		p["message_thread_id"] = thread
	}
	if err := s.do(ctx, call, "sendChatAction", p, nil); err != nil {
		return nil, err
	}
	s.typingReaction(ctx, call, c, in, typingEmoji)
	return nil, nil
}

// stopTyping takes the emoji back. What Telegram shows goes by itself.
func (s *service) stopTyping(ctx context.Context, call *integration.Call, in *typingInput) (*nothing, error) {
	c, err := s.settings(call)
	if err != nil {
		return nil, err
	}
	s.typingReaction(ctx, call, c, in, "")
	return nil, nil
}

// typingReaction is a courtesy: that it failed is only logged.
func (s *service) typingReaction(ctx context.Context, call *integration.Call, c *settings, in *typingInput, emoji string) {
	if !c.TypingIndicatorEmoji || in.MessageID == "" {
		return
	}
	m, err := telegramMessage(ctx, call, in.MessageID)
	if err == nil {
		err = s.react(ctx, call, m, emoji, false)
	}
	if err != nil {
		call.Logger.WarnContext(ctx, "the emoji of the typing indicator could not be set", "error", err)
	}
}

// chat asks Telegram for a chat by its id or @name.
func (s *service) chat(ctx context.Context, call *integration.Call, id string) (*tgChat, error) {
	c := new(tgChat)
	if err := s.do(ctx, call, "getChat", map[string]string{"chat_id": strings.TrimSpace(id)}, c); err != nil {
		return nil, err
	}
	return c, nil
}

// open finds or creates the conversation of a chat that the bot may write to.
func (s *service) open(ctx context.Context, call *integration.Call, id, thread string) (*platform.Conversation, error) {
	chat, err := s.chat(ctx, call, id)
	if err != nil {
		return nil, err
	}
	at := place{chat: *chat}
	if thread != "" {
		if at.thread, err = strconv.ParseInt(thread, 10, 64); err != nil {
			return nil, integration.RuntimeError("threadId is not a topic's message_thread_id, which is a number")
		}
	}
	who := chatPerson(chat)
	if chat.Type != chatPrivate {
		who = person{}
	}
	out, err := chatkit.Receive(ctx, call, &chatkit.Inbound{Conversation: at.conversation(who)})
	if err != nil {
		return nil, err
	}
	return out.Conversation, nil
}

func (s *service) conversationAction(ctx context.Context, call *integration.Call, in *conversationInput) (*conversationOutput, error) {
	conv, err := s.open(ctx, call, in.Conversation.ChatID, in.Conversation.ThreadID)
	if err != nil {
		return nil, err
	}
	return &conversationOutput{ConversationID: conv.ID}, nil
}

// createConversation creates the conversation that a bot asks for by its tags.
func (s *service) createConversation(ctx context.Context, call *integration.Call, in *platform.CreateConversationBody) (*platform.Conversation, error) {
	id, thread, _ := strings.Cut(cmp.Or(in.Tags[tagChatID], in.Tags[tagID]), "/")
	conv, err := s.open(ctx, call, id, cmp.Or(in.Tags[tagThreadID], thread))
	return conv, chatkit.Classify(err)
}

// known finds or creates the user with Telegram's id. Telegram only has people
// who have written to the bot.
func (s *service) known(ctx context.Context, call *integration.Call, id string) (*platform.User, error) {
	c, err := s.settings(call)
	if err != nil {
		return nil, err
	}
	chat, err := s.chat(ctx, call, id)
	if err != nil {
		return nil, err
	}
	who := chatPerson(chat)
	who.chat = chat.Type != chatPrivate
	return s.inbound(call, c, new(update), nil).user(ctx, who)
}

func (s *service) userAction(ctx context.Context, call *integration.Call, in *userInput) (*userOutput, error) {
	u, err := s.known(ctx, call, in.User.ID)
	if err != nil {
		return nil, err
	}
	return &userOutput{UserID: u.ID}, nil
}

// createUser creates the user that a bot asks for by its tags.
func (s *service) createUser(ctx context.Context, call *integration.Call, in *platform.CreateUserBody) (*platform.User, error) {
	return s.known(ctx, call, in.Tags[tagID])
}
