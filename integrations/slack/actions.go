package slack

import (
	"context"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/integration/chatkit"
	"github.com/bellhop-dev/bellhop/schema"
)

// Actions.
const (
	actionAddReaction    = "addReaction"
	actionRemoveReaction = "removeReaction"
	actionFindTarget     = "findTarget"
	actionRetrieve       = "retrieveMessage"
	actionChannel        = "getOrCreateChannelConversation"
	actionDM             = "getOrCreateDmConversation"
	actionThread         = "getOrCreateThreadConversation"
	actionSync           = "syncMembers"
	actionTopic          = "updateChannelTopic"
	actionChannels       = "getChannelsInfo"
	actionProfile        = "getUserProfile"
	actionStartTyping    = "startTypingIndicator"
	actionStopTyping     = "stopTypingIndicator"
)

func actionDefinitions() map[string]integration.ActionDefinition {
	def := func(title, description string, in, out integration.Schema) integration.ActionDefinition {
		return integration.ActionDefinition{Title: title, Description: description, Input: in, Output: out}
	}
	none := integration.RawSchema(`{"type":"object","additionalProperties":false}`)
	open := schema.For[openedConversation]
	return map[string]integration.ActionDefinition{
		actionAddReaction:    def("Add reaction", "Put an emoji on a message", schema.For[reactionInput], none),
		actionRemoveReaction: def("Remove reaction", "Take an emoji of the bot's away", schema.For[reactionInput], none),
		actionFindTarget:     def("Find target", "Find a person to write to, or a channel", schema.For[findInput], schema.For[findOutput]),
		actionRetrieve:       def("Retrieve message", "Read a message in Slack", schema.For[retrieveInput], schema.For[retrieveOutput]),
		actionChannel:        def("Get or create channel conversation", "The conversation of a channel, to write there", schema.For[channelInput], open),
		actionDM:             def("Get or create DM conversation", "The direct message with a person, to write to them", schema.For[dmInput], open),
		actionThread:         def("Get or create thread conversation", "The conversation of the thread below a message", schema.For[threadInput], open),
		actionSync:           def("Sync members", "Make a user of every member of the workspace whose profile changed since the last time", none, schema.For[syncOutput]),
		actionTopic:          def("Update channel topic", "Change the topic of a channel", schema.For[topicInput], none),
		actionChannels:       def("Get channels info", "List the channels, one page at a time", schema.For[channelsInput], schema.For[channelsOutput]),
		actionProfile:        def("Get user profile", "Read a person's names and email", schema.For[profileInput], schema.For[profileOutput]),
		actionStartTyping:    def("Start typing indicator", "Show that the bot is preparing an answer", schema.For[typingInput], none),
		actionStopTyping:     def("Stop typing indicator", "Show it no more", schema.For[typingInput], none),
	}
}

type nothing struct{}

// handleActions registers what bots can ask for.
func (s *service) handleActions(m *integration.Mux) {
	perform(s, m, actionAddReaction, addReaction)
	perform(s, m, actionRemoveReaction, removeReaction)
	perform(s, m, actionFindTarget, findTarget)
	perform(s, m, actionRetrieve, retrieve)
	perform(s, m, actionChannel, openChannel)
	perform(s, m, actionDM, openDM)
	perform(s, m, actionThread, openThread)
	perform(s, m, actionSync, syncMembers)
	perform(s, m, actionTopic, updateTopic)
	perform(s, m, actionChannels, listChannels)
	perform(s, m, actionProfile, getProfile)
	perform(s, m, actionStartTyping, startTyping)
	perform(s, m, actionStopTyping, stopTyping)
}

// perform registers an action.
func perform[In, Out any](s *service, m *integration.Mux, name string, fn func(context.Context, *inbound, *In) (*Out, error)) {
	integration.Action(m, name, func(ctx context.Context, call *integration.Call, in *In) (*Out, error) {
		c, err := readSettings(call)
		if err != nil {
			return nil, err
		}
		// What an action looks up is what it is asked for: it may take its time.
		h := s.inbound(call, c, &identity{}, "")
		h.courtesy = h.courtesy.Add(apiTimeout)
		out, err := fn(ctx, h, in)
		return out, chatkit.Classify(err)
	})
}

type reactionInput struct {
	Name      string `json:"name" title:"Reaction name" description:"The emoji's name, as thumbsup" minLength:"1"`
	MessageID string `json:"messageId" title:"Message ID" description:"The message to react to" minLength:"1"`
}

func addReaction(ctx context.Context, h *inbound, in *reactionInput) (*nothing, error) {
	channel, ts, err := whereIs(ctx, h.call, in.MessageID)
	if err != nil {
		return nil, err
	}
	return &nothing{}, h.client.react(ctx, channel, ts, emojiName(in.Name))
}

func removeReaction(ctx context.Context, h *inbound, in *reactionInput) (*nothing, error) {
	channel, ts, err := whereIs(ctx, h.call, in.MessageID)
	if err != nil {
		return nil, err
	}
	return &nothing{}, h.client.unreact(ctx, channel, ts, emojiName(in.Name))
}

type topicInput struct {
	Topic     string `json:"topic" title:"New topic" description:"The new topic; empty takes it away" maxLength:"250"`
	ChannelID string `json:"channelId" title:"Channel ID" description:"Slack's id of the channel" minLength:"1"`
}

func updateTopic(ctx context.Context, h *inbound, in *topicInput) (*nothing, error) {
	return &nothing{}, h.client.setTopic(ctx, in.ChannelID, in.Topic)
}

type retrieveInput struct {
	TS      string `json:"ts" title:"Timestamp" description:"The message's time" minLength:"1"`
	Channel string `json:"channel" title:"Channel" description:"Slack's id of the channel" minLength:"1"`
}

type retrieveOutput struct {
	Type string `json:"type"`
	User string `json:"user"`
	TS   string `json:"ts"`
	Text string `json:"text"`
}

func retrieve(ctx context.Context, h *inbound, in *retrieveInput) (*retrieveOutput, error) {
	m, err := h.client.message(ctx, in.Channel, in.TS)
	if err != nil {
		return nil, err
	}
	if m == nil {
		return nil, integration.RuntimeError("there is no message " + in.TS + " in the channel " + in.Channel)
	}
	return m, nil
}

type channelsInput struct {
	IncludeArchived bool   `json:"includeArchived,omitempty" title:"Include archived"`
	IncludePrivate  bool   `json:"includePrivate,omitempty" title:"Include private" description:"Those that the bot is in"`
	IncludeDM       bool   `json:"includeDm,omitempty" title:"Include direct messages" description:"Those with the bot"`
	Cursor          string `json:"cursor,omitempty" title:"Cursor" description:"nextCursor of the page before; leave it out for the first"`
}

type channelsOutput struct {
	Channels   []channelOutput `json:"channels"`
	NextCursor string          `json:"nextCursor" description:"Empty when this was the last page"`
}

type channelOutput struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Topic      string `json:"topic"`
	Purpose    string `json:"purpose"`
	NumMembers int    `json:"numMembers"`
	IsPrivate  bool   `json:"isPrivate"`
	IsArchived bool   `json:"isArchived"`
	IsDM       bool   `json:"isDm"`
	UserID     string `json:"userId" description:"The person of a direct message"`
	Creator    string `json:"creator"`
	Created    int    `json:"created" description:"Seconds since 1970"`
}

func listChannels(ctx context.Context, h *inbound, in *channelsInput) (*channelsOutput, error) {
	l := channelList{types: []string{"public_channel"}, archived: in.IncludeArchived, cursor: in.Cursor, limit: pageSize}
	if in.IncludePrivate {
		l.types = append(l.types, "private_channel", "mpim")
	}
	if in.IncludeDM {
		l.types = append(l.types, "im")
	}
	list, next, err := h.client.channels(ctx, l)
	if err != nil {
		return nil, err
	}
	out := &channelsOutput{Channels: []channelOutput{}, NextCursor: next}
	for i := range list {
		c := &list[i]
		out.Channels = append(out.Channels, channelOutput{
			ID: c.ID, Name: c.Name, Topic: c.Topic, Purpose: c.Purpose, NumMembers: c.Members, IsPrivate: c.Private, IsArchived: c.Archived,
			IsDM: c.DM, UserID: c.User, Creator: c.Creator, Created: c.Created,
		})
	}
	return out, nil
}
