package api_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/api"
	"github.com/bellhop-dev/bellhop/internal/blob"
	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/store/sqlite"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

const (
	botID         = "bot_1"
	integrationID = "intver_1"
)

// definition is installed twice, as one and as two.
var definition = platform.IntegrationDefinition{
	Name: "probe", Version: "1.0.0",
	User: &platform.UserDefinition{
		Tags:     map[string]platform.TagDefinition{"id": {}, "name": {}},
		Creation: &platform.CreationDefinition{Enabled: true, RequiredTags: []string{"id"}},
	},
	Channels: map[string]platform.ChannelDefinition{"dm": {
		Messages:     map[string]platform.SchemaDefinition{"text": {Schema: json.RawMessage(`{"type":"object","required":["text"],"properties":{"text":{"type":"string"}}}`)}},
		Message:      platform.TagsDefinition{Tags: map[string]platform.TagDefinition{"ts": {}, "seen": {}}},
		Conversation: platform.ConversationDefinition{Tags: map[string]platform.TagDefinition{"id": {}, "topic": {}}, Creation: &platform.CreationDefinition{Enabled: true}},
	}},
	Events:          map[string]platform.EventDefinition{"opened": {}},
	Actions:         map[string]platform.ActionDefinition{"act": {}},
	States:          map[string]platform.StateDefinition{"account": {Type: platform.StateIntegration}},
	ExtraOperations: []string{wire.OpMessageUpdated, wire.OpConversationUpdated},
}

// bench is a Service over real SQLite; it notes deliveries and lets tests
// script what integrations answer.
type bench struct {
	t       *testing.T
	service *api.Service
	bot     *platform.Client
	one     *platform.Client // as the installation one
	two     *platform.Client

	create func(operation string, body []byte) (string, error)
	now    func() time.Time // of the service
	files  string           // the folder of contents
	db     store.Store

	mu         sync.Mutex
	deliveries []store.Delivery
}

func (*bench) Wake(string, ...string) {}

func (*bench) Changed(string) {}

// unchecked is an Installer whose installations match whatever is published.
type unchecked struct{ api.Installer }

func (unchecked) Recheck(context.Context, string) error { return nil }

func (b *bench) Notify(d store.Delivery) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.deliveries = append(b.deliveries, d)
}

// delivered returns what was delivered since it was asked the last time.
func (b *bench) delivered() []store.Delivery {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := b.deliveries
	b.deliveries = nil
	return list
}

func (b *bench) Create(_ context.Context, _ *catalog.Installation, operation string, body []byte) (string, error) {
	if b.create == nil {
		return "", nil
	}
	return b.create(operation, body)
}

func setup(t *testing.T) *bench {
	t.Helper()
	db, err := sqlite.Open(context.Background(), filepath.Join(t.TempDir(), "b.db"), sqlite.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return setupOn(t, db)
}

// setupOn is setup on an empty store, which it closes at the end.
func setupOn(t *testing.T, db store.Store) *bench {
	t.Helper()
	ctx := context.Background()
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	def, err := json.Marshal(definition)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(ctx, func(tx *store.Tx) error {
		if err := tx.CreateBot(ctx, store.Bot{ID: botID, Definition: json.RawMessage(`{"states":{"mood":{"type":"user","schema":{}}},
			"user":{"tags":{"vip":{}}},"conversation":{"tags":{"pinned":{}}},"message":{"tags":{"read":{}}}}`)}); err != nil {
			return err
		}
		if err := tx.PutIntegration(ctx, &store.Integration{ID: integrationID, Name: definition.Name, Version: definition.Version, Definition: def}); err != nil {
			return err
		}
		for _, alias := range []string{"one", "two"} {
			in := &store.Installation{ID: "inst_" + alias, BotID: botID, Alias: alias, IntegrationID: integrationID, WebhookID: alias,
				Enabled: true, Status: store.StatusRegistered, Configuration: json.RawMessage("{}")}
			if err := tx.PutInstallation(ctx, in); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.DiscardHandler)
	b := &bench{t: t, db: db, now: time.Now, files: filepath.Join(t.TempDir(), "files")}
	blobs, err := blob.Open(b.files)
	if err != nil {
		t.Fatal(err)
	}
	b.service = api.New(api.Config{
		Store: db, Catalog: catalog.New(db, logger), Dispatcher: b, Creator: b, Logger: logger, Now: func() time.Time { return b.now() },
		Installer: unchecked{}, Blobs: blobs, FileSize: 1000, FileStorage: 2500,
	})
	transport := b.service.Transport(b.service.Trust)
	as := func(alias string) *platform.Client {
		return platform.NewClient(transport, platform.Caller{BotID: botID, IntegrationID: integrationID, IntegrationAlias: alias})
	}
	b.bot, b.one, b.two = platform.NewClient(transport, platform.Caller{BotID: botID}), as("one"), as("two")
	return b
}

// must returns a call's output; write must(call()) where the test is known.
func must[Out any](out *Out, err error) *Out {
	if err != nil {
		panic(err)
	}
	return out
}

func refused(t *testing.T, what string, err error, typ platform.ErrorType) {
	t.Helper()
	if !platform.IsType(err, typ) {
		t.Errorf("%s: %v, want %s", what, err, typ)
	}
}

// chat is a user, a conversation and a message of the installation one.
func (b *bench) chat() (user, conversation, message string) {
	b.t.Helper()
	ctx := context.Background()
	u := must(b.one.GetOrCreateUser(ctx, &platform.GetOrCreateUserInput{Tags: platform.Tags{"id": "u"}}))
	c := must(b.one.GetOrCreateConversation(ctx, &platform.GetOrCreateConversationInput{Channel: "dm", Tags: platform.Tags{"id": "c"}}))
	m := must(b.one.CreateMessage(ctx, &platform.CreateMessageInput{
		ConversationID: c.Conversation.ID, UserID: u.User.ID, Type: "text", Payload: json.RawMessage(`{"text":"hello"}`), Tags: platform.Tags{"ts": "1"},
	}))
	return u.User.ID, c.Conversation.ID, m.Message.ID
}
