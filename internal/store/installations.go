package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Installation is an integration installed in a bot under an alias.
type Installation struct {
	ID /* inst_ and a ULID */, BotID, Alias, IntegrationID, WebhookID/* UUID */ string
	Enabled           bool
	ConfigurationType string
	Configuration     json.RawMessage
	Identifier        string // what the vendor calls it; unique within an integration, "" none
	Status            string // one of the Status constants
	StatusReason      string
	HoldDead          bool // a dead letter holds its lane
	// DisabledChannels are those to which nothing is sent.
	DisabledChannels []string
	// RegisterEvery is how often register is to be called again, "" never; RegisterAt is when next.
	RegisterEvery        string
	RegisterAt           *time.Time
	Settings             json.RawMessage // what was set, an object; nil is none. Only SetInstallationSettings changes it.
	CreatedAt, UpdatedAt time.Time
}

// The states of an installation.
const (
	StatusRegistrationPending   = "registration_pending"
	StatusRegistered            = "registered"
	StatusRegistrationFailed    = "registration_failed"
	StatusUnregistrationPending = "unregistration_pending"
	StatusUnregistered          = "unregistered"
	StatusUnregistrationFailed  = "unregistration_failed"
)

const installationColumns = `id, bot_id, alias, integration_id, webhook_id, enabled, configuration_type, configuration,
	identifier, status, status_reason, hold_dead, register_every, register_at, created_at, updated_at, disabled_channels, settings`

const selectInstallation = `SELECT ` + installationColumns + ` FROM installations`

func scanInstallation(rows Rows, i *Installation) error {
	var disabled string
	err := rows.Scan(&i.ID, &i.BotID, &i.Alias, &i.IntegrationID, &i.WebhookID, &i.Enabled, &i.ConfigurationType,
		&i.Configuration, &i.Identifier, &i.Status, &i.StatusReason, &i.HoldDead, &i.RegisterEvery, &i.RegisterAt,
		&i.CreatedAt, &i.UpdatedAt, &disabled, &i.Settings)
	if err != nil || disabled == "" {
		return err
	}
	if err := json.Unmarshal([]byte(disabled), &i.DisabledChannels); err != nil {
		return fmt.Errorf("decode disabled channels: %w", err)
	}
	return nil
}

const putInstallation = `INSERT INTO installations (` + installationColumns + `)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
	ON CONFLICT (id) DO UPDATE SET alias = excluded.alias, integration_id = excluded.integration_id,
	webhook_id = excluded.webhook_id, enabled = excluded.enabled, configuration_type = excluded.configuration_type,
	configuration = excluded.configuration, identifier = excluded.identifier, status = excluded.status,
	status_reason = excluded.status_reason, hold_dead = excluded.hold_dead, register_every = excluded.register_every,
	register_at = excluded.register_at, updated_at = excluded.updated_at,
	disabled_channels = excluded.disabled_channels
	RETURNING created_at`

// PutInstallation adds an installation or replaces the one with its id, but for its settings. ErrConflict when the alias in the bot, the
// webhook id or the identifier in the integration is another's.
func (tx *Tx) PutInstallation(ctx context.Context, i *Installation) error {
	if i.CreatedAt.IsZero() {
		i.CreatedAt = tx.now
	}
	i.UpdatedAt = tx.now
	disabled := ""
	if len(i.DisabledChannels) > 0 {
		list, err := json.Marshal(i.DisabledChannels)
		if err != nil {
			return fmt.Errorf("encode disabled channels: %w", err)
		}
		disabled = string(list)
	}
	args := []any{i.ID, i.BotID, i.Alias, i.IntegrationID, i.WebhookID, i.Enabled, i.ConfigurationType,
		tx.sealJSON(place("installations", "configuration", i.ID), i.Configuration), i.Identifier, i.Status, i.StatusReason, i.HoldDead, i.RegisterEvery,
		i.RegisterAt, i.CreatedAt, i.UpdatedAt, disabled, i.Settings}
	return wrap(tx.row(ctx, putInstallation, args, &i.CreatedAt), "put installation")
}

// Installation reads an installation by id.
func (tx *Tx) Installation(ctx context.Context, id string) (*Installation, error) {
	i, err := one(ctx, tx, scanInstallation, selectInstallation+` WHERE id = $1`, id)
	return i, wrap(err, "read installation")
}

// InstallationByAlias reads the installation that a bot calls alias.
func (tx *Tx) InstallationByAlias(ctx context.Context, botID, alias string) (*Installation, error) {
	i, err := one(ctx, tx, scanInstallation, selectInstallation+` WHERE bot_id = $1 AND alias = $2`, botID, alias)
	return i, wrap(err, "read installation")
}

// InstallationByWebhook reads the installation that owns a webhook id.
func (tx *Tx) InstallationByWebhook(ctx context.Context, webhookID string) (*Installation, error) {
	i, err := one(ctx, tx, scanInstallation, selectInstallation+` WHERE webhook_id = $1`, webhookID)
	return i, wrap(err, "read installation")
}

// InstallationsByIdentifier lists the installations of all versions of an integration that hold the identifier, the
// latest changed first.
func (tx *Tx) InstallationsByIdentifier(ctx context.Context, name, identifier string) ([]Installation, error) {
	list, err := all(ctx, tx, scanInstallation, selectInstallation+` WHERE identifier = $1 AND identifier <> ''
		AND integration_id IN (SELECT id FROM integrations WHERE name = $2) ORDER BY updated_at DESC, id DESC LIMIT 10`, identifier, name)
	return list, wrap(err, "list installations")
}

// Installations lists a bot's installations by alias.
func (tx *Tx) Installations(ctx context.Context, botID string) ([]Installation, error) {
	list, err := all(ctx, tx, scanInstallation, selectInstallation+` WHERE bot_id = $1 ORDER BY alias`, botID)
	return list, wrap(err, "list installations")
}

// InstallationsOfIntegration lists the installations of an integration in all bots, oldest first.
func (tx *Tx) InstallationsOfIntegration(ctx context.Context, integrationID string) ([]Installation, error) {
	list, err := all(ctx, tx, scanInstallation, selectInstallation+` WHERE integration_id = $1 ORDER BY created_at, id`, integrationID)
	return list, wrap(err, "list installations")
}

// InstallationsToRegister lists enabled installations whose register is pending, or due again at now.
func (tx *Tx) InstallationsToRegister(ctx context.Context, now time.Time, limit int) ([]Installation, error) {
	list, err := all(ctx, tx, scanInstallation, selectInstallation+` WHERE enabled AND (status = $1 OR status = $2 AND register_at <= $3)
		ORDER BY id LIMIT $4`, StatusRegistrationPending, StatusRegistered, now, limit)
	return list, wrap(err, "list installations to register")
}

// LinkedInstallations lists the registered, enabled installations of integrations that are linked into the server.
func (tx *Tx) LinkedInstallations(ctx context.Context) ([]Installation, error) {
	list, err := all(ctx, tx, scanInstallation, selectInstallation+` WHERE enabled AND status = $1
		AND integration_id IN (SELECT id FROM integrations WHERE builtin) ORDER BY id`, StatusRegistered)
	return list, wrap(err, "list linked installations")
}

// DeleteInstallation removes an installation and its states and discards what is still to be delivered to it. Its
// conversations, users, messages and events stay with the bot; see ReviveInstallation.
func (tx *Tx) DeleteInstallation(ctx context.Context, id string) error {
	if err := tx.exec(ctx, rememberInstallation, id, tx.now); err != nil {
		return wrap(err, "remember removed installation")
	}
	if err := tx.change(ctx, `DELETE FROM installations WHERE id = $1`, id); err != nil {
		return wrap(err, "delete installation")
	}
	if err := tx.exec(ctx, `DELETE FROM states WHERE owner = $1`, id); err != nil {
		return wrap(err, "delete installation's states")
	}
	return wrap(tx.discardOpen(ctx, "the installation was removed", "target = 'installation' AND installation_id = $1", id), "discard installation's deliveries")
}
