package sqlite

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/store/storetest"
)

// fill writes n messages of one bot, each with a delivery, a tag and an event, in conversations of a hundred messages.
const fill = `
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %[1]d) INSERT INTO messages
	SELECT printf('msg_%%026d', i), 'b', 'inst', printf('conv_%%026d', i / 100), 'user_0', 'text', 'incoming', '', '{"text":"hello"}', '{"k":"v"}', NULL, i, i FROM n;
INSERT INTO tag_index SELECT %[2]d, printf('%%d', rowid_of %% 10), id FROM (SELECT id, CAST(substr(id, 5) AS INTEGER) AS rowid_of FROM messages);
INSERT INTO lanes SELECT CAST(substr(conversation_id, 6) AS INTEGER) + 1, conversation_id, 100, 100 FROM messages GROUP BY conversation_id;
INSERT INTO deliveries (id, lane_id, seq, target, bot_id, installation_id, operation, type, conversation_id, message_id, event_id, state,
	attempts, next_at, last_error, created_at, finished_at, body)
	SELECT 'dlv_' || substr(id, 5), created_at / 100 + 1, created_at %% 100 + 1, 'bot', 'b', '', 'event_received', '', conversation_id, id, '',
	'delivered', 1, 0, '', created_at, created_at, randomblob(300) FROM messages;
INSERT INTO conversations SELECT conversation_id, 'b', 'inst', 'chat', 'channel', '{}', NULL, 100, MIN(created_at), MAX(created_at) FROM messages
	GROUP BY conversation_id;
INSERT INTO participants SELECT id, 'user_' || (created_at / 100), created_at FROM conversations;
INSERT INTO participants SELECT id, 'user_all', created_at FROM conversations;
INSERT INTO users SELECT 'user_' || (created_at / 100), 'b', 'inst', NULL, NULL, NULL, '{}', created_at, created_at FROM conversations;
INSERT INTO events (id, bot_id, installation_id, type, status, failure_reason, conversation_id, user_id, message_id, workflow_id, payload, created_at)
	SELECT 'evt_' || substr(id, 5), 'b', 'inst', 'chat:e', 'processed', '', conversation_id, '', '', '', '{}', created_at FROM messages;
UPDATE deliveries SET state = 'pending', finished_at = NULL WHERE seq = 100 AND lane_id %% 100 = 0;
`

// TestListsAtScale prints what a page of each list costs with ten thousand and with a million messages. It takes minutes
// and a gigabyte, so it runs only when BELLHOP_SCALE is set.
func TestListsAtScale(t *testing.T) {
	if os.Getenv("BELLHOP_SCALE") == "" {
		t.Skip("set BELLHOP_SCALE=1 to measure lists of a million messages")
	}
	small, large := pages(t, 10_000), pages(t, 1_000_000)
	for _, name := range slices.Sorted(maps.Keys(small)) {
		t.Logf("%-45s %8s %8s", name, small[name].Round(10*time.Microsecond), large[name].Round(10*time.Microsecond))
		if limit := max(10*small[name], 50*time.Millisecond); large[name] > limit {
			t.Errorf("%s: a page takes %s with a million messages and %s with ten thousand", name, large[name], small[name])
		}
	}
}

// pages returns how long a page of each list takes, the least of five.
func pages(t *testing.T, n int) map[string]time.Duration {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "b.db"), Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	script := fmt.Sprintf(fill, n, messageTag(t))
	if err := sqlitex.ExecuteScript(s.writer.raw, script, nil); err != nil {
		t.Fatal(err)
	}
	ctx, page := t.Context(), store.Page{Limit: 20}
	middle := fmt.Sprintf("conv_%026d", n/200)
	first := fmt.Sprintf("conv_%026d", 0)
	tag := store.Tags{"k": "3"}
	took := map[string]time.Duration{}
	for name, list := range map[string]func(tx *store.Tx) error{
		"deliveries, pending": func(tx *store.Tx) error {
			_, _, err := tx.Deliveries(ctx, store.DeliveryFilter{State: store.DeliveryPending}, page)
			return err
		},
		"deliveries, dead (none)": func(tx *store.Tx) error {
			_, _, err := tx.Deliveries(ctx, store.DeliveryFilter{State: store.DeliveryDead, BotID: "b"}, page)
			return err
		},
		"deliveries, of the first conversation": func(tx *store.Tx) error {
			_, _, err := tx.Deliveries(ctx, store.DeliveryFilter{ConversationID: first}, page)
			return err
		},
		"messages, of a bot": func(tx *store.Tx) error {
			_, _, err := tx.Messages(ctx, store.MessageFilter{BotID: "b"}, page)
			return err
		},
		"messages, of a conversation": func(tx *store.Tx) error {
			_, _, err := tx.Messages(ctx, store.MessageFilter{BotID: "b", ConversationID: middle}, page)
			return err
		},
		"messages, with a tag": func(tx *store.Tx) error {
			_, _, err := tx.Messages(ctx, store.MessageFilter{BotID: "b", Tags: tag}, page)
			return err
		},
		"conversations, by update": func(tx *store.Tx) error {
			_, _, err := tx.Conversations(ctx, store.ConversationFilter{BotID: "b", SortField: "updatedAt"}, page)
			return err
		},
		"conversations, of a participant in all": func(tx *store.Tx) error {
			_, _, err := tx.Conversations(ctx, store.ConversationFilter{BotID: "b", ParticipantIDs: []string{"user_all"}}, page)
			return err
		},
		"conversations, of a participant in one": func(tx *store.Tx) error {
			_, _, err := tx.Conversations(ctx, store.ConversationFilter{BotID: "b", ParticipantIDs: []string{"user_7"}}, page)
			return err
		},
		"conversations, by count (none)": func(tx *store.Tx) error {
			least := int64(1000)
			_, _, err := tx.Conversations(ctx, store.ConversationFilter{BotID: "b", MinMessages: &least}, page)
			return err
		},
		"users, of a conversation": func(tx *store.Tx) error {
			_, _, err := tx.Users(ctx, store.UserFilter{BotID: "b", ConversationID: middle}, page)
			return err
		},
		"events, of a conversation": func(tx *store.Tx) error {
			_, _, err := tx.Events(ctx, store.EventFilter{BotID: "b", ConversationID: first}, page)
			return err
		},
		"events, failed (none)": func(tx *store.Tx) error {
			_, _, err := tx.Events(ctx, store.EventFilter{BotID: "b", Status: "failed"}, page)
			return err
		},
	} {
		took[name] = time.Hour
		for range 5 {
			began := time.Now()
			if err := s.View(ctx, list); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			took[name] = min(took[name], time.Since(began))
		}
	}
	return took
}

// messageTag is the key of the tag "k" of messages in the index, as the store writes it.
func messageTag(t *testing.T) (key int64) {
	t.Helper()
	queries := storetest.ListQueries(t, store.SQLite)
	for _, q := range queries {
		if strings.Contains(q.SQL, "t.k = $1") && strings.Contains(q.Name, "Messages {BotID:b ") && strings.Contains(q.Name, "k:x") {
			return q.Args[0].(int64)
		}
	}
	t.Fatal("no list of messages by a tag")
	return 0
}
