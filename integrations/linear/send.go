package linear

import (
	"context"
	"fmt"
	"strings"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// outgoing is a message of the bot on its way.
type outgoing struct {
	message      *platform.Message
	conversation *platform.Conversation
	ack          func(context.Context, platform.Tags) error
}

// send writes the comment. It has the same id in every attempt: one that was
// written, and whose answer was lost, is found again and not written twice.
func (s *service) send(ctx context.Context, call *integration.Call, o *outgoing, body string) error {
	if strings.TrimSpace(body) == "" {
		return integration.RuntimeError("the message says nothing that a comment could")
	}
	c, err := s.settings(call)
	if err != nil {
		return err
	}
	input := vars{"id": ownID(call, "message "+reason(call, o.message)), "body": body}
	thread := ""
	switch o.conversation.Channel {
	case channelThread:
		input["issueId"], thread = o.conversation.Tags[tagIssueID], o.conversation.Tags[tagID]
	default:
		input["issueId"] = o.conversation.Tags[tagID]
		if thread, err = threadOf(ctx, call, o); err != nil {
			return err
		}
	}
	if input["issueId"] == "" {
		return integration.RuntimeError("the conversation does not say which issue it is: it has no tag " + tagID)
	}
	if thread != "" {
		input["parentId"] = thread
	}
	c.as(input)
	a := s.client(call, c)
	if call.Attempt > 1 {
		if there, err := exists(ctx, a, input["id"]); err != nil {
			return chatkit.Classify(err)
		} else if there {
			return acknowledge(ctx, o, input["id"], thread)
		}
	}
	var out struct{}
	err = a.do(ctx, mutationCommentCreate, vars{"input": input}, &out)
	if refused(err) && !denied(err) {
		// A delivery that was given up and is sent again counts anew.
		if there, errThere := exists(ctx, a, input["id"]); errThere == nil && there {
			err = nil
		}
	}
	if err != nil {
		return chatkit.Explain("the comment was not written", err)
	}
	return acknowledge(ctx, o, input["id"], thread)
}

// reason names the message among all that the installation writes.
func reason(call *integration.Call, m *platform.Message) string {
	if call.DeliveryID != "" {
		return call.DeliveryID
	}
	return m.ID
}

func acknowledge(ctx context.Context, o *outgoing, id any, thread string) error {
	return o.ack(ctx, filled(platform.Tags{tagID: fmt.Sprint(id), tagParentID: thread}))
}

// as lets what is made appear under the name of the configuration.
func (c *settings) as(input vars) {
	if c.displayName != "" {
		input["createAsUser"] = c.displayName
		if c.avatarURL != "" {
			input["displayIconUrl"] = c.avatarURL
		}
	}
}

// exists reports whether there is a comment of the id.
func exists(ctx context.Context, a *api, id any) (bool, error) {
	var out struct {
		Comments connection[reference] `json:"comments"`
	}
	err := a.do(ctx, queryCommentExists, vars{"id": id}, &out)
	return len(out.Comments.Nodes) > 0, err
}

// threadOf is the comment that the message is to stand below: the one that its
// tag names, else where the bot was last spoken to before it said this; empty
// is none.
func threadOf(ctx context.Context, call *integration.Call, o *outgoing) (string, error) {
	if named := o.message.Tags[tagParentID]; named != "" {
		return named, nil
	}
	out, err := call.Client.ListMessages(ctx, &platform.ListMessagesInput{ConversationID: o.conversation.ID, PageSize: lookBack})
	if err != nil {
		return "", fmt.Errorf("find the thread: %w", err)
	}
	before := o.message.CreatedAt
	for _, m := range out.Messages {
		later := !before.IsZero() && m.CreatedAt.After(before.Time)
		if m.Direction == platform.Incoming && !later {
			return m.Tags[tagParentID], nil
		}
	}
	return "", nil
}
