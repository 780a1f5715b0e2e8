package telegram

import "cmp"

// Updates as the Bot API names their members. Unknown members are ignored.

// update is one thing that happened; one member besides UpdateID is set.
type update struct {
	UpdateID          int64            `json:"update_id"`
	Message           *tgMessage       `json:"message"`
	EditedMessage     *tgMessage       `json:"edited_message"`
	ChannelPost       *tgMessage       `json:"channel_post"`
	EditedChannelPost *tgMessage       `json:"edited_channel_post"`
	CallbackQuery     *callbackQuery   `json:"callback_query"`
	Reaction          *reactionUpdated `json:"message_reaction"`
	ReactionCount     *reactionCount   `json:"message_reaction_count"`
	MyChatMember      *memberUpdated   `json:"my_chat_member"`
	ChatMember        *memberUpdated   `json:"chat_member"`
	JoinRequest       *joinRequest     `json:"chat_join_request"`
	Poll              *tgPoll          `json:"poll"`
	PollAnswer        *pollAnswer      `json:"poll_answer"`
}

// allowedUpdates are the kinds that are asked for. Telegram leaves some out
// unless they are named.
func allowedUpdates() []string {
	return []string{
		"message", "edited_message", "channel_post", "edited_channel_post", "callback_query", "message_reaction",
		"message_reaction_count", "my_chat_member", "chat_member", "chat_join_request", "poll", "poll_answer",
	}
}

type tgUser struct {
	ID           int64  `json:"id"`
	IsBot        bool   `json:"is_bot"`
	FirstName    string `json:"first_name"`
	LastName     string `json:"last_name"`
	Username     string `json:"username"`
	LanguageCode string `json:"language_code"`
}

// Types of chats.
const (
	chatPrivate = "private"
	chatGroup   = "group"
)

type tgChat struct {
	ID        int64  `json:"id"`
	Type      string `json:"type"`
	Title     string `json:"title"`
	Username  string `json:"username"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
}

type tgMessage struct {
	MessageID       int64      `json:"message_id"`
	MessageThreadID int64      `json:"message_thread_id"`
	IsTopicMessage  bool       `json:"is_topic_message"`
	From            *tgUser    `json:"from"`
	SenderChat      *tgChat    `json:"sender_chat"`
	Chat            tgChat     `json:"chat"`
	ReplyToMessage  *tgMessage `json:"reply_to_message"`
	MediaGroupID    string     `json:"media_group_id"`
	MigrateTo       int64      `json:"migrate_to_chat_id"`
	MigrateFrom     int64      `json:"migrate_from_chat_id"`

	Text            string        `json:"text"`
	Entities        []entity      `json:"entities"`
	Caption         string        `json:"caption"`
	CaptionEntities []entity      `json:"caption_entities"`
	Photo           []photoSize   `json:"photo"`
	Video           *tgFile       `json:"video"`
	Animation       *tgFile       `json:"animation"`
	Audio           *tgFile       `json:"audio"`
	Voice           *tgFile       `json:"voice"`
	VideoNote       *tgFile       `json:"video_note"`
	Document        *tgFile       `json:"document"`
	Sticker         *tgSticker    `json:"sticker"`
	Location        *tgLocation   `json:"location"`
	Venue           *tgVenue      `json:"venue"`
	Contact         *tgContact    `json:"contact"`
	Poll            *tgPoll       `json:"poll"`
	Dice            *tgDice       `json:"dice"`
	ReplyMarkup     *inlineMarkup `json:"reply_markup"`
	NewChatMembers  []tgUser      `json:"new_chat_members"`
	ForumTopic      *topicCreated `json:"forum_topic_created"`
	ForumTopicEdit  *topicCreated `json:"forum_topic_edited"`
}

type topicCreated struct {
	Name string `json:"name"`
}

type entity struct {
	Type     string  `json:"type"`
	Offset   int     `json:"offset"` // in UTF-16 units, as Length
	Length   int     `json:"length"`
	URL      string  `json:"url"`
	User     *tgUser `json:"user"`
	Language string  `json:"language"`
}

type photoSize struct {
	FileID   string `json:"file_id"`
	UniqueID string `json:"file_unique_id"`
	Width    int    `json:"width"`
	Height   int    `json:"height"`
}

// tgFile is a film, a sound, an animation or a document.
type tgFile struct {
	FileID   string `json:"file_id"`
	FileName string `json:"file_name"`
	MimeType string `json:"mime_type"`
	Title    string `json:"title"`
}

type tgSticker struct {
	FileID     string     `json:"file_id"`
	IsAnimated bool       `json:"is_animated"`
	IsVideo    bool       `json:"is_video"`
	Emoji      string     `json:"emoji"`
	Thumbnail  *photoSize `json:"thumbnail"`
}

type tgLocation struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

type tgVenue struct {
	Location tgLocation `json:"location"`
	Title    string     `json:"title"`
	Address  string     `json:"address"`
}

type tgContact struct {
	PhoneNumber string `json:"phone_number"`
	FirstName   string `json:"first_name"`
	LastName    string `json:"last_name"`
	UserID      int64  `json:"user_id"`
	VCard       string `json:"vcard"`
}

type tgPoll struct {
	ID       string `json:"id"`
	Question string `json:"question"`
	Options  []struct {
		Text  string `json:"text"`
		Votes int    `json:"voter_count"`
	} `json:"options"`
	Votes           int    `json:"total_voter_count"`
	IsClosed        bool   `json:"is_closed"`
	IsAnonymous     bool   `json:"is_anonymous"`
	Type            string `json:"type"`
	MultipleAnswers bool   `json:"allows_multiple_answers"`
}

type tgDice struct {
	Emoji string `json:"emoji"`
	Value int    `json:"value"`
}

type callbackQuery struct {
	ID      string     `json:"id"`
	From    tgUser     `json:"from"`
	Message *tgMessage `json:"message"`
	Data    string     `json:"data"`
}

type reactionUpdated struct {
	Chat      tgChat         `json:"chat"`
	MessageID int64          `json:"message_id"`
	User      *tgUser        `json:"user"`
	ActorChat *tgChat        `json:"actor_chat"`
	Old       []reactionType `json:"old_reaction"`
	New       []reactionType `json:"new_reaction"`
}

type reactionCount struct {
	Chat      tgChat `json:"chat"`
	MessageID int64  `json:"message_id"`
	Reactions []struct {
		Type  reactionType `json:"type"`
		Count int          `json:"total_count"`
	} `json:"reactions"`
}

type reactionType struct {
	Type        string `json:"type"`
	Emoji       string `json:"emoji,omitempty"`
	CustomEmoji string `json:"custom_emoji_id,omitempty"`
}

// name is the emoji, or the id of a custom one.
func (r reactionType) name() string { return cmp.Or(r.Emoji, r.CustomEmoji, r.Type) }

type memberUpdated struct {
	Chat tgChat   `json:"chat"`
	From tgUser   `json:"from"`
	Old  tgMember `json:"old_chat_member"`
	New  tgMember `json:"new_chat_member"`
}

type tgMember struct {
	Status string `json:"status"`
	User   tgUser `json:"user"`
}

type joinRequest struct {
	Chat       tgChat `json:"chat"`
	From       tgUser `json:"from"`
	UserChatID int64  `json:"user_chat_id"`
	Bio        string `json:"bio"`
}

type pollAnswer struct {
	PollID  string  `json:"poll_id"`
	User    *tgUser `json:"user"`
	Chat    *tgChat `json:"voter_chat"`
	Options []int   `json:"option_ids"`
}

type inlineMarkup struct {
	Keyboard [][]inlineButton `json:"inline_keyboard"`
}

type inlineButton struct {
	Text string `json:"text"`
	URL  string `json:"url,omitempty"`
	Data string `json:"callback_data,omitempty"`
}
