package api

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
)

// WebhookURL returns the public address of a webhook.
func (s *Service) WebhookURL(webhookID string) string {
	return s.PublicURL + "/webhooks/" + webhookID
}

// authorizeURL is where a person connects an account for an installation; ""
// where there is nothing to connect, or the definition's script fails. The
// script is told what the official command line tells it of other servers.
func (s *Service) authorizeURL(ctx context.Context, in *catalog.Installation) string {
	program := in.Integration.Link(in.ConfigurationType)
	if program == nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	link, err := program.Run(ctx, map[string]any{
		"webhookId": in.WebhookID, "webhookUrl": s.PublicURL, "env": "development",
	})
	text, ok := link.(string)
	if err != nil || !ok {
		s.Logger.Warn("link template failed", "integration", in.Integration.Name, "version", in.Integration.Version, "error", err)
		return ""
	}
	return text
}

func (s *Service) showInstallation(ctx context.Context, in *catalog.Installation) platform.Installation {
	raw, _, _ := in.Integration.Configuration(in.ConfigurationType)
	dead := "free"
	if in.HoldDead {
		dead = "hold"
	}
	return platform.Installation{
		ID: in.ID, CreatedAt: platform.At(in.CreatedAt), UpdatedAt: platform.At(in.UpdatedAt), BotID: in.BotID, Alias: in.Alias,
		IntegrationID: in.IntegrationID, Name: in.Integration.Name, Version: in.Integration.Version, Enabled: in.Enabled,
		Status: platform.InstallationStatus(in.Status), StatusReason: in.StatusReason,
		WebhookID: in.WebhookID, WebhookURL: s.WebhookURL(in.WebhookID), Identifier: in.Identifier, AuthorizeURL: s.authorizeURL(ctx, in),
		ConfigurationType: in.ConfigurationType, Configuration: schema.Mask(raw, in.Configuration), OnDeadLetter: dead,
		DisabledChannels: in.DisabledChannels,
	}
}

func (s *Service) listInstallations(ctx context.Context, _ *Identity, in *platform.ListInstallationsInput) (*platform.ListInstallationsOutput, error) {
	b, err := s.botOf(ctx, in.BotID)
	if err != nil {
		return nil, err
	}
	out := &platform.ListInstallationsOutput{Installations: []platform.Installation{}}
	for _, alias := range slices.Sorted(maps.Keys(b.Installations)) {
		out.Installations = append(out.Installations, s.showInstallation(ctx, b.Installations[alias]))
	}
	return out, nil
}

func (s *Service) getInstallation(ctx context.Context, _ *Identity, in *platform.GetInstallationInput) (*platform.GetInstallationOutput, error) {
	b, err := s.botOf(ctx, in.BotID)
	if err != nil {
		return nil, err
	}
	found := b.Installations[in.Alias]
	if found == nil {
		return nil, installationNotFound(b, in.Alias)
	}
	return &platform.GetInstallationOutput{Installation: s.showInstallation(ctx, found)}, nil
}

func installationNotFound(b *catalog.Bot, alias string) *platform.Error {
	return platform.Errorf(platform.TypeResourceNotFound, "installation %.60q not found on bot %s; it has %s", alias, b.ID, catalog.Names(b.Installations))
}

func (s *Service) putInstallation(ctx context.Context, _ *Identity, in *platform.PutInstallationInput) (*platform.PutInstallationOutput, error) {
	put, err := s.Installer.PutInstallation(ctx, in)
	if e, ok := errors.AsType[*platform.Error](err); ok && e.Type == platform.TypeReferenceNotFound {
		// Who installs asks for the integration, as who reads it does.
		return nil, platform.Errorf(platform.TypeResourceNotFound, "%s", e.Message)
	} else if err != nil {
		return nil, err
	}
	return &platform.PutInstallationOutput{Installation: s.showInstallation(ctx, put)}, nil
}

func (s *Service) deleteInstallation(ctx context.Context, _ *Identity, in *platform.DeleteInstallationInput) (*platform.DeleteInstallationOutput, error) {
	err := s.Installer.DeleteInstallation(ctx, in.BotID, in.Alias, in.Force)
	if errors.Is(err, store.ErrNotFound) {
		return nil, platform.Errorf(platform.TypeResourceNotFound, "installation %.60q not found on bot %.60q", in.Alias, in.BotID)
	} else if err != nil {
		return nil, err
	}
	return &platform.DeleteInstallationOutput{}, nil
}
