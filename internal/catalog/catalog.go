// Package catalog keeps bots, installations and integrations in memory,
// parsed and with their schemas compiled, so that a message does not read its
// definitions from the database. Whoever changes one of them says so with
// Invalidate after the commit; nothing is kept for longer than a minute.
package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
)

// Bot is a bot with what is installed on it. It is shared: nobody changes it.
type Bot struct {
	store.Bot
	Def           platform.BotDefinition
	Effective     platform.BotSettings     // with their defaults
	Installations map[string]*Installation // by alias

	states, events map[string]*schema.Validator
	actions        map[string]Action
}

// Installation is an integration on a bot. It is shared: nobody changes it.
type Installation struct {
	store.Installation
	Integration *Integration
	Effective   platform.InstallationSettings // with their defaults
}

// Integration is an integration version. It is shared: nobody changes it.
type Integration struct {
	store.Integration
	Def platform.IntegrationDefinition

	messages       map[[2]string]*schema.Validator // by channel and type
	states, events map[string]*schema.Validator
	actions        map[string]Action
	configurations map[string]*schema.Validator // "" is the default one
	scripts        scripts
}

// Action is a declared action with its compiled schemas; nil accepts
// everything.
type Action struct {
	platform.ActionDefinition
	Input, Output *schema.Validator
}

// Catalog is the memory. It is safe for concurrent use.
type Catalog struct {
	store   store.Store
	logger  *slog.Logger
	schemas schema.Cache
	// turnLimit is the default of delivery.turnLimit; 0 means that of platform.
	turnLimit platform.Duration

	mu           sync.RWMutex
	generation   uint64
	since        time.Time // when it was empty
	bots         map[string]*Bot
	integrations map[string]*Integration
	versions     map[string][]*Integration // by name
	webhooks     map[string]string         // webhook id -> bot id
	owners       map[string]string         // installation id -> bot id
}

// New returns an empty catalog over the store.
func New(s store.Store, logger *slog.Logger) *Catalog {
	c := &Catalog{store: s, logger: logger}
	c.clear()
	return c
}

func (c *Catalog) clear() {
	c.since = time.Now()
	c.bots = map[string]*Bot{}
	c.integrations = map[string]*Integration{}
	c.versions = map[string][]*Integration{}
	c.webhooks = map[string]string{}
	c.owners = map[string]string{}
}

// Invalidate forgets everything; the next look-ups read it again.
func (c *Catalog) Invalidate() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	c.clear()
}

// InvalidateBot forgets a bot and its installations.
func (c *Catalog) InvalidateBot(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	if b := c.bots[id]; b != nil {
		for _, in := range b.Installations {
			delete(c.webhooks, in.WebhookID)
			delete(c.owners, in.ID)
		}
		delete(c.bots, id)
	}
}

// InvalidateIntegration forgets an integration, and with it every bot, since
// any may have it installed.
func (c *Catalog) InvalidateIntegration(string) { c.Invalidate() }

// Bot returns a bot; store.ErrNotFound when there is none.
func (c *Catalog) Bot(ctx context.Context, id string) (*Bot, error) {
	c.expire()
	c.mu.RLock()
	b, generation := c.bots[id], c.generation
	c.mu.RUnlock()
	if b != nil {
		return b, nil
	}
	var row *store.Bot
	var installed []store.Installation
	integrations := map[string]*store.Integration{}
	err := c.store.View(ctx, func(tx *store.Tx) (err error) {
		if row, err = tx.Bot(ctx, id); err != nil {
			return err
		}
		if installed, err = tx.Installations(ctx, id); err != nil {
			return err
		}
		for i := range installed {
			in, err := tx.Integration(ctx, installed[i].IntegrationID)
			if err != nil {
				return fmt.Errorf("integration of %s: %w", installed[i].Alias, err)
			}
			integrations[in.ID] = in
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if b, err = c.parseBot(row); err != nil {
		return nil, err
	}
	for _, in := range installed {
		parsed, err := c.integration(integrations[in.IntegrationID])
		if err != nil {
			return nil, err
		}
		b.Installations[in.Alias] = c.parseInstallation(in, parsed)
	}
	c.keep(b, generation)
	return b, nil
}

// keep remembers a bot unless something was invalidated since it was read.
func (c *Catalog) keep(b *Bot, generation uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.generation != generation {
		return
	}
	c.bots[b.ID] = b
	for _, in := range b.Installations {
		c.webhooks[in.WebhookID] = b.ID
		c.owners[in.ID] = b.ID
		c.integrations[in.IntegrationID] = in.Integration
	}
}

// Installation returns an installation by id; store.ErrNotFound when there is
// none.
func (c *Catalog) Installation(ctx context.Context, id string) (*Installation, error) {
	return c.installation(ctx, c.owner(c.owners, id),
		func(in *Installation) bool { return in.ID == id },
		func(tx *store.Tx) (*store.Installation, error) { return tx.Installation(ctx, id) })
}

// InstallationByWebhook returns an installation by its webhook id;
// store.ErrNotFound when there is none.
func (c *Catalog) InstallationByWebhook(ctx context.Context, webhookID string) (*Installation, error) {
	return c.installation(ctx, c.owner(c.webhooks, webhookID),
		func(in *Installation) bool { return in.WebhookID == webhookID },
		func(tx *store.Tx) (*store.Installation, error) { return tx.InstallationByWebhook(ctx, webhookID) })
}

func (c *Catalog) owner(index map[string]string, key string) string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return index[key]
}

func (c *Catalog) installation(ctx context.Context, botID string, is func(*Installation) bool, read func(*store.Tx) (*store.Installation, error)) (*Installation, error) {
	if botID == "" {
		err := c.store.View(ctx, func(tx *store.Tx) error {
			row, err := read(tx)
			if err == nil {
				botID = row.BotID
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	b, err := c.Bot(ctx, botID)
	if err != nil {
		return nil, err
	}
	for _, in := range b.Installations {
		if is(in) {
			return in, nil
		}
	}
	return nil, store.ErrNotFound
}

// Integration returns an integration version; store.ErrNotFound when there is
// none.
func (c *Catalog) Integration(ctx context.Context, id string) (*Integration, error) {
	c.expire()
	c.mu.RLock()
	in := c.integrations[id]
	c.mu.RUnlock()
	if in != nil {
		return in, nil
	}
	var row *store.Integration
	err := c.store.View(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.Integration(ctx, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return c.integration(row)
}

func (c *Catalog) parseBot(row *store.Bot) (*Bot, error) {
	b := &Bot{Bot: *row, Installations: map[string]*Installation{}}
	if len(row.Definition) > 0 {
		if err := json.Unmarshal(row.Definition, &b.Def); err != nil {
			return nil, fmt.Errorf("definition of bot %s: %w", row.ID, err)
		}
	}
	c.botSettings(b)
	p := c.parser("bot " + row.ID)
	b.states = p.states(b.Def.States)
	b.events = p.events(b.Def.Events)
	b.actions = p.actions(b.Def.Actions)
	return b, nil
}

func (c *Catalog) integration(row *store.Integration) (*Integration, error) {
	if row == nil {
		return nil, errors.New("an installation has no integration")
	}
	in := &Integration{Integration: *row}
	if err := json.Unmarshal(row.Definition, &in.Def); err != nil {
		return nil, fmt.Errorf("definition of integration %s: %w", row.ID, err)
	}
	p := c.parser("integration " + row.ID)
	in.messages = map[[2]string]*schema.Validator{}
	for channel, def := range in.Def.Channels {
		for typ, m := range def.Messages {
			in.messages[[2]string{channel, typ}] = p.schema(m.Schema, "channels."+channel+".messages."+typ)
		}
	}
	in.states = p.states(in.Def.States)
	in.events = p.events(in.Def.Events)
	in.actions = p.actions(in.Def.Actions)
	in.scripts = c.scripts(in)
	in.configurations = map[string]*schema.Validator{}
	if in.Def.Configuration != nil {
		in.configurations[""] = p.schema(in.Def.Configuration.Schema, "configuration")
	}
	for name, def := range in.Def.Configurations {
		in.configurations[name] = p.schema(def.Schema, "configurations."+name)
	}
	return in, nil
}
