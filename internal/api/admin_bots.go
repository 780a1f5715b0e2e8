package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
)

// createBot makes a bot and its own user, whose id is the bot's.
func (s *Service) createBot(ctx context.Context, id *Identity, in *platform.CreateBotInput) (*platform.CreateBotOutput, error) {
	d := deployment{in.URL, in.Code, in.Secrets}
	if err := s.checkDeployment(d); err != nil {
		return nil, err
	}
	if err := checkURL(in.URL); err != nil {
		return nil, err
	}
	if in.Builtin != "" && (in.URL != "" || in.Code != "") {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "builtin: a bot has code of its own or that in the server, not both; leave one out")
	}
	if err := checkBotDefinition(&in.BotDefinition); err != nil {
		return nil, err
	}
	about, err := describeBot(store.Bot{}, in.Tags, platform.Set(in.Description), in.Medias)
	if err != nil {
		return nil, err
	}
	declared := in.BotDefinition
	declared.Secrets = declaredSecrets(declared.Secrets, in.Secrets)
	data := takeData(&declared)
	if err := s.Store.View(ctx, func(tx *store.Tx) error { return linkPlugins(ctx, tx, &declared) }); err != nil {
		return nil, err
	}
	definition, err := json.Marshal(declared)
	if err != nil {
		return nil, err
	}
	if in.Builtin != "" {
		ok := false
		if s.LinkedBot != nil {
			definition, ok = s.LinkedBot(in.Builtin)
		}
		if !ok {
			return nil, platform.Errorf(platform.TypeReferenceNotFound, "builtin: no Go bot %.60q is linked into this server", in.Builtin)
		}
	}
	if data, err = botConfiguration(ctx, definition, data, nil); err != nil {
		return nil, err
	}
	prefix := platform.PrefixBot
	if in.Dev {
		prefix = platform.PrefixDevBot
	}
	row := store.Bot{
		WorkspaceID: id.WorkspaceID, Name: in.Name, URL: in.URL, Builtin: in.Builtin, Dev: in.Dev, Definition: definition, Configuration: data,
		Tags: about.Tags, Description: about.Description, Medias: about.Medias,
	}
	err = s.Store.Update(ctx, func(tx *store.Tx) error {
		row.ID = s.ids.New(prefix, tx.Now())
		row.CreatedAt, row.UpdatedAt = tx.Now(), tx.Now()
		if row.Name == "" {
			row.Name = row.ID
		}
		if row.Deployment, err = s.deploy(ctx, tx, row.ID, "", declared.Secrets, d); err != nil {
			return err
		}
		if err := tx.CreateBot(ctx, row); err != nil {
			return err
		}
		if err := s.setRecurring(ctx, tx, row.ID, &declared); err != nil {
			return err
		}
		if err := tx.CreateUser(ctx, &store.User{ID: row.ID, BotID: row.ID}); err != nil {
			return err
		}
		if row.Dev {
			return nil // the command goes on with an update
		}
		return s.registerBot(ctx, tx, &row)
	})
	if err != nil {
		return nil, err
	}
	bot, err := s.botFor(ctx, id, row.ID)
	if err != nil {
		return nil, err
	}
	return &platform.CreateBotOutput{Bot: *bot}, nil
}

func (s *Service) getBot(ctx context.Context, id *Identity, in *platform.GetBotInput) (*platform.GetBotOutput, error) {
	bot, err := s.botFor(ctx, id, in.ID)
	if err != nil {
		return nil, err
	}
	return &platform.GetBotOutput{Bot: *bot}, nil
}

func (s *Service) listBots(ctx context.Context, _ *Identity, in *platform.ListBotsInput) (*platform.ListBotsOutput, error) {
	by, asc, err := order(in.SortField, in.SortDirection)
	if err != nil {
		return nil, err
	}
	dev := in.Dev != nil && *in.Dev
	p := newPager("bots", strconv.FormatBool(dev), by, in.SortDirection)
	page, err := p.page(in.PageSize, in.NextToken)
	if err != nil {
		return nil, err
	}
	var rows []store.Bot
	var next string
	err = s.Store.View(ctx, func(tx *store.Tx) (err error) {
		rows, next, err = tx.Bots(ctx, store.BotFilter{Dev: &dev, Tags: in.Tags, SortField: by, Asc: asc}, page)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &platform.ListBotsOutput{Bots: []platform.BotSummary{}, Meta: p.meta(next)}
	for _, row := range rows {
		out.Bots = append(out.Bots, platform.BotSummary{
			ID: row.ID, CreatedAt: platform.At(row.CreatedAt), UpdatedAt: platform.At(row.UpdatedAt), Name: row.Name, Dev: row.Dev,
			URL: row.URL, Builtin: row.Builtin, Uploaded: row.Deployment != "", Tags: viewTags(row.Tags, ""),
		})
	}
	return out, nil
}

// updateBot changes the members that are given.
func (s *Service) updateBot(ctx context.Context, id *Identity, in *platform.UpdateBotInput) (*platform.UpdateBotOutput, error) {
	if in.Secrets == nil && in.BotDefinition.Secrets != nil {
		in.Secrets = platform.Declare(in.BotDefinition.Secrets)
	}
	d := deployment{in.URL.Value, in.Code, in.Secrets}
	if err := s.checkDeployment(d); err != nil {
		return nil, err
	}
	if err := checkURL(in.URL.Value); err != nil {
		return nil, err
	}
	err := s.withIntegrations(ctx, in, func() error { return s.writeBot(ctx, in, d) })
	if err != nil {
		return nil, err
	}
	bot, err := s.botFor(ctx, id, in.ID)
	if err != nil {
		return nil, err
	}
	return &platform.UpdateBotOutput{Bot: *bot}, nil
}

// writeBot writes what an update changes of a bot itself.
func (s *Service) writeBot(ctx context.Context, in *platform.UpdateBotInput, d deployment) error {
	return s.Store.Update(ctx, func(tx *store.Tx) error {
		row, err := lockBot(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		old := *row
		if *row, err = describeBot(*row, in.Tags, in.Description, in.Medias); err != nil {
			return err
		}
		if in.Name.Present {
			row.Name = in.Name.Value
		}
		if in.URL.Present {
			row.URL = in.URL.Value
		}
		if in.Code != "" {
			row.URL, row.Builtin = "", ""
		}
		var def platform.BotDefinition
		if err := mergeDefinition(&def, row.Definition, in.Patch, in); err != nil {
			return fmt.Errorf("definition of bot %s: %w", row.ID, err)
		}
		replaceParts(&def, &in.BotDefinition)
		if err := linkPlugins(ctx, tx, &def); err != nil {
			return err
		}
		if err := checkBotDefinition(&def); err != nil {
			return err
		}
		data := takeData(&def)
		if row.Definition, err = json.Marshal(def); err != nil {
			return err
		}
		if row.Configuration, err = botConfiguration(ctx, row.Definition, data, row.Configuration); err != nil {
			return err
		}
		if row.Deployment, err = s.deploy(ctx, tx, row.ID, row.Deployment, def.Secrets, d); err != nil {
			return err
		}
		if err := s.setRecurring(ctx, tx, row.ID, &def); err != nil {
			return err
		}
		return s.saveBot(ctx, tx, row, registers(&old, row, in))
	})
}

// saveBot writes a changed bot and tells everybody who has it in use, its code
// too where it is to register.
func (s *Service) saveBot(ctx context.Context, tx *store.Tx, row *store.Bot, register bool) error {
	if err := tx.UpdateBot(ctx, *row); err != nil {
		return err
	}
	tx.OnCommit(func() { // before anything is delivered
		s.Catalog.InvalidateBot(row.ID)
		s.codeChanged(row.ID)
	})
	if err := s.retryNow(ctx, tx, row.Dev, store.TargetBot, row.ID); err != nil {
		return err
	}
	if !register {
		return nil
	}
	return s.registerBot(ctx, tx, row)
}

func (s *Service) deleteBot(ctx context.Context, _ *Identity, in *platform.DeleteBotInput) (*platform.DeleteBotOutput, error) {
	b, err := s.botOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	s.Installer.UnregisterBot(ctx, b)
	for alias := range b.Installations {
		if err := s.Installer.DeleteInstallation(ctx, in.ID, alias, true); err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
	}
	err = s.Store.Update(ctx, func(tx *store.Tx) error { return tx.DeleteBot(ctx, in.ID) })
	s.Catalog.InvalidateBot(in.ID)
	s.codeChanged(in.ID)
	s.tokens.clear()
	if err != nil {
		return nil, err
	}
	return &platform.DeleteBotOutput{}, nil
}

// bot returns a bot as the API shows it.
func (s *Service) bot(ctx context.Context, id string) (*platform.Bot, error) {
	b, err := s.botOf(ctx, id)
	if err != nil {
		return nil, err
	}
	bot := &platform.Bot{
		ID: b.ID, CreatedAt: platform.At(b.CreatedAt), UpdatedAt: platform.At(b.UpdatedAt), Name: b.Name, Dev: b.Dev,
		URL: b.URL, Builtin: b.Builtin, Uploaded: b.Deployment != "", Integrations: map[string]platform.BotIntegration{}, BotDefinition: b.Def,
		Tags: b.Tags, Description: b.Description,
	}
	if len(b.Medias) > 0 {
		if err := json.Unmarshal(b.Medias, &bot.Medias); err != nil {
			return nil, fmt.Errorf("medias of bot %s: %w", b.ID, err)
		}
	}
	shown := platform.BotConfiguration{}
	if b.Def.Configuration != nil {
		shown = *b.Def.Configuration
	}
	shown.Data = schema.Mask(shown.Schema, b.Configuration)
	bot.Configuration = &shown
	for alias, in := range b.Installations {
		bot.Integrations[alias] = s.botIntegration(in)
	}
	return bot, nil
}

func (s *Service) botIntegration(in *catalog.Installation) platform.BotIntegration {
	raw, _, _ := in.Integration.Configuration(in.ConfigurationType)
	return platform.BotIntegration{
		ID: in.IntegrationID, CreatedAt: platform.At(in.CreatedAt), UpdatedAt: platform.At(in.UpdatedAt),
		Name: in.Integration.Name, Version: in.Integration.Version, Enabled: in.Enabled,
		Status: in.Status, StatusReason: optional(in.StatusReason), WebhookID: in.WebhookID, WebhookURL: s.WebhookURL(in.WebhookID),
		Identifier: optional(in.Identifier), ConfigurationType: optional(in.ConfigurationType),
		Configuration: schema.Mask(raw, in.Configuration), DisabledChannels: in.DisabledChannels,
	}
}

// takeData takes the configuration's data out of a definition: it is kept
// apart, since it may hold secrets.
func takeData(d *platform.BotDefinition) json.RawMessage {
	if d.Configuration == nil {
		return nil
	}
	c := *d.Configuration
	data := c.Data
	c.Data = nil
	d.Configuration = &c
	return data
}

// botConfiguration returns the configuration to keep: data, where it is given,
// or else what there was. Masked secrets of data stay what they were.
func botConfiguration(ctx context.Context, definition, data, old json.RawMessage) (json.RawMessage, error) {
	if len(old) == 0 {
		old = json.RawMessage("{}")
	}
	if data == nil {
		return old, nil
	}
	data = schema.Unmask(data, old)
	if len(data) > maxConfiguration {
		return nil, platform.Errorf(platform.TypePayloadTooLarge, "configuration.data has %d bytes; give at most %d", len(data), maxConfiguration)
	}
	var def platform.BotDefinition
	if err := json.Unmarshal(definition, &def); err != nil {
		return nil, fmt.Errorf("definition of a bot: %w", err)
	}
	if def.Configuration == nil {
		return data, nil
	}
	v, err := schema.Compile(def.Configuration.Schema)
	if err != nil {
		return nil, platform.Errorf(platform.TypeInvalidJSONSchema, "configuration.schema: %v", err)
	}
	return data, checkSchema(ctx, v, "configuration.data", data, "bot", "configuration")
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func botNotFound(id string) *platform.Error {
	return platform.Errorf(platform.TypeResourceNotFound, "bot %.60q not found", id)
}

func checkURL(text string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return platform.Errorf(platform.TypeInvalidPayload, "url: it is not an http address of code, such as http://127.0.0.1:8072")
	}
	return nil
}
