package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// maxBotVersions is how many versions of a bot are kept at most.
const maxBotVersions = 100

func (s *Service) createBotVersion(ctx context.Context, id *Identity, in *platform.CreateBotVersionInput) (*platform.CreateBotVersionOutput, error) {
	if strings.TrimSpace(in.Name) == "" || len(in.Name)+len(in.Description) > maxProperties {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "name: give one; with the description it has at most %d bytes", maxProperties)
	}
	made := platform.BotVersion{Name: in.Name, Description: in.Description}
	err := s.Store.Update(ctx, func(tx *store.Tx) error {
		row, err := lockBot(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		list, err := botVersions(ctx, tx, row.ID)
		if err != nil {
			return err
		}
		if len(list) >= maxBotVersions {
			return platform.Errorf(platform.TypeLimitExceeded, "bot %s has %d versions, as many as are kept", row.ID, len(list))
		}
		content := platform.BotVersionContent{Name: in.Name, Description: in.Description, URL: row.URL, Builtin: row.Builtin}
		if err := json.Unmarshal(row.Definition, &content.Definition); len(row.Definition) > 0 && err != nil {
			return fmt.Errorf("definition of bot %s: %w", row.ID, err)
		}
		made.ID = s.ids.New(platform.PrefixBotVersion, tx.Now())
		code, err := tx.Code(ctx, row.ID)
		switch {
		case err == nil:
			if _, err := tx.PutCode(ctx, store.Code{Owner: made.ID, Source: code.Source}); err != nil {
				return err
			}
		case !errors.Is(err, store.ErrNotFound):
			return err
		case row.URL == "" && row.Builtin == "":
			return platform.Errorf(platform.TypeInvalidPayload, "bot %s has no code yet; deploy it, then keep a version", row.ID)
		}
		definition, err := json.Marshal(content)
		if err != nil {
			return err
		}
		return tx.CreatePublication(ctx, store.Publication{
			ID: made.ID, Kind: store.KindBotVersion, WorkspaceID: id.WorkspaceID, Name: row.ID, Version: made.ID, Definition: definition,
		})
	})
	return &platform.CreateBotVersionOutput{Version: made}, err
}

func findBot(ctx context.Context, tx *store.Tx, id string) (*store.Bot, error) {
	row, err := tx.Bot(ctx, id)
	return foundBot(row, err, id)
}

// lockBot is findBot for a bot that the transaction changes from what it is.
func lockBot(ctx context.Context, tx *store.Tx, id string) (*store.Bot, error) {
	row, err := tx.LockBot(ctx, id)
	return foundBot(row, err, id)
}

func foundBot(row *store.Bot, err error, id string) (*store.Bot, error) {
	if errors.Is(err, store.ErrNotFound) {
		return nil, botNotFound(id)
	}
	return row, err
}

func botVersions(ctx context.Context, tx *store.Tx, botID string) ([]store.Publication, error) {
	return every(func(p store.Page) ([]store.Publication, string, error) {
		return tx.Publications(ctx, store.KindBotVersion, botID, p)
	})
}

func (s *Service) listBotVersions(ctx context.Context, _ *Identity, in *platform.ListBotVersionsInput) (*platform.ListBotVersionsOutput, error) {
	out := &platform.ListBotVersionsOutput{Versions: []platform.BotVersion{}}
	err := s.Store.View(ctx, func(tx *store.Tx) error {
		if _, err := findBot(ctx, tx, in.ID); err != nil {
			return err
		}
		list, err := botVersions(ctx, tx, in.ID)
		for _, row := range list {
			shown := platform.BotVersion{ID: row.ID}
			if err := json.Unmarshal(row.Definition, &shown); err != nil {
				return fmt.Errorf("version %s: %w", row.ID, err)
			}
			out.Versions = append(out.Versions, shown)
		}
		return err
	})
	return out, err
}

// botVersion reads a version of a bot, with its code.
func botVersion(ctx context.Context, tx *store.Tx, botID, versionID string, at place) (*platform.BotVersionContent, error) {
	row, err := tx.Publication(ctx, store.KindBotVersion, versionID)
	if err == nil && row.Name != botID {
		err = store.ErrNotFound
	}
	if err != nil {
		return nil, at.fault(err, "version", versionID)
	}
	content := &platform.BotVersionContent{}
	if err := json.Unmarshal(row.Definition, content); err != nil {
		return nil, fmt.Errorf("version %s: %w", row.ID, err)
	}
	code, err := tx.Code(ctx, row.ID)
	if errors.Is(err, store.ErrNotFound) {
		return content, nil
	} else if err != nil {
		return nil, err
	}
	content.Code = code.Source
	return content, nil
}

func (s *Service) getBotVersion(ctx context.Context, id *Identity, in *platform.GetBotVersionInput) (*platform.GetBotVersionOutput, error) {
	if _, err := s.getBotVersionContent(ctx, id, in); err != nil {
		return nil, err
	}
	return &platform.GetBotVersionOutput{URL: fmt.Sprintf("%s/v1/bellhop/bots/%s/versions/%s", s.PublicURL, in.ID, in.VersionID)}, nil
}

func (s *Service) getBotVersionContent(ctx context.Context, _ *Identity, in *platform.GetBotVersionInput) (*platform.BotVersionContent, error) {
	return view(ctx, s, func(tx *store.Tx) (*platform.BotVersionContent, error) {
		if _, err := findBot(ctx, tx, in.ID); err != nil {
			return nil, err
		}
		return botVersion(ctx, tx, in.ID, in.VersionID, inPath)
	})
}

// deployBotVersion puts a version in the place of what the bot has. Secrets
// that the version does not declare stay, for the way back.
func (s *Service) deployBotVersion(ctx context.Context, _ *Identity, in *platform.DeployBotVersionInput) (*platform.DeployBotVersionOutput, error) {
	err := s.Store.Update(ctx, func(tx *store.Tx) error {
		row, err := lockBot(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		version, err := botVersion(ctx, tx, row.ID, in.VersionID, "versionId")
		if err != nil {
			return err
		}
		d := deployment{url: version.URL, code: version.Code}
		if err := s.checkDeployment(d); err != nil {
			return err
		}
		if version.Builtin != "" && !s.linked(version.Builtin) {
			return platform.Errorf(platform.TypeReferenceNotFound, "versionId: its Go bot %.60q is not linked into this server any more", version.Builtin)
		}
		def := version.Definition
		if err := linkPlugins(ctx, tx, &def); err != nil {
			return err
		}
		var now struct{ Secrets platform.Names }
		if err := json.Unmarshal(row.Definition, &now); len(row.Definition) > 0 && err != nil {
			return fmt.Errorf("definition of bot %s: %w", row.ID, err)
		}
		def.Secrets = declaredSecrets(def.Secrets, platform.Declare(now.Secrets))
		row.URL, row.Builtin = version.URL, version.Builtin
		if row.Definition, err = json.Marshal(def); err != nil {
			return err
		}
		if row.Builtin != "" {
			row.Deployment = ""
			err = tx.DeleteCode(ctx, row.ID)
		} else {
			row.Deployment, err = s.deploy(ctx, tx, row.ID, row.Deployment, def.Secrets, d)
		}
		if err != nil {
			return err
		}
		if err := s.setRecurring(ctx, tx, row.ID, &def); err != nil {
			return err
		}
		return s.saveBot(ctx, tx, row, true)
	})
	return &platform.DeployBotVersionOutput{}, err
}

// linked tells whether a Go bot is linked into this server.
func (s *Service) linked(name string) bool {
	if s.LinkedBot == nil {
		return false
	}
	_, ok := s.LinkedBot(name)
	return ok
}
