package linear

import (
	"context"
	"fmt"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/platform"
)

// journal names the tag that records the comment. A message is one comment.
var journal = chatkit.Journal{ID: tagID}

// outbound is a message of the bot on its way out.
type outbound struct {
	*chatkit.Outbound
	settings *settings
	client   *client
	id       string // of the comment
	issueID  string
	thread   string // the comment that it is below, or empty
}

// messages is how the bot's messages are sent. The comment has the same id in
// every attempt: one that exists, and whose answer was lost, is not written
// twice.
func (s *service) messages() *chatkit.Messages[*outbound, string] {
	return &chatkit.Messages[*outbound, string]{
		Journal:   journal,
		Renderers: renderers(),
		Begin:     s.begin,
		Send: func(ctx context.Context, o *outbound, p chatkit.Part[string]) (string, error) {
			return o.send(ctx, *p.Value)
		},
		Tags: func(o *outbound) platform.Tags { return platform.Tags{tagParentID: o.thread} },
		Found: func(ctx context.Context, o *outbound) (map[int]string, error) {
			found, err := exists(ctx, o.client, o.id)
			if err != nil || !found {
				return nil, err
			}
			return map[int]string{1: o.id}, nil
		},
	}
}

func (s *service) begin(ctx context.Context, m *chatkit.Outbound) (*outbound, error) {
	c, err := s.settings(m.Call)
	if err != nil {
		return nil, err
	}
	o := &outbound{Outbound: m, settings: c, client: s.client(m.Call, c), id: ownID(m.Call, "message "+reason(m.Call, m.Message))}
	tags := m.Conversation.Tags
	if m.Conversation.Channel == channelThread {
		o.issueID, o.thread = tags[tagIssueID], tags[tagID]
	} else {
		o.issueID = tags[tagID]
		if o.thread, err = threadOf(ctx, m); err != nil {
			return nil, err
		}
	}
	if o.issueID == "" {
		return nil, integration.RuntimeError("the conversation does not say which issue it is: it has no tag " + tagID)
	}
	return o, nil
}

// send writes the comment and returns its id.
func (o *outbound) send(ctx context.Context, body string) (string, error) {
	input := vars{"id": o.id, "body": body, "issueId": o.issueID}
	if o.thread != "" {
		input["parentId"] = o.thread
	}
	o.settings.as(input)
	var out struct{}
	err := o.client.do(ctx, mutationCommentCreate, vars{"input": input}, &out)
	if refused(err) && !denied(err) {
		// A replay of a dead letter counts its attempts from 1.
		if found, failed := exists(ctx, o.client, o.id); failed == nil && found {
			err = nil
		}
	}
	if err != nil {
		return "", chatkit.Explain("the comment was not written", err)
	}
	return o.id, nil
}

// reason names the message among all that the installation writes.
func reason(call *integration.Call, m *platform.Message) string {
	if call.DeliveryID != "" {
		return call.DeliveryID
	}
	return m.ID
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
func exists(ctx context.Context, a *client, id any) (bool, error) {
	var out struct {
		Comments connection[reference] `json:"comments"`
	}
	err := a.do(ctx, queryCommentExists, vars{"id": id}, &out)
	return len(out.Comments.Nodes) > 0, err
}

// threadOf is the comment that the message is to stand below: the one that its
// tag names, else where the bot was last spoken to before it said this; empty
// is none.
func threadOf(ctx context.Context, o *chatkit.Outbound) (string, error) {
	if named := o.Message.Tags[tagParentID]; named != "" {
		return named, nil
	}
	out, err := o.Call.Client.ListMessages(ctx, &platform.ListMessagesInput{ConversationID: o.Conversation.ID, PageSize: lookBack})
	if err != nil {
		return "", fmt.Errorf("find the thread: %w", err)
	}
	before := o.Message.CreatedAt
	for _, m := range out.Messages {
		later := !before.IsZero() && m.CreatedAt.After(before.Time)
		if m.Direction == platform.Incoming && !later {
			return m.Tags[tagParentID], nil
		}
	}
	return "", nil
}
