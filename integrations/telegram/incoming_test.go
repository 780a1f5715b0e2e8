package telegram_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/bellhop-dev/bellhop/integration/integrationtest"
)

const ada = `"from":{"id":77,"is_bot":false,"first_name":"Ada","last_name":"L","username":"ada","language_code":"en"}`

// said is a message of Ada's to the bot with more members.
func said(id int, more string) string {
	return fmt.Sprintf(`{"message_id":%d,"date":1764000000,%s,"chat":{"id":77,"type":"private","first_name":"Ada","last_name":"L","username":"ada"},%s}`, id, ada, more)
}

// inChat is a message of Ada's in another chat.
func inChat(id int, chat, more string) string {
	return fmt.Sprintf(`{"message_id":%d,"date":1764000000,%s,"chat":%s,%s}`, id, ada, chat, more)
}

const (
	family = `{"id":-200,"type":"group","title":"Family"}`
	forum  = `{"id":-1001000000300,"type":"supergroup","title":"Hotel","is_forum":true}`
	news   = `{"id":-1001000000400,"type":"channel","title":"News","username":"news"}`
)

func TestIncoming(t *testing.T) {
	t.Parallel()
	const size = `{"file_id":"small","file_unique_id":"s","width":90,"height":60},{"file_id":"large","file_unique_id":"l","width":1280,"height":853},{"file_id":"middle","file_unique_id":"m","width":320,"height":213}`
	for name, c := range map[string]struct{ member, content string }{
		"text":             {"message", said(42, `"text":"hello *world*"`)},
		"text of entities": {"message", said(42, `"text":"bold slanted both gone code link Bob 👍 u","entities":[{"type":"bold","offset":0,"length":5},{"type":"italic","offset":5,"length":7},{"type":"bold","offset":13,"length":4},{"type":"italic","offset":13,"length":4},{"type":"strikethrough","offset":18,"length":4},{"type":"code","offset":23,"length":4},{"type":"text_link","offset":28,"length":4,"url":"https://x.test"},{"type":"text_mention","offset":33,"length":3,"user":{"id":5,"is_bot":false,"first_name":"Bob"}},{"type":"underline","offset":40,"length":1}]`)},
		"text of blocks":   {"message", said(42, `"text":"said\nlines\nafter\nx := 1\nend","entities":[{"type":"blockquote","offset":0,"length":10},{"type":"pre","offset":17,"length":6,"language":"go"}]`)},
		"start":            {"message", said(42, `"text":"/start room-7","entities":[{"type":"bot_command","offset":0,"length":6}]`)},
		"photo":            {"message", said(42, `"photo":[`+size+`]`)},
		"photo caption":    {"message", said(42, `"photo":[`+size+`],"caption":"Look here","caption_entities":[{"type":"bold","offset":0,"length":4}]`)},
		"album":            {"message", said(42, `"photo":[`+size+`],"media_group_id":"140"`)},
		"video":            {"message", said(42, `"video":{"file_id":"v","file_unique_id":"v","width":1,"height":1,"duration":3,"mime_type":"video/mp4","file_name":"a b.mp4"}`)},
		"animation":        {"message", said(42, `"animation":{"file_id":"g","file_unique_id":"g","width":1,"height":1,"duration":3,"mime_type":"video/mp4"},"document":{"file_id":"g","file_unique_id":"g"}`)},
		"video note":       {"message", said(42, `"video_note":{"file_id":"n","file_unique_id":"n","length":240,"duration":3}`)},
		"audio":            {"message", said(42, `"audio":{"file_id":"a","file_unique_id":"a","duration":3,"title":"Song","mime_type":"audio/mpeg"}`)},
		"voice":            {"message", said(42, `"voice":{"file_id":"o","file_unique_id":"o","duration":3,"mime_type":"audio/ogg"}`)},
		"document":         {"message", said(42, `"document":{"file_id":"d","file_unique_id":"d","file_name":"menu.pdf","mime_type":"application/pdf"},"caption":"Read"`)},
		"document bare":    {"message", said(42, `"document":{"file_id":"d","file_unique_id":"d"}`)},
		"sticker":          {"message", said(42, `"sticker":{"file_id":"t","file_unique_id":"t","type":"regular","width":512,"height":512,"is_animated":false,"is_video":false,"emoji":"👍"}`)},
		"sticker film":     {"message", said(42, `"sticker":{"file_id":"t","file_unique_id":"t","type":"regular","width":512,"height":512,"is_animated":false,"is_video":true}`)},
		"sticker animated": {"message", said(42, `"sticker":{"file_id":"t","file_unique_id":"t","type":"regular","width":512,"height":512,"is_animated":true,"is_video":false,"emoji":"👍","thumbnail":{"file_id":"th","file_unique_id":"th","width":128,"height":128}}`)},
		"sticker bare":     {"message", said(42, `"sticker":{"file_id":"t","file_unique_id":"t","type":"regular","width":512,"height":512,"is_animated":true,"is_video":false,"emoji":"👍"}`)},
		"location":         {"message", said(42, `"location":{"latitude":52.5,"longitude":13.4}`)},
		"venue":            {"message", said(42, `"venue":{"location":{"latitude":52.5,"longitude":13.4},"title":"Hotel","address":"Street 1"},"location":{"latitude":52.5,"longitude":13.4}`)},
		"contact":          {"message", said(42, `"contact":{"phone_number":"+15550001","first_name":"Bob","last_name":"B","user_id":5,"vcard":"BEGIN:VCARD"}`)},
		"poll":             {"message", said(42, `"poll":{"id":"p1","question":"When?","options":[{"text":"Now","voter_count":0},{"text":"Later","voter_count":0}],"total_voter_count":0,"is_closed":false,"is_anonymous":true,"type":"regular","allows_multiple_answers":true}`)},
		"dice":             {"message", said(42, `"dice":{"emoji":"🎲","value":4}`)},
		"story":            {"message", said(42, `"story":{"chat":{"id":5,"type":"private"},"id":3}`)},
		"group":            {"message", inChat(42, family, `"text":"hi"`)},
		"group mention":    {"message", inChat(42, family, `"text":"👋 @Bellhop_test_bot hi","entities":[{"type":"mention","offset":3,"length":17}]`)},
		"group other":      {"message", inChat(42, family, `"text":"@somebody hi","entities":[{"type":"mention","offset":0,"length":9}]`)},
		"group command":    {"message", inChat(42, family, `"text":"/help@bellhop_test_bot me\nnow","entities":[{"type":"bot_command","offset":0,"length":22}]`)},
		"group answer":     {"message", inChat(42, family, `"text":"yes","reply_to_message":{"message_id":41,"from":{"id":123456,"is_bot":true,"first_name":"Bellhop"},"chat":`+family+`,"text":"?"}`)},
		"anonymous admin":  {"message", `{"message_id":42,"date":1,"from":{"id":1087968824,"is_bot":true,"first_name":"Group","username":"GroupAnonymousBot"},"sender_chat":` + family + `,"chat":` + family + `,"text":"hi"}`},
		"topic":            {"message", inChat(42, forum, `"message_thread_id":5,"is_topic_message":true,"text":"hi","reply_to_message":{"message_id":5,"chat":`+forum+`,"forum_topic_created":{"name":"Rooms","icon_color":1}}`)},
		"general topic":    {"message", inChat(42, forum, `"text":"hi"`)},
		"thread of replies": {"message", inChat(42, `{"id":-1001000000300,"type":"supergroup","title":"Hotel"}`,
			`"message_thread_id":9,"text":"hi","reply_to_message":{"message_id":9,"chat":`+forum+`,"text":"x"}`)},
		"topic created":     {"message", inChat(42, forum, `"message_thread_id":5,"is_topic_message":true,"forum_topic_created":{"name":"Rooms","icon_color":1}`)},
		"channel post":      {"channel_post", `{"message_id":42,"date":1,"sender_chat":` + news + `,"chat":` + news + `,"author_signature":"Ada","text":"We are open"}`},
		"new members":       {"message", inChat(42, family, `"new_chat_members":[{"id":5,"is_bot":false,"first_name":"Bob"}],"new_chat_member":{"id":5}`)},
		"pinned":            {"message", inChat(42, family, `"pinned_message":{"message_id":3,"date":0,"chat":`+family+`}`)},
		"of the future":     {"hologram", `{"depth":3}`},
		"misshapen":         {"message", `"not an object"`},
		"shape of a member": {"message", said(42, `"text":7`)},
		"blocked":           {"my_chat_member", `{"chat":{"id":77,"type":"private","first_name":"Ada"},` + ada + `,"date":1,"old_chat_member":{"status":"member","user":{"id":123456,"is_bot":true,"first_name":"B"}},"new_chat_member":{"status":"kicked","until_date":0,"user":{"id":123456,"is_bot":true,"first_name":"B"}}}`},
		"joined":            {"chat_member", `{"chat":` + family + `,` + ada + `,"date":1,"old_chat_member":{"status":"left","user":{"id":5,"is_bot":false,"first_name":"Bob"}},"new_chat_member":{"status":"member","user":{"id":5,"is_bot":false,"first_name":"Bob"}}}`},
		"asks to join":      {"chat_join_request", `{"chat":` + family + `,` + ada + `,"user_chat_id":77,"date":1,"bio":"me"}`},
		"poll closed":       {"poll", `{"id":"p1","question":"When?","options":[{"text":"Now","voter_count":2}],"total_voter_count":2,"is_closed":true,"is_anonymous":true,"type":"regular"}`},
		"poll answer":       {"poll_answer", `{"poll_id":"p1","user":{"id":77,"is_bot":false,"first_name":"Ada"},"option_ids":[1],"option_persistent_ids":["b"]}`},
		"poll taken back":   {"poll_answer", `{"poll_id":"p1","voter_chat":` + news + `,"option_ids":[]}`},
		"reaction unknown":  {"message_reaction", `{"chat":` + family + `,"message_id":9,"actor_chat":` + family + `,"date":1,"old_reaction":[],"new_reaction":[{"type":"custom_emoji","custom_emoji_id":"88"}]}`},
		"reactions counted": {"message_reaction_count", `{"chat":` + news + `,"message_id":9,"date":1,"reactions":[{"type":{"type":"emoji","emoji":"👍"},"total_count":3}]}`},
		"press of another":  {"callback_query", `{"id":"q1",` + ada + `,"message":` + said(41, `"text":"Pick","reply_markup":{"inline_keyboard":[[{"text":"Yes","callback_data":"yes"}]]}`) + `,"chat_instance":"1","data":"yes"}`},
		"press too old":     {"callback_query", `{"id":"q1",` + ada + `,"message":{"message_id":41,"date":0,"chat":` + family + `},"chat_instance":"1","data":"yes"}`},
		"press inline":      {"callback_query", `{"id":"q1",` + ada + `,"inline_message_id":"x","chat_instance":"1","data":"yes"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			update := b.fake.Update(c.member, c.content)
			b.receive(update)
			once := b.story()
			b.restart()
			b.receive(update)
			if twice := b.story(); twice != once {
				t.Errorf("after the same update again:\n%s\nwant\n%s", twice, once)
			}
			integrationtest.Golden(t, "in/"+name, once)
		})
	}
}

func TestStories(t *testing.T) {
	t.Parallel()
	text := func(id int, chat, words string) [2]string {
		return [2]string{"message", inChat(id, chat, fmt.Sprintf(`"text":%q`, words))}
	}
	private := `{"id":77,"type":"private","first_name":"Ada"}`
	reaction := func(before, after string) [2]string {
		return [2]string{"message_reaction", `{"chat":` + private + `,"message_id":42,"user":{"id":77,"is_bot":false,"first_name":"Ada"},"date":1,"old_reaction":[` + before + `],"new_reaction":[` + after + `]}`}
	}
	const up, heart = `{"type":"emoji","emoji":"👍"}`, `{"type":"emoji","emoji":"❤"}`
	for name, updates := range map[string][][2]string{
		"edit":              {text(42, private, "Hi"), {"edited_message", said(42, `"edit_date":2,"text":"Hello"`)}},
		"edit unknown":      {{"edited_channel_post", `{"message_id":7,"date":1,"edit_date":2,"chat":` + news + `,"text":"Closed"}`}},
		"reactions":         {text(42, private, "Hi"), reaction("", up), reaction(up, heart), reaction(heart, "")},
		"new name":          {text(1, private, "Hi"), {"message", strings.Replace(said(2, `"text":"again"`), `"last_name":"L","username":"ada","language_code":"en"`, `"last_name":"Lovelace","username":"ada2","language_code":"pt-br"`, 1)}},
		"answer":            {text(42, private, "Hi"), {"message", said(43, `"text":"no","reply_to_message":`+said(42, `"text":"Hi"`))}},
		"group migrated":    {text(1, family, "a"), {"message", inChat(2, family, `"migrate_to_chat_id":-1001000000200`)}, {"message", inChat(1, `{"id":-1001000000200,"type":"supergroup","title":"Family"}`, `"migrate_from_chat_id":-200`)}, text(2, `{"id":-1001000000200,"type":"supergroup","title":"Family"}`, "b")},
		"migrated too late": {text(1, family, "a"), text(2, `{"id":-1001000000200,"type":"supergroup","title":"Family"}`, "b"), {"message", inChat(2, family, `"migrate_to_chat_id":-1001000000200`)}},
		"two topics":        {{"message", inChat(1, forum, `"message_thread_id":5,"is_topic_message":true,"text":"a"`)}, {"message", inChat(2, forum, `"message_thread_id":6,"is_topic_message":true,"text":"b"`)}, text(3, forum, "c")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			var all []json.RawMessage
			for _, u := range updates {
				all = append(all, b.fake.Update(u[0], u[1]))
			}
			b.receive(all...)
			once := b.story()
			b.receive(all...)
			if twice := b.story(); twice != once && name != "new name" { // an old name comes back
				t.Errorf("after the same updates again:\n%s\nwant\n%s", twice, once)
			}
			integrationtest.Golden(t, "story/"+name, once)
		})
	}
}
