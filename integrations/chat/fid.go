package chat

import (
	"context"

	"github.com/bellhop-dev/bellhop/platform"
)

// maxFID is the longest foreign id.
const maxFID = 70

// ownPrefixes are those of the platform's ids that a foreign id may not look
// like, because it would stand for somebody else. A bot's user has the bot's id.
var ownPrefixes = [...]string{platform.PrefixUser, platform.PrefixConversation, platform.PrefixBot, platform.PrefixDevBot}

// checkFID refuses a foreign id that cannot be given: empty, too long, with
// other characters than letters, digits and _ - / \, or of the form of the
// platform's own ids.
func checkFID(fid string) error {
	if fid == "" || len(fid) > maxFID {
		return platform.Errorf(platform.TypeInvalidPayload, "id must have 1 to %d characters", maxFID)
	}
	for _, c := range []byte(fid) {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (c < '0' || c > '9') && c != '_' && c != '-' && c != '/' && c != '\\' {
			return platform.Errorf(platform.TypeInvalidPayload, "id may have letters, digits and the characters _ - / \\ only")
		}
	}
	for _, prefix := range ownPrefixes {
		if platform.IsID(fid, prefix) {
			return platform.Errorf(platform.TypeInvalidPayload, "id has the form of an id of the server's own; choose another")
		}
	}
	return nil
}

// user finds a user by foreign id or own id; otherwise ResourceNotFound.
func (s *session) user(ctx context.Context, id string) (*platform.User, error) {
	if platform.IsID(id, platform.PrefixUser) || id == s.botUserID {
		out, err := s.client.GetUser(ctx, &platform.GetUserInput{ID: id})
		if err != nil {
			return nil, err
		}
		return &out.User, nil
	}
	if err := checkFID(id); err != nil {
		return nil, err
	}
	out, err := s.client.ListUsers(ctx, &platform.ListUsersInput{Tags: platform.Tags{tagFID: id}, PageSize: 1})
	if err != nil {
		return nil, err
	}
	if len(out.Users) == 0 {
		return nil, platform.Errorf(platform.TypeResourceNotFound, "user %q not found", id)
	}
	return &out.Users[0], nil
}

// conversation finds a conversation by foreign id or own id; otherwise
// ResourceNotFound.
func (s *session) conversation(ctx context.Context, id string) (*platform.Conversation, error) {
	if platform.IsID(id, platform.PrefixConversation) {
		out, err := s.client.GetConversation(ctx, &platform.GetConversationInput{ID: id})
		if err != nil {
			return nil, err
		}
		return &out.Conversation, nil
	}
	if err := checkFID(id); err != nil {
		return nil, err
	}
	out, err := s.client.ListConversations(ctx, &platform.ListConversationsInput{Tags: platform.Tags{tagFID: id}, PageSize: 1})
	if err != nil {
		return nil, err
	}
	if len(out.Conversations) == 0 {
		return nil, platform.Errorf(platform.TypeResourceNotFound, "conversation %q not found", id)
	}
	return &out.Conversations[0], nil
}

// joined finds a conversation that the user takes part in; that of others is
// Forbidden.
func (s *session) joined(ctx context.Context, id, userID string) (*platform.Conversation, error) {
	c, err := s.conversation(ctx, id)
	if err != nil {
		return nil, err
	}
	return c, s.participates(ctx, c.ID, userID)
}

func (s *session) participates(ctx context.Context, conversationID, userID string) error {
	_, err := s.client.GetParticipant(ctx, &platform.GetParticipantInput{ID: conversationID, UserID: userID})
	if platform.IsType(err, platform.TypeResourceNotFound) || platform.IsType(err, platform.TypeReferenceNotFound) {
		return platform.Errorf(platform.TypeForbidden, "you do not take part in this conversation")
	}
	return err
}

// owned finds a conversation that the user made.
func (s *session) owned(ctx context.Context, id, userID string) (*platform.Conversation, error) {
	c, err := s.conversation(ctx, id)
	if err != nil {
		return nil, err
	}
	if c.Tags[tagOwner] != userID {
		return nil, platform.Errorf(platform.TypeForbidden, "you are not the owner of this conversation")
	}
	return c, nil
}

// names translates users' ids to foreign ones and remembers them for one
// request.
type names struct {
	session *session
	known   map[string]string
}

func (s *session) names(me *platform.User) *names {
	return &names{session: s, known: map[string]string{me.ID: fidOr(me.Tags, me.ID), s.botUserID: s.botUserID}}
}

func (n *names) of(ctx context.Context, userID string) string {
	if name, ok := n.known[userID]; ok {
		return name
	}
	name := userID
	if out, err := n.session.client.GetUser(ctx, &platform.GetUserInput{ID: userID}); err == nil {
		name = fidOr(out.User.Tags, userID)
	}
	n.known[userID] = name
	return name
}
